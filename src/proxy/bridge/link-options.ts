// What every link over HTTP is told about its server: the waits and caps of the config.

import type { Limits } from '../../config/index.ts';
import type { Server, SseCarrierOptions } from '../../servers/index.ts';
import type { Log } from '../../telemetry/index.ts';

export interface LinkOptions extends SseCarrierOptions {
  readonly log: Log;
}

/** The waits and caps of a server. */
export function carrierOptions({ name, config }: Pick<Server, 'name' | 'config'>, limits: Limits): SseCarrierOptions {
  return {
    server: name,
    maxMessageBytes: limits.maxListBytes,
    answerTimeoutMs: config.timeoutMs ?? limits.answerTimeoutMs,
    streamIdleTimeoutMs: limits.streamIdleTimeoutMs,
  };
}
