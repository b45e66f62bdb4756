// What is said about a config that keeps the record in more than one place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';
import type { ConfigSource } from './parse.ts';

const BASE = {
  version: 1,
  servers: { mail: { url: 'https://mail.example/mcp' } },
  policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
};
const FOLDER = '/etc/sally/.sallyport';
const problemsOf = (audit: object, marked?: string): readonly string[] =>
  problemsIn(audit, fakeSource(marked === undefined ? {} : { [`${FOLDER}/location`]: `${marked}\n` }));
const problemsIn = (audit: object, source: ConfigSource): readonly string[] => {
  const loaded = loadConfig(JSON.stringify({ ...BASE, audit }), source);
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) => formatProblem(problem).replace(/^\S+: /, ''));
};
const anchors = (residency?: string): object => ({
  anchors: { other: { file: '/mnt/notes', ...(residency !== undefined && { residency }) } },
});

const rows: readonly (readonly [what: string, audit: object, marked: string | undefined, ...problems: readonly string[]])[] = [
  ['no word about places', anchors(), undefined],
  ['a folder that says where it is, and a config that does not mind', {}, 'eu'],
  ['everything in one place', { residency: 'eu', location: 'eu', ...anchors('eu') }, 'eu'],
  [
    'a data folder of which nothing is said',
    { residency: 'eu' },
    undefined,
    'audit.residency is eu, and nothing says where the data folder is. Put the data folder on a disk in eu, and write audit.location: eu.',
  ],
  [
    'a data folder elsewhere',
    { residency: 'eu', location: 'us' },
    undefined,
    'audit.location says us, and the record has to stay in eu. Use a data folder in eu, or another audit.residency.',
  ],
  [
    'a data folder that was copied to another place',
    { residency: 'us', location: 'us' },
    'eu',
    `audit.location says us, and the data folder ${FOLDER} says of itself that it is in eu. Use a data folder in us, or correct ${FOLDER}/location if this one was moved there for good.`,
  ],
  [
    'an anchor of which nothing is said',
    { residency: 'eu', location: 'eu', ...anchors() },
    undefined,
    'audit.anchors.other does not say where it is, and the record has to stay in eu. Take an anchor in eu, and write residency: eu.',
  ],
  [
    'an anchor elsewhere',
    { residency: 'eu', location: 'eu', ...anchors('us') },
    undefined,
    'audit.anchors.other.residency is us, and the record has to stay in eu. Take an anchor in eu, and write residency: eu.',
  ],
];
for (const [what, audit, marked, ...problems] of rows) {
  test(`${what}: ${problems.length === 0 ? 'nothing is wrong' : 'refused'}`, () => {
    assert.deepEqual(problemsOf(audit, marked), problems);
  });
}

test('the folder that is looked at is the one that is used, whatever the config calls its own', () => {
  const files = { [`${FOLDER}/location`]: 'eu\n', '/mnt/copy/location': 'us\n' };
  const source = { ...fakeSource(files), dataFolder: '/mnt/copy' };
  assert.deepEqual(problemsIn({ location: 'us' }, source), []);
  assert.deepEqual(problemsIn({ location: 'eu' }, source), [
    'audit.location says eu, and the data folder /mnt/copy says of itself that it is in us. Use a data folder in eu, or correct /mnt/copy/location if this one was moved there for good.',
  ]);
});
