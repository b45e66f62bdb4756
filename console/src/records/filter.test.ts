import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFilter, toOptions, toQuery, toTime } from './filter.ts';

const NOW = Date.parse('2026-11-23T08:30:20.500Z');

test('reads of an address what a filter has', () => {
  assert.deepEqual(readFilter({ verdict: 'deny', agent: '', tool: 7, page: 'x', order: 'oldest' }), {
    verdict: 'deny',
    tool: '7',
    order: 'oldest',
  });
});

for (const [text, time] of [
  ['24h', '2026-11-22T08:30:00.000Z'],
  ['15m', '2026-11-23T08:15:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00Z'],
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'],
] as const) {
  test(`${text} is ${time}`, () => assert.equal(toTime(text, NOW), time));
}

test('asks the API for times, and leaves the rest', () => {
  assert.deepEqual(toQuery({ from: '1h', verdict: 'deny' }, NOW), { from: '2026-11-23T07:30:00.000Z', verdict: 'deny' });
});

test('says the same as a command', () => {
  assert.deepEqual(toOptions({ from: '24h', kind: 'call,act', verdict: 'deny', order: 'oldest' }), [
    '--from',
    '24h',
    '--kind',
    'call',
    '--kind',
    'act',
    '--verdict',
    'deny',
    '--sort',
    'oldest',
  ]);
});
