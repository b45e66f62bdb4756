// What the glance skips, the readers of addresses find nothing in, however a text is made of the same characters.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createAddressGlance } from './address-glance.ts';
import { findIpv4, findIpv6 } from './ip.ts';

function skips(text: string): boolean {
  const bytes = Buffer.from(text);
  const glance = createAddressGlance();
  glance.begin(bytes, 0, bytes.length, '');
  return glance.skips(0, bytes.length);
}

function isAddress(text: string): boolean {
  const candidate = { value: text, window: `ip ${text}`, at: 3, key: 'ip', surface: 'answer' } as const;
  return findIpv4(candidate) !== undefined || findIpv6(candidate) !== undefined;
}

void test('times, versions, hardware addresses and fingerprints are told by their bytes', () => {
  for (const text of [
    '12:30:59.123',
    '1.2.3.4.5',
    '10.20.300',
    'de:ad:be:ef:00:01',
    '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff',
    '::',
    '1.2.3.4567',
  ])
    assert.ok(skips(text), text);
});

void test('addresses are read, also beside a colon, a port or the end of a sentence', () => {
  for (const text of [
    '81.2.69.160',
    ':81.2.69.160',
    '81.2.69.160:8080',
    '81.2.69.160.',
    '2606:4700::1111',
    ':2606:4700::1111',
    'fd12:3456::1',
    '64:ff9b:0:0:0:0:5102:45a0',
    '64:ff9b:0:0:0:0:5102:45a0.',
    '64:FF9B:0:0:0:0:5102:45A0:',
  ])
    assert.ok(!skips(text), text);
});

void test('whatever is skipped is no address', () => {
  const pieces = [
    '2',
    '3',
    '25',
    '0',
    '255',
    '81',
    '2001',
    'fd00',
    'db8',
    'ff',
    '64',
    '.',
    ':',
    '::',
    'fe80',
    '1.2.3.4',
    '69.160',
    ':8080',
  ];
  let seed = 7;
  const below = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  for (let round = 0; round < 20_000; round += 1) {
    const marks = below(3);
    const text = Array.from(
      { length: 1 + below(12) },
      () => `${pieces[below(pieces.length)] ?? ''}${marks === 0 ? '' : marks === 1 ? '.' : ':'}`,
    ).join('');
    if (skips(text)) assert.ok(!isAddress(text), text);
  }
});
