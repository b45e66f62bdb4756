// Who touched a server, added up from entries.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreachTally } from './breach.ts';
import type { Entry, EntryLine } from './entry.ts';

function line(time: number, members: Readonly<Record<string, unknown>>): EntryLine {
  return { seq: 1, time, text: '', members };
}

function call(time: number, members: Readonly<Record<string, unknown>>, end?: Readonly<Record<string, unknown>>): Entry {
  const decision = line(time, {
    verdict: 'allow',
    tenant: 'default',
    agent: 'a',
    keyId: 'k',
    method: 'tools/call',
    tool: 't',
    requestBytes: 10,
    ...members,
  });
  return { slot: 'w', kind: 'call', line: decision, outcome: end === undefined ? undefined : line(time + 5, end) };
}

test('each agent with each key is a party, in the order in which they came', () => {
  const tally = createBreachTally();
  tally.add(call(30, { agent: 'b' }, { status: 'ok', answerBytes: 7 }));
  tally.add(call(10, { keyId: 'old' }, { status: 'ok', answerBytes: 5 }));
  tally.add(call(20, {}, { status: 'failed', answerBytes: 0 }));
  tally.add(call(25, { verdict: 'deny', findings: [{ type: 'email', count: 3 }] }));
  tally.add(call(40, {}));
  const { parties, calls, unlisted } = tally.report();
  assert.deepEqual(
    parties.map(({ agent, key }) => `${agent} ${key}`),
    ['a old', 'a k', 'b k'],
  );
  assert.deepEqual([calls, unlisted], [5, 0]);
  const { firstMs, lastMs, calls: passed, refused, requestBytes, answerBytes, ended, findings, tools } = parties[1] ?? assert.fail();
  assert.deepEqual([firstMs, lastMs, passed, refused, requestBytes, answerBytes], [20, 40, 2, 1, 20, 0]);
  assert.deepEqual([ended, findings, tools], [{ failed: 1, 'under way': 1 }, { email: 3 }, { t: 3 }]);
});

test('what a refused call would have sent did not get there', () => {
  const tally = createBreachTally();
  tally.add(call(1, { verdict: 'deny', requestBytes: 1_000 }));
  assert.equal(tally.report().parties[0]?.requestBytes, 0);
});

test('any number of tool names takes up little, and none of them is taken for something else', () => {
  const tally = createBreachTally();
  tally.add(call(1, { tool: '__proto__' }));
  for (let at = 0; at < 500; at++) tally.add(call(at, { tool: `t${at}` }));
  const { tools } = tally.report().parties[0] ?? assert.fail();
  assert.equal(Object.keys(tools).length, 101);
  assert.equal(tools['(others)'], 401);
  assert.equal(Object.getOwnPropertyDescriptor(tools, '__proto__')?.value, 1);
});
