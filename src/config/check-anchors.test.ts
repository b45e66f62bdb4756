// What is said about anchors that cannot be one, and about those that prove nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';

const BASE = {
  version: 1,
  servers: { mail: { url: 'https://mail.example/mcp' } },
  policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
};
const PASSWORD = 'hunter2-and-more';
const problemsOf = (anchor: object, url?: string): readonly string[] => {
  const source = fakeSource({ '/mnt': null, '/bin/keep': '', ...(url !== undefined && { '/run/url': url }) });
  const loaded = loadConfig(JSON.stringify({ ...BASE, audit: { anchors: { other: anchor } } }), source);
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) => formatProblem(problem).replace(/^\S+: /, ''));
};
const DATABASE = { postgres: { file: '/run/url' } };
const IS_NONE =
  'audit.anchors.other.postgres is not the URL of a PostgreSQL database. Write postgresql://user:password@host/database?sslmode=verify-full.';

for (const [what, anchor, url, ...expected] of [
  ['a file elsewhere', { file: '/mnt/notes' }, undefined],
  ['a program', { command: ['/bin/keep'] }, undefined],
  ['a program by its name', { command: ['keep', '/mnt'] }, undefined],
  [
    'a program that is not there',
    { command: ['/bin/keeep', 'x'] },
    undefined,
    'warning: audit.anchors.other.command[0] names /bin/keeep, which does not exist. Correct the path; until then nothing is noted down there.',
  ],
  ['a database with TLS', DATABASE, `postgresql://u:${PASSWORD}@db.example/x?sslmode=verify-full\n`],
  ['a database on this host', DATABASE, `postgres://u:${PASSWORD}@localhost/x`],
  ['a database by its socket', DATABASE, `postgres://u:${PASSWORD}@db.example/x?host=/var/run/postgresql`],
  [
    'a database without TLS',
    DATABASE,
    `postgres://u:${PASSWORD}@db.example/x`,
    'warning: audit.anchors.other.postgres reaches another host without TLS. Add ?sslmode=verify-full to it.',
  ],
  ['another database', DATABASE, `mysql://u:${PASSWORD}@db.example/x`, IS_NONE],
  ['no URL', DATABASE, PASSWORD, IS_NONE],
  [
    'a folder',
    { file: '/mnt' },
    undefined,
    'audit.anchors.other.file names /mnt, which is a folder. Write the path of a file; it is made if it is not there.',
  ],
  [
    'a file in the data folder',
    { file: '.sallyport/notes' },
    undefined,
    'warning: audit.anchors.other.file lies in the data folder, and proves nothing: whoever can put an old record in its place can do the same to it. Write it to a disk of another host, or to one that only takes more.',
  ],
] as const) {
  test(`${what}: ${expected.length === 0 ? 'nothing is wrong' : 'said'}`, () => {
    const problems = problemsOf(anchor, url);
    assert.deepEqual(problems, expected);
    assert.ok(!problems.join().includes(PASSWORD));
  });
}

test('a URL that cannot be read is named by where it should be', () => {
  const [problem = ''] = problemsOf(DATABASE);
  assert.match(problem, /^audit\.anchors\.other\.postgres .*\/run\/url/);
});
