// What a server says of its own accord, for an agent whose only stream is that of its connection (sse-agent.ts): the GET stream of the session
// that is kept inside, opened once the session has begun, and again when the server ends it.

import type { Reply } from './exchange.ts';

/** A stream that is opened again. */
export interface Unsolicited {
  begin(): void;
  close(): void;
}

export interface UnsolicitedOptions {
  /** Where the reply is while it is under way. */
  readonly parts: Set<Reply>;
  /** False: the agent takes no more now. */
  readonly say: (data: Uint8Array) => boolean;
  /** Asks for the stream. */
  readonly open: (reply: Reply) => void;
  /** The session is over. */
  readonly onLost: () => void;
}

const FIRST_WAIT_MS = 1_000;
/** A server that ends its streams at once is asked again once a minute: each time is a record. */
const LONGEST_WAIT_MS = 60_000;

/** A stream that has not begun. */
export function createUnsolicited({ parts, say, open, onLost }: UnsolicitedOptions): Unsolicited {
  let waitMs = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let begun = false;
  let over = false;

  const again = (): void => {
    if (over) return;
    timer = setTimeout(attempt, waitMs);
    timer.unref();
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  };
  const attempt = (): void => {
    let done = false;
    const finish = (then: () => void): void => {
      if (done) return;
      done = true;
      parts.delete(reply);
      then();
    };
    const reply: Reply = {
      get done() {
        return done;
      },
      // 405: the server has no such stream. 404: it has no such session any more.
      respond: (status) => finish(status === 404 ? onLost : status === 405 ? () => {} : again),
      start: () => {},
      write: () => true, // Everything comes as events.
      event: ({ data }) => (data === undefined || data.length === 0 ? true : say(data)),
      end: () => finish(again),
      abort: () => finish(again),
      onDrain: undefined,
      onHangup: undefined,
    };
    parts.add(reply);
    open(reply);
  };

  return {
    begin: () => {
      if (begun || over) return;
      begun = true;
      attempt();
    },
    close: () => {
      over = true;
      clearTimeout(timer);
    },
  };
}
