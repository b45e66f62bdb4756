import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress, isLoopback, parseAddress } from './index.ts';
import { isAddressBlock } from './address.ts';

test('addresses are read, and written as they were', () => {
  for (const text of ['127.0.0.1:7625', '0.0.0.0:0', 'localhost:65535', '[::1]:80', '[fe80::1]:1', '[::ffff:127.0.0.1]:80']) {
    const address = parseAddress(text);
    assert.ok(address, text);
    assert.equal(formatAddress(address), text);
  }
});

test('what is no address is not read', () => {
  const texts = [
    '',
    ':80',
    '80',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:x',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:000080',
    'gateway:80',
    '[127.0.0.1]:80',
    '::1:80',
    '[::1]',
    '[::g]:1',
    '127.0.0.256:1',
    ' 127.0.0.1:1',
    '127.0.0.1:1\n',
    '[fe80::1%eth0]:1',
  ];
  for (const text of texts) assert.equal(parseAddress(text), undefined, text);
});

test('loopback is what only this machine can reach', () => {
  for (const host of ['127.0.0.1', '127.255.0.1', '::1', '0:0:0:0:0:0:0:1', 'localhost', '::ffff:127.0.0.1'])
    assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', 'gateway.example', 'localhost.example', ''])
    assert.equal(isLoopback(host), false, host);
});

test('address blocks are IP addresses, with or without a length', () => {
  for (const text of ['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', 'fd00::/8', '::1', '::1/128']) assert.equal(isAddressBlock(text), true, text);
  for (const text of ['', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0/8', 'x/8', '10.0.0.0/8/8', '10.0.0.0/-1', 'localhost'])
    assert.equal(isAddressBlock(text), false, text);
});
