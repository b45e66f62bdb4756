// Servers of the legacy era, asked in the modern form (MCP 2026-07-28 agents in front of 2025-11-25 and older servers).

import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { Readiness } from '../../servers/index.ts';
import type { Ports } from '../exchange.ts';
import { OVER } from './party.ts';
import type { Ask, Asking, Hearing } from './party.ts';
import type { SealingKey } from './seal.ts';

/** What a worker knows about the sessions that it holds at one server; for the status and the metrics. */
export interface LegacyCounts {
  readonly sessions: number;
  /** Rounds that wait for an agent's answer. */
  readonly parked: number;
}

/** Sessions with servers of the legacy era, pooled and capped. */
export interface LegacyServers {
  ask(ask: Ask, readiness: Extract<Readiness, { kind: 'ready' }>, hearing: Hearing, ports: Ports): Asking;
  /** The worker that parked the round to which this request state belongs, if that is another one; undefined also for what is none of ours. */
  ownerElsewhere(requestState: string, principal: Principal): string | undefined;
  countOf(server: string): LegacyCounts;
  /** Ends what is idle, expired, or whose agent may not use it any more. */
  sweep(snapshot: Snapshot, nowMs: number): void;
  close(): void;
}

export interface LegacyServersOptions {
  /** This worker's name, as sealed into tokens. */
  readonly self: string;
  readonly keys: () => readonly SealingKey[];
  readonly nowMs: () => number;
}

export function createLegacyServers(_options: LegacyServersOptions): LegacyServers {
  return {
    ask: (_ask, _readiness, hearing) => {
      hearing.fail({ code: 'era_unshared' }, 'refused');
      return OVER;
    },
    ownerElsewhere: () => undefined,
    countOf: () => ({ sessions: 0, parked: 0 }),
    sweep: () => {},
    close: () => {},
  };
}
