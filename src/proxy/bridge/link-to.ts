// The way from a session that the gateway holds to its server, with the waits and caps of the config.

import type { Limits } from '../../config/index.ts';
import type { Server, StdioDoor } from '../../servers/index.ts';
import type { Log } from '../../telemetry/index.ts';
import { chooseLink } from './links.ts';
import type { Ready } from './legacy-servers.ts';
import type { OpenLegacyLink } from './party.ts';

/** What links need of their process. */
export interface LinkMeans {
  readonly stdio: StdioDoor;
  readonly log: Log;
  /** A server said what is no message. */
  readonly onNoise: (server: string) => void;
}

/** Links to servers, whatever their transport. */
export function createLinkTo({ stdio, log, onNoise }: LinkMeans): (server: Server, readiness: Ready, limits: Limits) => OpenLegacyLink {
  return ({ name, config }, readiness, limits) =>
    chooseLink(
      readiness,
      {
        server: name,
        maxMessageBytes: limits.maxListBytes,
        answerTimeoutMs: config.timeoutMs ?? limits.answerTimeoutMs,
        streamIdleTimeoutMs: limits.streamIdleTimeoutMs,
        log,
      },
      (events) => stdio.open(name, events),
      () => onNoise(name),
    );
}
