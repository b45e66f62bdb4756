import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSumOrTime } from './sums.ts';

/** Whether the digits of a text are skipped. */
function skips(text: string): boolean {
  const bytes = Buffer.from(text);
  const run = /[0-9](?:[ .-]?[0-9])*/.exec(text);
  assert.ok(run !== null);
  return isSumOrTime(bytes, run.index, run.index + run[0].length);
}

test('sums, times and addresses are no numbers of anybody', () => {
  for (const text of [
    '0.506892',
    ',1234.5678,',
    '$ 12.345',
    '2026-11-23',
    '2026-11-23 02:02',
    'at 1999-01-01 10',
    '192.168.1.100',
    '1.2.3.4',
  ]) {
    assert.ok(skips(text), text);
  }
});

test('what may be one is looked at', () => {
  const texts = [
    '4111111111111111',
    '555.0100',
    '555.123.4567',
    '01.23.45.67.89',
    '85.07.30-033.28',
    '536-90-4399',
    '2026-11-23 4111',
    '3026-11-23',
    '756.9217.0769.85',
    'DE12.345678',
    '12345678.123',
    '390.533.447-05',
    '1-1234-56789-12-0',
  ];
  for (const text of texts) assert.ok(!skips(text), text);
});
