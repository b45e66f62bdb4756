// What of the official suite is run. Where agent and server share an era: one leg per revision, and one per scenario that the
// requirement sets leave unscored but that a gateway must pass all the same. Across the bridges: each revision in front of a server that
// does not speak it; a scenario that cannot pass there is on the list of misses in docs/reference/bridging.md, and on no other.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { CLIENT_LEGS } from './client-legs.ts';
import type { Leg, Stand } from './leg.ts';
import { SUITE_FOLDER } from './suite.ts';

const MODERN = ['--spec-version', '2026-07-28'];
/** Scenarios of the Tasks extension, unscored in every requirement set, with the checks of each. (tasks-status-notifications has none: a walk has.) */
const TASKS: readonly (readonly [scenario: string, checks: number])[] = [
  ['tasks-lifecycle', 9],
  ['tasks-capability-negotiation', 5],
  ['tasks-wire-fields', 4],
  ['tasks-request-state-removal', 3],
  ['tasks-mrtr-input', 4],
  ['tasks-request-headers', 5],
  ['tasks-dispatch-and-envelope', 9],
  ['tasks-required-task-error', 3],
  ['tasks-mrtr-composition', 2],
];
const OLDER = ['--suite', 'all', '--spec-version', '2025-06-18'];

/** Every leg. */
export const LEGS: readonly Leg[] = [
  required('2026-07-28', 'dual', { scenarios: 37, checks: 118 }),
  required('2025-11-25', 'dual', { scenarios: 30, checks: 70 }),
  leg('2025-06-18', 'dual', OLDER, 'all', { scenarios: 27, checks: 56 }),
  single('http-header-validation', 'dual', 14),
  single('http-custom-header-server-validation', 'dual', 10),
  single('dns-rebinding-protection', 'dual', 2),
  required('2026-07-28', 'legacy', { scenarios: 35, checks: 110 }),
  required('2026-07-28', 'legacy-stdio', { scenarios: 35, checks: 110 }),
  single('http-header-validation', 'legacy', 14),
  single('http-custom-header-server-validation', 'legacy', 10),
  required('2025-11-25', 'modern', { scenarios: 30, checks: 69 }),
  required('2025-11-25', 'modern-stdio', { scenarios: 30, checks: 69 }),
  leg('2025-06-18', 'modern', OLDER, 'all', { scenarios: 27, checks: 56 }),
  required('2026-07-28', 'several', { scenarios: 37, checks: 118 }),
  required('2025-11-25', 'several', { scenarios: 30, checks: 69 }),
  ...TASKS.map(([scenario, checks]) => tasksLeg(scenario, checks)),
  ...CLIENT_LEGS,
];

function leg(what: string, stand: Stand, args: readonly string[], scenarios: Leg['required'], atLeast: Leg['atLeast']): Leg {
  const same = stand === 'dual';
  return {
    name: same ? what : `${what} at ${stand}`,
    kind: same ? 'same' : 'bridge',
    tests: 'server',
    args: (ends, side) => ['server', '--url', ends.server(stand, side), ...args],
    required: scenarios,
    atLeast,
  };
}

/** A server with tasks is the same kind of server on both sides: what it says directly, it says through the gateway. */
function tasksLeg(scenario: string, checks: number): Leg {
  const args = ['--scenario', scenario, ...MODERN, '--force'];
  return { ...leg(scenario, 'tasks', args, 'all', { scenarios: 1, checks }), name: scenario, kind: 'same' };
}

function required(revision: string, stand: Stand, atLeast: Leg['atLeast']): Leg {
  return leg(revision, stand, ['--requirements', revision], requiredScenarios(revision), atLeast);
}

function single(scenario: string, stand: Stand, checks: number): Leg {
  return leg(scenario, stand, ['--scenario', scenario, ...MODERN], 'all', { scenarios: 1, checks });
}

/** The scenarios that a revision requires of a server, as the suite's own frozen list has them. */
function requiredScenarios(revision: string): readonly string[] {
  const text = readFileSync(join(SUITE_FOLDER, 'requirements', `${revision}.yaml`), 'utf8');
  return z.object({ server: z.array(z.string()) }).parse(parse(text)).server;
}
