// What a call or a listen stream needs of the legacy session that it is on.

import type { JsonObject, Message } from '../../mcp/index.ts';

/** A legacy session, as seen from what is under way on it. */
export interface SessionPort {
  /** What the server said about itself. */
  readonly serverInfo: JsonObject | undefined;
  send(message: Message): void;
  /** The server works on our request again: its time begins anew. */
  renew(number: number): void;
  /** The answer to our request is not waited for any more; the server has been told. */
  forget(number: number): void;
  /** It is over. */
  done(number: number): void;
  /** Somebody who took no more may take more again. */
  check(): void;
}
