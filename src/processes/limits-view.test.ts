// What is shown of limits, and that nobody can be told apart in it where the privacy profile says so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../audit/index.ts';
import { compilePolicy, policySchema } from '../policies/index.ts';
import type { AccountView } from '../policies/index.ts';
import { groupSizes, pageBuckets, viewLimits } from './limits-view.ts';
import type { Shown } from './limits-view.ts';

const DOCUMENT = policySchema.parse({
  rules: [],
  limits: {
    each: { servers: ['*'], rate: { calls: 10 }, per: ['agent', 'server'] },
    group: { groups: ['*'], servers: ['*'], rate: { calls: 10 }, per: ['group'] },
    same: { servers: ['*'], repeats: { calls: 3 } },
    all: { servers: ['*'], rate: { calls: 10 }, per: ['server'] },
  },
});
const compiled = compilePolicy(DOCUMENT, { servers: ['mail', 'files'] });
assert.ok(compiled.ok);
const policy = compiled.value;

/** Agents of one group each: the first three are staff, the others in none. */
const AGENTS = ['ann', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gil'].map((name, i) => ({ name, groups: i < 3 ? ['staff'] : [] }));
/** What each has taken: more than the one before. */
const accounts: readonly AccountView[] = AGENTS.flatMap(({ name, groups }, i) =>
  (i === 0 ? ['mail', 'files'] : ['mail']).flatMap((server) =>
    policy.limits
      .charges({
        principal: { tenant: 'default', agent: name, user: undefined, groups, attributes: {}, keyId: 'k' },
        server,
        subject: { kind: 'tool', name: 'send' },
        labels: [],
        isUse: true,
        args: {},
        named: undefined,
      })
      .map(({ limit, key }) => ({ limit, key, remaining: i, admitted: i + 1, refused: i, lastRefusedMs: 1, retryAfterMs: i })),
  ),
);
const unique = [...new Map(accounts.map((one) => [`${one.limit} ${one.key}`, one])).values()];
const view = (privacy: Shown['privacy']): ReturnType<typeof viewLimits> =>
  viewLimits(DOCUMENT.limits ?? {}, unique, 5_000, { privacy, sizeOf: groupSizes(AGENTS) });
const bucketsOf = (privacy: Shown['privacy'], name: string) => view(privacy).limits.find((limit) => limit.name === name)?.buckets ?? [];

test('without a word of privacy each has its own line, the emptiest first', () => {
  const each = bucketsOf(PROFILES.minimal, 'each');
  assert.equal(each.length, 8);
  assert.deepEqual([each[0]?.agent, each[0]?.admitted, each[0]?.agents], ['gil', 7, null]);
  assert.ok(view(PROFILES.minimal).limits.every(({ fewest }) => fewest === null));
});

test('where nobody is to be told apart, all are shown as one, and few not at all', () => {
  const text = JSON.stringify(view(PROFILES['works-council']));
  for (const { name } of AGENTS) assert.ok(!text.includes(`"${name}"`), name);
  assert.deepEqual(
    bucketsOf(PROFILES['works-council'], 'each').map(({ server, agents, admitted, refused, remaining, lastRefusedAt, retryAfterMs }) => [
      server,
      agents,
      admitted,
      refused,
      remaining,
      lastRefusedAt,
      retryAfterMs,
    ]),
    // Of files only one has taken anything.
    [['mail', 7, 28, 21, null, null, null]],
  );
});

test('a group of few is as good as a name', () => {
  assert.deepEqual(
    bucketsOf(PROFILES['works-council'], 'group').map(({ group }) => group),
    [],
  );
  const shown = bucketsOf({ subjects: 'pseudonyms', smallestGroup: 3 }, 'group');
  assert.deepEqual(
    shown.map(({ group, agents }) => [group, agents]),
    [['staff', 3]],
  );
});

test('calls that are the same are counted for each agent, and shown for all', () => {
  assert.deepEqual(
    bucketsOf(PROFILES.health, 'same').map(({ agent, server, agents }) => [agent, server, agents]),
    [[null, 'mail', 7]],
  );
});

test('what is not counted for people stays as it is', () => {
  assert.deepEqual(bucketsOf(PROFILES['works-council'], 'all'), bucketsOf(PROFILES.minimal, 'all'));
});

test('names that may be shown, but no figures about few: then there are no names either', () => {
  const text = JSON.stringify(view({ subjects: 'names', smallestGroup: 2 }));
  for (const { name } of AGENTS) assert.ok(!text.includes(`"${name}"`), name);
});

test('the buckets of one limit, by page', () => {
  const page = (query: Partial<Parameters<typeof pageBuckets>[2]>, privacy: Shown['privacy'] = PROFILES.minimal) =>
    pageBuckets(
      DOCUMENT.limits ?? {},
      unique,
      { name: 'each', state: 'all', limit: 3, ...query },
      {
        nowMs: 5_000,
        shown: { privacy, sizeOf: groupSizes(AGENTS) },
      },
    );
  const first = page({});
  assert.deepEqual([first?.limit.name, first?.total, first?.next], ['each', 8, '3']);
  assert.deepEqual(
    first?.buckets.map(({ agent }) => agent),
    ['gil', 'fay', 'eve'],
  );
  assert.deepEqual(
    page({ cursor: '6' })?.buckets.map(({ agent, server }) => [agent, server]),
    [
      ['ann', 'mail'],
      ['ann', 'files'],
    ],
  );
  assert.deepEqual([page({ cursor: '6' })?.next, page({ search: 'FILES' })?.total, page({ search: 'fay' })?.total], [null, 1, 1]);
  assert.equal(page({ name: 'toString' }), undefined);
  // Who is searched for is not found where people are not told apart.
  const together = page({ search: 'fay' }, PROFILES['works-council']);
  assert.equal(together?.total, 0);
});
