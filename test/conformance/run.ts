// `npm run conformance [-- --direct-only] [-- --leg NAME-OR-PART]`: the official suite against the fixture itself and through the gateway, in
// both roles, and through the gateway in front of servers of the other era. Prints both sides and every check that differs; exits 1 on a
// difference, on a failure of anything required, or when the list of misses is not true.

import { parseArgs } from 'node:util';
import type { Tally } from './judge.ts';
import { LEGS } from './legs.ts';
import { readMisses } from './misses.ts';
import { playLeg } from './play.ts';
import { openStage } from './stage.ts';

const { values } = parseArgs({ options: { 'direct-only': { type: 'boolean', default: false }, leg: { type: 'string', multiple: true } } });
const directOnly = values['direct-only'];
const wanted = values.leg ?? [''];
const legs = LEGS.filter(({ name, kind }) => wanted.some((part) => isMeant(name, part)) && !(directOnly && kind === 'bridge'));
if (legs.length === 0) {
  console.error(`No such leg. There are: ${LEGS.map((leg) => leg.name).join(', ')}.`);
  process.exit(2);
}

const misses = readMisses();
const stage = await openStage({ directOnly });
const problems: string[] = [];
console.log(line('leg', 'direct passed/failed', 'through passed/failed'));
try {
  for (const leg of legs) {
    const played = await playLeg(leg, stage, misses);
    problems.push(...played.problems);
    console.log(line(leg.name, count(played.direct), count(played.through)));
  }
} finally {
  await stage.close();
}
console.log(
  problems.length === 0
    ? '\nNo difference; nothing required has failed but what docs/reference/bridging.md lists. Other failures belong to extensions that the fixture does not have.'
    : `\n${problems.join('\n')}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** A part of a name means every leg that has it, unless it is itself the name of one. */
function isMeant(name: string, part: string): boolean {
  return LEGS.some((leg) => leg.name === part) ? name === part : name.includes(part);
}

function count(tally: Tally | undefined): string {
  return tally === undefined ? '–' : `${tally.passed}/${tally.failed}`;
}

function line(leg: string, direct: string, through: string): string {
  return `${leg.padEnd(58)} | ${direct.padEnd(20)} | ${through}`;
}
