// The way from a session that the gateway holds to its server, whatever its transport.

import type { Principal } from '../../agents/index.ts';
import type { Limits } from '../../config/index.ts';
import type { Server } from '../../servers/index.ts';
import type { Log } from '../../telemetry/index.ts';
import type { Refused } from '../rescue.ts';
import { carrierOptions } from './link-options.ts';
import { chooseLink } from './links.ts';
import type { Ready } from './legacy-servers.ts';
import type { OpenLegacyLink } from './party.ts';
import type { Processes } from './processes.ts';

/** What links need of their process. */
export interface LinkMeans {
  readonly processes: Processes;
  readonly log: Log;
  /** A server said what is no message. */
  readonly onNoise: (server: string) => void;
}

/** How a session is opened for an agent; or why none may be now. */
export type LinkTo = (principal: Principal, server: Server, readiness: Ready, limits: Limits) => OpenLegacyLink | Refused;

/** Links to servers. */
export function createLinkTo({ processes, log, onNoise }: LinkMeans): LinkTo {
  return (principal, server, readiness, limits) => {
    const { name } = server;
    const start = readiness.http === undefined ? processes.startFor(principal, server, limits) : noProgram;
    if (typeof start !== 'function') return start;
    return chooseLink(readiness, { ...carrierOptions(server, limits), log }, start, () => onNoise(name));
  };
}

function noProgram(): never {
  throw new Error('a server with an address has no program to start');
}
