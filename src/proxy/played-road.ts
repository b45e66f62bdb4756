// The road of a legacy agent whose session the gateway plays: in front of a modern server, or of several servers as one.

import type { Envelope } from '../policies/index.ts';
import type { Answer } from './answer.ts';
import type { PlayedSession } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';

/** Opens a session and answers initialize. */
export function carryPlayedInitialize(_envelope: Envelope<Call>, answer: Answer, _ports: Ports): void {
  answer.refuse({ code: 'era_unshared' }, 'refused');
}

/** Carries anything of an open session. */
export function carryPlayed(_envelope: Envelope<Call>, _session: PlayedSession, _token: string, answer: Answer, _ports: Ports): void {
  answer.refuse({ code: 'era_unshared' }, 'refused');
}
