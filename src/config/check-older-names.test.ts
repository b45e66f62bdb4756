// What is said to whoever switches to a profile that keeps names out of the record.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig, nextRevision } from './index.ts';

const SNAPSHOT = '/etc/sally/.sallyport/snapshot.json';

/** What a config says of the record is checked on a folder on which this was in force last. */
function warningsOf(audit: object, last: object | string | undefined): readonly string[] {
  const loaded = loadConfig(toText(audit), fakeSource(last === undefined ? {} : { [SNAPSHOT]: toSnapshot(last) }));
  assert.ok(loaded.ok);
  return loaded.value.warnings.map(formatProblem).filter((text) => text.includes('names'));
}

function toText(audit: object): string {
  return JSON.stringify({ version: 1, policy: { rules: [] }, audit });
}

function toSnapshot(last: object | string): string {
  if (typeof last === 'string') return last;
  const loaded = loadConfig(toText(last), fakeSource());
  assert.ok(loaded.ok);
  return JSON.stringify(nextRevision(undefined, { config: loaded.value.shard, agents: { agents: [] } }));
}

test('the switch from names to pseudonyms says that older records have names', () => {
  const [warning, ...others] = warningsOf({ profile: 'works-council' }, {});
  assert.match(warning ?? '', /audit keeps names out of the record from now on, .* names beside pseudonyms .* until 190 days have passed/);
  assert.match(warning ?? '', /Begin with a new data folder .*whoever can read the files can\./);
  assert.deepEqual(others, []);
  assert.match(warningsOf({ subjects: 'pseudonyms' }, {})[0] ?? '', /or wait\.$/);
});

for (const [what, audit, last] of [
  ['a new data folder', { profile: 'works-council' }, undefined],
  ['one that had pseudonyms before', { profile: 'works-council' }, { profile: 'health' }],
  ['names, as before', {}, {}],
  ['a snapshot that is damaged', { profile: 'works-council' }, '{'],
] as const)
  test(`nothing is said of ${what}`, () => {
    assert.deepEqual(warningsOf(audit, last), []);
  });
