import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUnsigned,
  derUtf8,
  derValue,
  toPem,
} from './der.ts';

const VALUES: readonly [what: string, der: Buffer, hex: string][] = [
  ['an empty sequence', derSequence(), '3000'],
  ['a sequence', derSequence(derBoolean(true), derBoolean(false)), '30060101ff010100'],
  ['a set', derSetOf(derBoolean(true)), '31030101ff'],
  ['zero', derUnsigned(Buffer.from([0])), '020100'],
  ['127', derUnsigned(Buffer.from([0x7f])), '02017f'],
  ['128, which needs a sign byte', derUnsigned(Buffer.from([0x80])), '02020080'],
  ['leading zeros, which are dropped', derUnsigned(Buffer.from([0, 0, 1, 2])), '02020102'],
  ['a bit string', derBitString(Buffer.from([0x80]), 7), '03020780'],
  ['an octet string', derOctetString(Buffer.from('hi')), '04026869'],
  ['an object identifier', derOid('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
  ['a short object identifier', derOid('2.5.4.3'), '0603550403'],
  ['text', derUtf8('é'), '0c02c3a9'],
  ['a time before 2050', derTime(new Date('2049-12-31T23:59:59.999Z')), `170d${Buffer.from('491231235959Z').toString('hex')}`],
  ['a time from 2050 on', derTime(new Date('2050-01-01T00:00:00Z')), `180f${Buffer.from('20500101000000Z').toString('hex')}`],
  ['an explicit tag', derExplicit(3, derBoolean(true)), 'a3030101ff'],
  ['an implicit tag', derImplicit(2, Buffer.from('a')), '820161'],
];

for (const [what, der, hex] of VALUES) {
  test(`${what} in DER`, () => assert.equal(der.toString('hex'), hex));
}

for (const [length, prefix] of [
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65_536, '0483010000'],
] as const) {
  test(`a length of ${length}`, () => {
    const der = derValue(0x04, Buffer.alloc(length));
    assert.equal(der.subarray(0, prefix.length / 2).toString('hex'), prefix);
    assert.equal(der.length, prefix.length / 2 + length);
  });
}

test('PEM has lines of 64 characters', () => {
  assert.equal(toPem('X', Buffer.alloc(49)), `-----BEGIN X-----\n${'A'.repeat(64)}\nAA==\n-----END X-----\n`);
});
