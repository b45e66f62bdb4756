import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { sha256Hex } from '../base/index.ts';
import { createKey } from './index.ts';
import { parseBearerKey } from './key.ts';

const TEXT = `spk_${'A'.repeat(43)}`;

test('a new key has the documented form and is made of exactly the given bytes', () => {
  const random = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
  const key = createKey(random);
  assert.equal(key.text.reveal(), 'spk___79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA');
  assert.match(key.text.reveal(), /^spk_[A-Za-z0-9_-]{43}$/);
  assert.equal(key.sha256, sha256Hex(key.text.reveal()));
  assert.equal(key.id, `key_${key.sha256.slice(0, 16)}`);
});

test('a key takes exactly 32 random bytes', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => createKey(new Uint8Array(length)), RangeError);
});

test('a new key does not print its text', () => {
  const key = createKey(new Uint8Array(32));
  for (const printed of [JSON.stringify(key), inspect(key, { depth: 9, showHidden: true }), String(key.text)]) {
    assert.equal(printed.includes('AAAA'), false);
  }
});

const HASH = sha256Hex(TEXT);
const headers: readonly (readonly [what: string, header: string, expected: string | undefined])[] = [
  ['the usual form', `Bearer ${TEXT}`, HASH],
  ['a lowercase scheme', `bearer ${TEXT}`, HASH],
  ['an uppercase scheme', `BEARER ${TEXT}`, HASH],
  ['several spaces', `Bearer   ${TEXT}`, HASH],
  ['no space', `Bearer${TEXT}`, undefined],
  ['a tab for a space', `Bearer\t${TEXT}`, undefined],
  ['another scheme of six letters', `Digest ${TEXT}`, undefined],
  ['another scheme', `Basic ${TEXT}`, undefined],
  ['a longer scheme', `XBearer ${TEXT}`, undefined],
  ['only the key', TEXT, undefined],
  ['a space in front', ` ${TEXT}`, undefined],
  ['a key too short', `Bearer ${TEXT.slice(0, -1)}`, undefined],
  ['a key too long', `Bearer ${TEXT}A`, undefined],
  ['a list of two', `Bearer ${TEXT}, Bearer ${TEXT}`, undefined],
  ['two keys', `Bearer ${TEXT} ${TEXT}`, undefined],
  ['another prefix', `Bearer sk__${'A'.repeat(43)}`, undefined],
  ['nothing', '', undefined],
  ['the scheme alone', 'Bearer ', undefined],
  ['a megabyte', `Bearer ${'A'.repeat(1 << 20)}`, undefined],
];
for (const [what, header, expected] of headers) {
  test(`an Authorization header with ${what} ${expected === undefined ? 'is not a key' : 'is a key'}`, () => {
    assert.equal(parseBearerKey(header), expected);
  });
}
