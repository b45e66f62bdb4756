// What every link over HTTP is told about its server.

import type { Log } from '../../telemetry/index.ts';

export interface LinkOptions {
  /** The server's name, for sentences and logs. */
  readonly server: string;
  /** Largest message, or whole JSON answer, that is taken. */
  readonly maxMessageBytes: number;
  /** To the first byte of an answer. */
  readonly answerTimeoutMs: number;
  /** Between two bytes of one. */
  readonly streamIdleTimeoutMs: number;
  readonly log: Log;
}
