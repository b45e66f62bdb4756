// A keeper reduced to its subjects: makes one, and erases another, as fast as the disk takes it, and says each only when it is done, as the keeper answers.
// Usage: subjects-writer.fixture.ts <folder> <name of this round>

import { writeSync } from 'node:fs';
import { createSubjectKeeper } from '../../src/processes/subject-keys.ts';

const [folder = '', round = ''] = process.argv.slice(2);
const NOW = Date.UTC(2026, 10, 23);
const EARLIER = Date.UTC(2026, 9, 23);

const keeper = createSubjectKeeper(folder, () => Buffer.alloc(32, 7));
const nameOf = (number: number): { readonly tenant: string; readonly kind: 'agent'; readonly name: string } => ({
  tenant: 'default',
  kind: 'agent',
  name: `${round}-${number}`,
});

for (let number = 0; ; number++) {
  const who = nameOf(number);
  keeper.keysOf(who, EARLIER);
  const { pseudonym, commitmentKey } = keeper.keysOf(who, NOW);
  writeSync(1, `made ${who.name} ${pseudonym} ${Buffer.from(commitmentKey).toString('hex')}\n`);
  if (number % 2 === 0) continue;
  const old = keeper.find(nameOf(number - 1)) ?? '';
  writeSync(1, `erasing ${nameOf(number - 1).name} ${old} -\n`);
  keeper.erase(old);
  writeSync(1, `erased ${nameOf(number - 1).name} ${old} -\n`);
}
