import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProxyHeader } from './proxy-protocol.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';

function read(hex: string) {
  return readProxyHeader(Buffer.from(`${SIGNATURE}${hex}`.replaceAll(' ', ''), 'hex'));
}

test('an IPv4 client', () => {
  assert.deepEqual(read('21 11 000c c0000201 0a000001 1234 0050'), { kind: 'proxied', length: 28, address: '192.0.2.1', port: 0x1234 });
});

test('an IPv6 client, and one that is IPv4 in disguise', () => {
  const rest = '00000000000000000000000000000001 1234 0050';
  assert.deepEqual(read(`21 21 0024 20010db8000000000000000000000001 ${rest}`), {
    kind: 'proxied',
    length: 52,
    address: '2001:db8::1',
    port: 0x1234,
  });
  assert.deepEqual(read(`21 21 0024 00000000000000000000ffffc0000201 ${rest}`), {
    kind: 'proxied',
    length: 52,
    address: '192.0.2.1',
    port: 0x1234,
  });
});

test('extensions behind the addresses are skipped, and so is what follows the header', () => {
  assert.deepEqual(read('21 11 0010 c0000201 0a000001 1234 0050 04000161 474554'), {
    kind: 'proxied',
    length: 32,
    address: '192.0.2.1',
    port: 0x1234,
  });
});

test('a proxy that speaks for itself', () => {
  assert.deepEqual(read('20 00 0000'), { kind: 'local', length: 16 });
  assert.deepEqual(read('20 11 000c c0000201 0a000001 1234 0050'), { kind: 'local', length: 28 });
});

test('no header', () => {
  assert.deepEqual(readProxyHeader(Buffer.from('GET / HTTP/1.1\r\n')), { kind: 'absent' });
  assert.deepEqual(readProxyHeader(Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n')), { kind: 'absent' });
});

test('every beginning of a header asks for more', () => {
  const whole = Buffer.from(`${SIGNATURE}2111000cc00002010a00000112340050`, 'hex');
  for (let length = 0; length < whole.length; length += 1) {
    assert.deepEqual(readProxyHeader(whole.subarray(0, length)), { kind: 'partial' }, `${length} bytes`);
  }
});

const malformed: readonly (readonly [name: string, hex: string])[] = [
  ['version 1', '11 11 000c c0000201 0a000001 1234 0050'],
  ['an unknown command', '22 11 000c c0000201 0a000001 1234 0050'],
  ['a datagram', '21 12 000c c0000201 0a000001 1234 0050'],
  ['a unix socket', `21 31 00d8 ${'00'.repeat(216)}`],
  ['an unspecified family', '21 00 0000'],
  ['too few bytes for IPv4', '21 11 000b c0000201 0a000001 1234 00'],
  ['too few bytes for IPv6', `21 21 000c c0000201 0a000001 1234 0050`],
  ['a length beyond the cap', '21 11 ffff'],
];

for (const [name, hex] of malformed) {
  test(`refuses ${name}`, () => assert.deepEqual(read(hex), { kind: 'malformed' }));
}

test('refuses a signature that goes wrong at any byte', () => {
  const signature = Buffer.from(SIGNATURE, 'hex');
  for (let at = 1; at < signature.length; at += 1) {
    const wrong = Buffer.from(signature);
    wrong[at] = (wrong[at] ?? 0) ^ 1;
    assert.deepEqual(readProxyHeader(wrong.subarray(0, at + 1)), { kind: 'malformed' }, `byte ${at}`);
  }
});
