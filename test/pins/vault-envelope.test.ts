// The envelope of the vault, in literals: what was sealed must open for as long as it is kept, whatever has become of the program since.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelopeKey, openEnvelope, parseRecipient, parseVaultKeyFile, printRecipient, readHead } from '../../src/audit/index.ts';

const KEY = 'SALLYPORT-VAULT-KEY-1:qImhzsW3LcZEU1uSR_pHXaXGYuxD9-r2pMXubKKiYlQ';
const RECIPIENT = 'sallyport-vault1:o-o1W_Wm89oHfAjWro3zbJHd8HKPZCmVfFPaXEsMTS0';
const VAULT_KEY = Buffer.alloc(32, 7);
const ENVELOPE = Buffer.from(
  'eyJ2IjoxLCJpZCI6ImMxLmFyZ3MiLCJjYWxsIjoiYzEiLCJwYXJ0IjoiYXJndW1lbnRzIiwicHVycG9zZSI6ImluY2lkZW50IiwidGltZSI6MTcwMDAwMDAwMDAwMCwidW50aWwiOjE3MDI1OTIwMDAwMDAsInRlbmFudCI6ImRlZmF1bHQiLCJzZXJ2ZXIiOiJmaWxlcyIsIm5hbWUiOiJyZWFkIiwic3ViamVjdCI6InN1Yl8wMCIsImtleSI6InN1Yl8wMC4yMDIzLTExIiwicmVjaXBpZW50IjoiNmNmOGZlN2RiYjg5M2ExYiIsImVuYyI6IlJBSFl5S1k4YWtULTdZcGo3TjRnNmdxbnd1Q2dzdWUzS0d2aklOWnJkVFkiLCJkZWsiOiIyVjl4U3FkdUhuUjU0Mmhxd3pMeTk0YmpXclN2dVY3dkR4MmI0WGV5c1d3d2prV2ZZRUR4bWtDak90OUxJaEk0IiwiYnl0ZXMiOjE1LCJjdXQiOmZhbHNlfQpOO6eFIZPuLIhAzm6hNGahJ9PnDGtSH85D6mhjhaj/',
  'base64',
);

test('an envelope that was sealed by format 1 opens', () => {
  const privateKey = parseVaultKeyFile(KEY) ?? assert.fail();
  assert.equal(printRecipient(privateKey), RECIPIENT);
  assert.equal(parseRecipient(RECIPIENT)?.length, 32);
  const head = readHead(ENVELOPE) ?? assert.fail();
  assert.match(
    ENVELOPE.subarray(0, head.length).toString('latin1'),
    /^\{"v":1,"id":"c1\.args","call":"c1","part":"arguments","purpose":"incident","time":1700000000000,"until":1702592000000,"tenant":"default","server":"files","name":"read","subject":"sub_00","key":"sub_00\.2023-11","recipient":"[0-9a-f]{16}","enc":"[\w-]{43}","dek":"[\w-]{64}","bytes":15,"cut":false\}\n$/,
  );
  const opened = openEnvelope(head, ENVELOPE, { privateKey, envelopeKey: envelopeKey(VAULT_KEY, head.id, head.digest) });
  assert.equal(typeof opened === 'string' ? opened : Buffer.from(opened).toString(), '{"path":"/srv"}');
});

test('the half of the gateway is derived as ever', () => {
  assert.equal(
    Buffer.from(envelopeKey(VAULT_KEY, 'c1.args', undefined)).toString('hex'),
    '7b40c4d0308ac9599a4be22714266076fbae2741cb28dda1b6fc582894c4bf12',
  );
  assert.equal(
    Buffer.from(envelopeKey(VAULT_KEY, 'c1.args', '0'.repeat(64))).toString('hex'),
    'f2f2e5bf46f488652019ae3e0319d6247eb56c5322ae93aaddeb1e70ed70a4ff',
  );
});
