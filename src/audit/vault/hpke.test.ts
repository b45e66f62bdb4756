// The vectors are those of RFC 9180: A.1.1 (AES-128-GCM, in the appendix), and the one of the same key exchange with AES-256-GCM, from the machine-readable
// file that the RFC refers to.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { AES_256_GCM, openSealed, rawPrivateKey, rawPublicKey, sealTo, toPrivateKey } from './hpke.ts';
import type { Aead } from './hpke.ts';

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

const INFO = hex('4f6465206f6e2061204772656369616e2055726e');
const AAD = hex('436f756e742d30');
const MESSAGE = hex('4265617574792069732074727574682c20747275746820626561757479');
const VECTORS: readonly {
  readonly name: string;
  readonly aead: Aead;
  readonly skE: string;
  readonly enc: string;
  readonly skR: string;
  readonly pkR: string;
  readonly ciphertext: string;
}[] = [
  {
    name: 'A.1.1, AES-128-GCM',
    aead: { id: 1, keyBytes: 16, cipher: 'aes-128-gcm' },
    skE: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
    enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
    skR: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
    pkR: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
    ciphertext: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
  },
  {
    name: 'AES-256-GCM',
    aead: AES_256_GCM,
    skE: '179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11',
    enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
    skR: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
    pkR: '430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c',
    ciphertext: 'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
  },
];

for (const { name, aead, skE, enc, skR, pkR, ciphertext } of VECTORS) {
  test(`seals and opens as RFC 9180 does: ${name}`, () => {
    const bound = { info: INFO, aad: AAD };
    const sealed = sealTo(hex(pkR), MESSAGE, bound, aead, toPrivateKey(hex(skE)));
    assert.equal(Buffer.from(sealed.enc).toString('hex'), enc);
    assert.equal(Buffer.from(sealed.ciphertext).toString('hex'), ciphertext);
    const key = toPrivateKey(hex(skR));
    assert.equal(Buffer.from(rawPublicKey(key)).toString('hex'), pkR);
    assert.deepEqual(openSealed(key, { enc: hex(enc), ciphertext: hex(ciphertext) }, bound, aead), MESSAGE);
  });
}

test('nothing opens for another key, another purpose, or after a change', () => {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const bound = { info: Buffer.from('info'), aad: Buffer.from('aad') };
  const sealed = sealTo(rawPublicKey(publicKey), MESSAGE, bound);
  assert.deepEqual(openSealed(privateKey, sealed, bound), MESSAGE);
  assert.equal(openSealed(generateKeyPairSync('x25519').privateKey, sealed, bound), undefined);
  assert.equal(openSealed(privateKey, sealed, { ...bound, info: Buffer.from('other') }), undefined);
  assert.equal(openSealed(privateKey, sealed, { ...bound, aad: Buffer.from('other') }), undefined);
  for (const part of ['enc', 'ciphertext'] as const) {
    for (let at = 0; at < sealed[part].length; at++) {
      const changed = Buffer.from(sealed[part]);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      assert.equal(openSealed(privateKey, { ...sealed, [part]: changed }, bound), undefined, `${part} ${at}`);
    }
    assert.equal(openSealed(privateKey, { ...sealed, [part]: sealed[part].subarray(1) }, bound), undefined);
    assert.equal(openSealed(privateKey, { ...sealed, [part]: new Uint8Array(0) }, bound), undefined);
  }
});

test('a point of low order is refused on both sides', () => {
  const { privateKey } = generateKeyPairSync('x25519');
  const bound = { info: INFO, aad: AAD };
  const zero = new Uint8Array(32);
  assert.throws(() => sealTo(zero, MESSAGE, bound));
  assert.equal(openSealed(privateKey, { enc: zero, ciphertext: new Uint8Array(48) }, bound), undefined);
});

test('raw keys go out and come back', () => {
  const { privateKey } = generateKeyPairSync('x25519');
  const raw = rawPrivateKey(privateKey);
  assert.equal(raw.length, 32);
  assert.deepEqual(rawPublicKey(toPrivateKey(raw)), rawPublicKey(privateKey));
});
