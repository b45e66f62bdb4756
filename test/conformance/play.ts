// Plays one leg, on the sides that it has, and says what is wrong with it.

import { differences, faults, tally } from './judge.ts';
import type { Tally } from './judge.ts';
import type { Leg, Side } from './leg.ts';
import type { Miss } from './misses.ts';
import type { Stage } from './stage.ts';
import { runSuite } from './suite.ts';
import type { LegResult } from './suite.ts';

/** How a leg went. */
export interface Played {
  readonly direct: Tally | undefined;
  readonly through: Tally | undefined;
  /** Empty: all is well. */
  readonly problems: readonly string[];
}

/** Runs a leg: directly where agent and server share an era, and through the gateway unless the stage has none. */
export async function playLeg(leg: Leg, stage: Stage, misses: readonly Miss[]): Promise<Played> {
  const run = async (side: Side): Promise<LegResult> =>
    runSuite(leg.args(stage.ends, side), stage.folder(`${leg.name}-${side}`.replaceAll(/[^\w.]+/g, '-')));
  const direct = leg.kind === 'same' ? await run('direct') : undefined;
  const through = stage.directOnly ? undefined : await run('through');
  const excused = misses.filter((miss) => miss.leg === leg.name).map(({ scenario }) => scenario);
  const problems = [
    ...(direct === undefined ? [] : faults(leg, direct, []).map((fault) => `${leg.name} direct: ${fault}`)),
    ...(through === undefined ? [] : faults(leg, through, excused).map((fault) => `${leg.name} through: ${fault}`)),
  ];
  if (direct !== undefined && through !== undefined) {
    for (const { scenario, key, direct: before, through: after, reason } of differences(direct, through)) {
      // What succeeds only through the gateway, the gateway says for itself: it asks servers which era they speak, and refuses a task that
      // nobody can have before a server without tasks could be asked.
      if (after === 'SUCCESS' || excused.includes(scenario)) continue;
      problems.push(
        `${leg.name} differs: ${scenario}: ${key}: ${before ?? 'absent'} → ${after ?? 'absent'}${reason === undefined ? '' : `: ${reason}`}`,
      );
    }
  }
  return {
    direct: direct === undefined ? undefined : tally(direct),
    through: through === undefined ? undefined : tally(through),
    problems,
  };
}
