// `npm run conformance [-- --direct-only] [-- --leg NAME]`: the official suite against the fixture itself and through the gateway.
// Prints both side by side and every check that differs; exits 1 on a difference or on a failure of anything required.

import { parseArgs } from 'node:util';
import { differences, faults, tally } from './judge.ts';
import type { Tally } from './judge.ts';
import { LEGS } from './legs.ts';
import { openStage } from './stage.ts';
import { runLeg } from './suite.ts';

const { values } = parseArgs({ options: { 'direct-only': { type: 'boolean', default: false }, leg: { type: 'string', multiple: true } } });
const legs = LEGS.filter((leg) => values.leg === undefined || values.leg.includes(leg.name));
if (legs.length === 0) {
  console.error(`No such leg. There are: ${LEGS.map((leg) => leg.name).join(', ')}.`);
  process.exit(2);
}

const stage = await openStage({ directOnly: values['direct-only'] });
const problems: string[] = [];
console.log(line('leg', 'direct passed/failed', 'through passed/failed'));
try {
  for (const leg of legs) {
    const direct = await runLeg(leg, stage.direct, stage.folder(`${leg.name}-direct`));
    problems.push(...faults(leg, direct).map((fault) => `${leg.name} direct: ${fault}`));
    let through: Tally | undefined;
    if (stage.through !== undefined) {
      const result = await runLeg(leg, stage.through, stage.folder(`${leg.name}-through`));
      through = tally(result);
      problems.push(...faults(leg, result).map((fault) => `${leg.name} through: ${fault}`));
      for (const { scenario, key, direct: before, through: after, reason } of differences(direct, result)) {
        problems.push(
          `${leg.name} differs: ${scenario}: ${key}: ${before ?? 'absent'} → ${after ?? 'absent'}${reason === undefined ? '' : `: ${reason}`}`,
        );
      }
    }
    console.log(line(leg.name, count(tally(direct)), through === undefined ? '–' : count(through)));
  }
} finally {
  await stage.close();
}
console.log(
  problems.length === 0
    ? '\nNo difference, nothing required has failed. Failures above belong to extensions that the fixture does not have.'
    : `\n${problems.join('\n')}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function count({ passed, failed }: Tally): string {
  return `${passed}/${failed}`;
}

function line(leg: string, direct: string, through: string): string {
  return `${leg.padEnd(38)} | ${direct.padEnd(20)} | ${through}`;
}
