import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList, plainAddress } from './address-list.ts';

test('addresses and networks of both families', () => {
  const list = parseAddressList(['10.0.0.0/8', '192.0.2.1', 'fd00::/8', '::1']);
  assert.ok(list.ok);
  for (const inside of ['10.1.2.3', '192.0.2.1', 'fd12::1', '::1', '0:0:0:0:0:0:0:1']) assert.equal(list.value.has(inside), true, inside);
  for (const outside of ['11.0.0.1', '192.0.2.2', 'fe80::1', '::2', '', 'unix', 'localhost', '10.0.0.1/8'])
    assert.equal(list.value.has(outside), false, outside);
});

test('an empty list has nobody', () => {
  const list = parseAddressList([]);
  assert.ok(list.ok);
  assert.equal(list.value.has('127.0.0.1'), false);
});

for (const entry of [
  '',
  'localhost',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/08',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '::1/129',
  'fe80::1%eth0',
  '10.0.0.1 ',
  '/8',
]) {
  test(`refuses the entry '${entry}' and names it`, () => {
    const list = parseAddressList(['10.0.0.1', entry]);
    assert.ok(!list.ok);
    assert.ok(list.error.startsWith(`'${entry}' `));
  });
}

test('one spelling per address', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('::FFFF:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('2001:DB8::1'), '2001:db8::1');
  assert.equal(plainAddress('::ffff:x'), '::ffff:x');
});
