// What the gateway says to a server for all who share a stream of changes, and what the server says last to all of them as it is said to each.

import { METHODS, sameMessage, setMembers, subscriptionMeta, writeRequest } from '../../mcp/index.ts';
import type { JsonObject, MembersSet, MessageId, ModernRequest } from '../../mcp/index.ts';
import { writeFilter } from './listen-filter.ts';
import type { ListenFilter } from './listen-filter.ts';
import type { Ask, FinalMessage } from './party.ts';

const LISTEN = 'subscriptions/listen';
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const CLIENT: JsonObject = { name: 'sallyport', version: '1' };

/** A stream that is about to be opened. */
export interface Opening {
  readonly number: number;
  readonly revision: string;
  readonly asked: ListenFilter;
}

/** The gateway's own request, for all of them. It says nothing of any of them but what is wished; its trace is that of whoever made it necessary. */
export function askFor(opener: Ask, { number, revision, asked }: Opening): Ask {
  const params: JsonObject = {
    notifications: writeFilter(asked),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': revision,
      'io.modelcontextprotocol/clientInfo': CLIENT,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  const request: ModernRequest = {
    id: number,
    method: LISTEN,
    rule: METHODS.get(LISTEN) ?? opener.request.rule,
    name: undefined,
    params,
    revision,
    clientCapabilities: {},
    clientInfo: CLIENT,
    logLevel: undefined,
    progressToken: undefined,
    traceparent: undefined,
    tracestate: undefined,
    baggage: undefined,
  };
  return { call: opener.call, message: writeRequest(number, LISTEN, params), request, scope: '' };
}

/** Last words to all, as those to one. */
export function underOwnId(said: FinalMessage, number: number, id: MessageId): FinalMessage {
  const sets: MembersSet[] = [{ path: [], members: { id } }];
  const result = said.kind === 'result' ? said.result : undefined;
  const meta = isObject(result) ? result['_meta'] : undefined;
  if (isObject(meta) && meta[SUBSCRIPTION_ID] === number) sets.push({ path: ['result', '_meta'], members: subscriptionMeta(id) });
  return sameMessage(said.kind, setMembers(said.document, sets));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
