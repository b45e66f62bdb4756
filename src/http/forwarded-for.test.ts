import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList } from './address-list.ts';
import { clientOf } from './forwarded-for.ts';

const list = parseAddressList(['10.0.0.0/8', 'fd00::/8']);
assert.ok(list.ok);
const trusted = list.value;

const cases: readonly (readonly [value: string, client: string | undefined])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1, 10.0.0.1', '192.0.2.1'],
  ['192.0.2.1,10.0.0.1,10.0.0.2', '192.0.2.1'],
  ['10.0.0.1, 192.0.2.1', '192.0.2.1'],
  ['1.1.1.1, 192.0.2.1', '192.0.2.1'],
  ['<script>, , 192.0.2.1, 10.0.0.1', '192.0.2.1'],
  ['10.0.0.3, 10.0.0.1', '10.0.0.3'],
  ['10.0.0.3', '10.0.0.3'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:4711, fd00::1', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:10.0.0.1, 10.0.0.1', '10.0.0.1'],
  ['', undefined],
  [',', undefined],
  ['192.0.2.1,', undefined],
  ['192.0.2.1, unknown', undefined],
  ['192.0.2.1, 10.0.0.1, _hidden, 10.0.0.2', undefined],
  [', 10.0.0.1', undefined],
  ['localhost', undefined],
  ['192.0.2.1:', undefined],
  ['192.0.2.1:999999', undefined],
  ['192.0.2.1:80:80', undefined],
  ['192.0.2.01', undefined],
  ['[192.0.2.1]', undefined],
  ['2001:db8::1]:1', undefined],
  ['fe80::1%eth0', undefined],
  ['"192.0.2.1"', undefined],
];

for (const [value, client] of cases) {
  test(`'${value}' names ${client ?? 'nobody'}`, () => assert.equal(clientOf(value, trusted), client));
}

test('a list as long as a head allows is walked in linear time', () => {
  assert.equal(clientOf(`192.0.2.1${',10.0.0.1'.repeat(100_000)}`, trusted), '192.0.2.1');
});
