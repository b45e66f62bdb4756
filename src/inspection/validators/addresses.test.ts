import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4, parseIpv6, parseLooseIpv4, reachOfIpv4, reachOfIpv6 } from './addresses.ts';

test('strict addresses are four decimal numbers', () => {
  assert.equal(parseIpv4('1.2.3.4'), 0x01_02_03_04);
  assert.equal(parseIpv4('255.255.255.255'), 0xff_ff_ff_ff);
  for (const text of ['1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.', '', '0x1.2.3.4', '1.2.3.-4'])
    assert.equal(parseIpv4(text), undefined, text);
});

test('C libraries read fewer numbers, octal and hexadecimal ones; so does the URL standard', () => {
  for (const text of [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '0x7f.0x0.0x0.0x1',
  ]) {
    assert.equal(parseLooseIpv4(text), 0x7f_00_00_01, text);
    assert.equal(new URL(`http://${text}/`).hostname, '127.0.0.1', text);
  }
  for (const text of ['1.2.3.4.5', '256.1', '1.256.1.1', '4294967296', '1.2.3.256', 'a.b', '', '1..2']) {
    assert.equal(parseLooseIpv4(text), undefined, text);
  }
  // No octal number: some refuse it, and some read it as a decimal one.
  assert.equal(parseLooseIpv4('08.1.1.1'), 0x08_01_01_01);
});

test('groups of IPv6, with one gap, an IPv4 end or a zone', () => {
  assert.deepEqual(parseIpv6('2001:db8::1'), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(parseIpv6('::'), [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(parseIpv6('::ffff:1.2.3.4'), [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]);
  assert.deepEqual(parseIpv6('fe80::1%eth0'), [0xfe80, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(parseIpv6('1:2:3:4:5:6:7:8'), [1, 2, 3, 4, 5, 6, 7, 8]);
  for (const text of ['1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '1:2:3:4:5:6:7:8::', '1.2.3.4::', '::1.2.3']) {
    assert.equal(parseIpv6(text), undefined, text);
  }
});

test('where addresses lead, also those that carry another', () => {
  const expected = {
    metadata: [
      '169.254.169.254',
      '169.254.170.2',
      '100.100.100.200',
      '::ffff:a9fe:a9fe',
      '::a9fe:a9fe',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      'fd00:ec2::254',
    ],
    'link-local': ['169.254.1.1', 'fe80::1', 'febf::1', '::ffff:169.254.0.9'],
    loopback: ['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '::1', '::', '::ffff:127.0.0.1'],
    private: [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      'fc00::1',
      'fdff::1',
      'ff02::1',
      'fec0::1',
      '64:ff9b:1::1',
    ],
    public: [
      '8.8.8.8',
      '172.32.0.1',
      '172.15.255.255',
      '100.128.0.1',
      '169.253.1.1',
      '192.167.1.1',
      '2606:4700::1111',
      '::ffff:8.8.8.8',
      '2002:808:808::',
    ],
  };
  for (const [reach, addresses] of Object.entries(expected)) {
    for (const address of addresses) {
      const found = address.includes(':') ? reachOfIpv6(parseIpv6(address) ?? []) : reachOfIpv4(parseIpv4(address) ?? 0);
      assert.equal(found, reach, address);
    }
  }
});
