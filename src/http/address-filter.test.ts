import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressFilter } from './address-filter.ts';

const any = createAddressFilter('any');
const open = createAddressFilter('public');

// Address, allowed by 'any', allowed by 'public'.
const TABLE: readonly [address: string, any: boolean, open: boolean][] = [
  // Public.
  ['1.1.1.1', true, true],
  ['93.184.216.34', true, true],
  ['172.32.0.1', true, true],
  ['2606:4700:4700::1111', true, true],
  ['2a00:1450::1', true, true],
  // An IPv4 address in the clothes of an IPv6 one.
  ['::ffff:1.1.1.1', true, true],
  ['::ffff:101:101', true, true],
  ['64:ff9b::1.1.1.1', true, true],
  // Loopback and private: an operator may mean them, the network may not.
  ['127.0.0.1', true, false],
  ['127.255.255.254', true, false],
  ['10.0.0.1', true, false],
  ['172.16.0.1', true, false],
  ['172.31.255.255', true, false],
  ['192.168.1.1', true, false],
  ['100.64.0.1', true, false],
  ['192.0.2.1', true, false],
  ['198.18.0.1', true, false],
  ['198.51.100.1', true, false],
  ['203.0.113.1', true, false],
  ['192.88.99.1', true, false],
  ['::1', true, false],
  ['fc00::1', true, false],
  ['fdff::1', true, false],
  ['::ffff:127.0.0.1', true, false],
  ['::ffff:7f00:1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['64:ff9b::10.0.0.1', true, false],
  ['64:ff9b::7f00:1', true, false],
  ['2002:7f00:1::', true, false],
  ['2002:a00:1::1', true, false],
  ['2002:101:101::', true, false],
  ['2001:0:1::1', true, false],
  ['2001:db8::1', true, false],
  ['3fff::1', true, false],
  ['4000::1', true, false],
  // Never.
  ['0.0.0.0', false, false],
  ['0.1.2.3', false, false],
  ['169.254.169.254', false, false],
  ['169.254.0.1', false, false],
  ['100.100.100.200', false, false],
  ['168.63.129.16', false, false],
  ['192.0.0.192', false, false],
  ['224.0.0.1', false, false],
  ['255.255.255.255', false, false],
  ['::', false, false],
  ['fe80::1', false, false],
  ['febf::1', false, false],
  ['fe80::1%eth0', false, false],
  ['2606:4700:4700::1111%eth0', false, false],
  ['fec0::1', false, false],
  ['ff02::1', false, false],
  ['100::1', false, false],
  ['fd00:ec2::254', false, false],
  ['fd20:ce::254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['::ffff:a9fe:a9fe', false, false],
  ['::ffff:0.0.0.0', false, false],
  ['::169.254.169.254', false, false],
  ['64:ff9b::169.254.169.254', false, false],
  ['64:ff9b:1::a9fe:a9fe', false, false],
  ['2002:a9fe:a9fe::1', false, false],
  // No addresses at all; names are resolved before they are judged.
  ['', false, false],
  ['localhost', false, false],
  ['127.1', false, false],
  ['2130706433', false, false],
  ['0x7f.0.0.1', false, false],
  ['[::1]', false, false],
  ['127.0.0.1 ', false, false],
];

for (const [address, byAny, byPublic] of TABLE) {
  test(`${JSON.stringify(address)}: any ${byAny}, public ${byPublic}`, () => {
    assert.equal(any(address), byAny, 'any');
    assert.equal(open(address), byPublic, 'public');
  });
}

test('a list allows exactly what it names', () => {
  const listed = createAddressFilter(['10.1.0.0/16', '192.168.1.7', 'fd00::/8']);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.168.1.7', 'fd12::1']) assert.equal(listed(address), true, address);
  for (const address of ['10.2.0.1', '192.168.1.8', '1.1.1.1', '127.0.0.1', '::1', '64:ff9b::10.1.2.3', 'fe80::1', 'fd12::1%lo'])
    assert.equal(listed(address), false, address);
  assert.equal(createAddressFilter([])('127.0.0.1'), false);
});

for (const entry of ['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8.5', '10.0.0.0/', '10.0.0', 'example.com', '::/129', 'fe80::%eth0/64', '']) {
  test(`${JSON.stringify(entry)} in a list is refused by name`, () => {
    assert.throws(() => createAddressFilter(['10.0.0.0/8', entry]), {
      name: 'TypeError',
      message: new RegExp(entry.replaceAll('.', '\\.')),
    });
  });
}
