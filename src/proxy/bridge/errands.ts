// Requests that the gateway makes for itself on a legacy session: initialize, the log level, subscriptions.

import { writeRequest } from '../../mcp/index.ts';
import type { JsonObject, MessageId } from '../../mcp/index.ts';
import type { Refused } from '../rescue.ts';
import type { FinalMessage, LegacyLink } from './party.ts';

/** What came of one: an answer, or why there is none. */
export type ErrandEnd = FinalMessage | Refused;

/** The errands of one session. */
export interface Errands {
  run(link: LegacyLink, method: string, params: JsonObject, done: (end: ErrandEnd) => void): void;
  /** Ends the errand with this id. False: there is none. */
  settle(id: MessageId, end: ErrandEnd): boolean;
  endAll(refused: Refused): void;
}

/** No errands yet. `newNumber`: ids are shared with other requests on the link. */
export function createErrands(server: string, limitMs: number, newNumber: () => number): Errands {
  const under = new Map<MessageId, (end: ErrandEnd) => void>();

  const settle = (id: MessageId, end: ErrandEnd): boolean => {
    const done = under.get(id);
    under.delete(id);
    done?.(end);
    return done !== undefined;
  };
  return {
    run: (link, method, params, done) => {
      const number = newNumber();
      const limit = setTimeout(() => {
        link.forget(number);
        settle(number, { code: 'upstream_timeout', say: `The MCP server '${server}' does not answer.` });
      }, limitMs);
      under.set(number, (end) => {
        clearTimeout(limit);
        done(end);
      });
      link.send(writeRequest(number, method, params));
    },
    settle,
    endAll: (refused) => {
      for (const id of under.keys()) settle(id, refused);
    },
  };
}
