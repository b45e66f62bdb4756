import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawPublicKey } from './hpke.ts';
import { createVaultKey, parseRecipient, parseVaultKeyFile, printRecipient, printVaultKeyFile } from './vault-key.ts';

test('both halves are read as they were printed', () => {
  const key = createVaultKey();
  assert.deepEqual(parseRecipient(printRecipient(key)), rawPublicKey(key));
  const file = printVaultKeyFile(key, new Date(0));
  assert.match(file, /^# public key: sallyport-vault1:/m);
  const read = parseVaultKeyFile(file) ?? assert.fail();
  assert.equal(printRecipient(read), printRecipient(key));
});

test('a half is not taken for the other, nor anything else for either', () => {
  const key = createVaultKey();
  const file = printVaultKeyFile(key, new Date(0));
  const [secret = ''] = file.split('\n').filter((line) => line.startsWith('SALLYPORT'));
  assert.equal(parseRecipient(secret), undefined);
  assert.equal(parseVaultKeyFile(printRecipient(key)), undefined);
  assert.equal(parseVaultKeyFile(`${secret}\n${secret}\n`), undefined);
  assert.equal(parseVaultKeyFile(''), undefined);
  const recipient = printRecipient(key);
  for (const text of ['', recipient.slice(1), recipient.slice(0, -1), `${recipient}A`, recipient.toUpperCase()])
    assert.equal(parseRecipient(text), undefined, text);
});

test('a key to which nothing can be sealed is none', () => {
  assert.equal(parseRecipient(`sallyport-vault1:${'A'.repeat(43)}`), undefined);
});

test('a key has one spelling', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const recipient = printRecipient(createVaultKey());
  const last = letters.indexOf(recipient.slice(-1));
  // The last letter of 43 has two bits that belong to no byte.
  for (const spare of [1, 2, 3]) assert.equal(parseRecipient(recipient.slice(0, -1) + letters.charAt(last ^ spare)), undefined);
});
