// What a modern server says to a bridge, whatever carried it, judged before anybody acts on it: an answer to another request, a question
// that the agent cannot answer, or a request of its own is never turned into something that looks right.

import { checkAnswer } from '../../mcp/index.ts';
import type { Asked, Message, Refusal } from '../../mcp/index.ts';
import type { Ask, Hearing } from './party.ts';

/** Between one server and whoever asked it. */
export interface Judge {
  /** The last word has been said, or nobody listens any more. */
  readonly over: boolean;
  /** Passes on what may be said; why this ends the exchange, if it does. */
  hear(message: Message): Refusal | undefined;
  fail: Hearing['fail'];
  /** Nobody wants to hear any more. */
  deafen(): void;
}

/** Judges what comes of one ask. */
export function createJudge({ message, request }: Ask, hearing: Hearing): Judge {
  const asked: Asked = { id: message.id, method: request.method, era: 'modern', clientCapabilities: request.clientCapabilities };
  let over = false;
  return {
    get over() {
      return over;
    },
    hear: (said) => {
      if (over) return undefined;
      const checked = checkAnswer(said, asked);
      if (said.kind === 'notification') {
        // A stray one is dropped; the exchange goes on.
        if (checked.ok) hearing.note(said);
        return undefined;
      }
      if (!checked.ok) return checked.error;
      if (said.kind === 'request') return REFUSED_REQUEST;
      over = true;
      hearing.final(said.id === undefined ? { ...said, id: message.id } : said);
      return undefined;
    },
    fail: (refused, outcome) => {
      if (over) return;
      over = true;
      hearing.fail(refused, outcome);
    },
    deafen: () => {
      over = true;
    },
  };
}

const REFUSED_REQUEST: Refusal = { code: 'upstream_malformed', say: 'A server sends no requests in this protocol revision.' };
