// What of the official suite is run: one leg per revision, and one per scenario that the requirement sets leave unscored but that
// a gateway must pass all the same. There is no list of expected failures, here or anywhere.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { repositoryRoot } from '../harness/index.ts';

/** The package of the suite, and its program. */
export const SUITE_FOLDER = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'conformance');

/** One run of the suite. */
export interface Leg {
  readonly name: string;
  /** Arguments of `conformance server`, beside the URL and the output folder. */
  readonly args: readonly string[];
  /** Scenarios without a single failed check or warning, or the leg has failed. `all`: every scenario that the leg runs. */
  readonly required: readonly string[] | 'all';
  /** How much there must at least be to see, so that a suite that runs nothing does not pass. */
  readonly atLeast: { readonly scenarios: number; readonly checks: number };
}

const MODERN = ['--spec-version', '2026-07-28'];

/** Every leg. */
export const LEGS: readonly Leg[] = [
  required('2026-07-28', { scenarios: 37, checks: 118 }),
  required('2025-11-25', { scenarios: 30, checks: 70 }),
  { name: '2025-06-18', args: ['--suite', 'all', '--spec-version', '2025-06-18'], required: 'all', atLeast: { scenarios: 27, checks: 56 } },
  single('http-header-validation', MODERN, 14),
  single('http-custom-header-server-validation', MODERN, 10),
  single('dns-rebinding-protection', MODERN, 2),
];

function required(revision: string, atLeast: Leg['atLeast']): Leg {
  return { name: revision, args: ['--requirements', revision], required: requiredScenarios(revision), atLeast };
}

function single(scenario: string, args: readonly string[], checks: number): Leg {
  return { name: scenario, args: ['--scenario', scenario, ...args], required: 'all', atLeast: { scenarios: 1, checks } };
}

/** The scenarios that a revision requires of a server, as the suite's own frozen list has them. */
function requiredScenarios(revision: string): readonly string[] {
  const text = readFileSync(join(SUITE_FOLDER, 'requirements', `${revision}.yaml`), 'utf8');
  return z.object({ server: z.array(z.string()) }).parse(parse(text)).server;
}
