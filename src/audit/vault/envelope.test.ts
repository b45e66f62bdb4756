import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { envelopeKey, openEnvelope, sealEnvelope } from './envelope.ts';
import { readHead } from './envelope-head.ts';
import type { EnvelopeHead, EnvelopeParts } from './types.ts';
import { createVaultKey, fingerprintOf, parseRecipient, printRecipient } from './vault-key.ts';

const MESSAGE = Buffer.from('{"path":"/srv/canary-7c1f"}');
const privateKey = createVaultKey();
const recipient = parseRecipient(printRecipient(privateKey)) ?? assert.fail();
const PARTS: EnvelopeParts = {
  id: '0011223344556677-1.args',
  call: '0011223344556677-1',
  part: 'arguments',
  purpose: 'incident',
  time: 1_700_000_000_000,
  until: 1_702_592_000_000,
  tenant: 'default',
  server: 'files',
  name: 'read',
  subject: 'sub_00',
  key: 'sub_00.2023-11',
  recipient: fingerprintOf(printRecipient(privateKey)),
  isCut: false,
};

function headOf(bytes: Uint8Array): EnvelopeHead {
  return readHead(bytes) ?? assert.fail('there is no head');
}

test('an envelope opens with both keys, and says of itself what it was sealed about', () => {
  const vaultKey = randomBytes(32);
  const { bytes, sha256 } = sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey });
  const head = headOf(bytes);
  assert.deepEqual(openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(vaultKey, PARTS.id, head.digest) }), MESSAGE);
  const { enc, dek, bytes: length, length: headLength, digest, ...said } = head;
  assert.deepEqual(said, PARTS);
  assert.equal(length, MESSAGE.length);
  assert.equal(bytes.length, headLength + MESSAGE.length + 16);
  assert.equal(enc.length + dek.length, 32 + 48);
  for (const hash of [sha256, digest]) assert.match(hash ?? '', /^[0-9a-f]{64}$/);
});

test('nothing of the message can be seen, and no two envelopes of it are alike', () => {
  const vaultKey = randomBytes(32);
  const one = Buffer.from(sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey }).bytes);
  const other = Buffer.from(sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey }).bytes);
  assert.equal(one.includes('canary'), false);
  assert.equal(one.subarray(headOf(one).length).equals(other.subarray(headOf(other).length)), false);
});

test('one key is not enough, whichever it is', () => {
  const vaultKey = randomBytes(32);
  const { bytes } = sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey });
  const head = headOf(bytes);
  const right = envelopeKey(vaultKey, PARTS.id, head.digest);
  assert.equal(openEnvelope(head, bytes, { privateKey: createVaultKey(), envelopeKey: right }), 'recipient');
  assert.equal(openEnvelope(head, bytes, { privateKey, envelopeKey: randomBytes(32) }), 'changed');
  // The key of the subject's next envelope opens this one no more than any other.
  assert.equal(
    openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(vaultKey, '0011223344556677-2.args', head.digest) }),
    'changed',
  );
  assert.equal(openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(vaultKey, PARTS.id, undefined) }), 'changed');
});

test('the half that belongs to another head opens nothing, though that says the same id', () => {
  const vaultKey = randomBytes(32);
  const { bytes } = sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey });
  const forged = headOf(sealEnvelope({ ...PARTS, call: '0011223344556677-9', server: 'payroll' }, MESSAGE, { recipient, vaultKey }).bytes);
  const half = envelopeKey(vaultKey, forged.id, forged.digest);
  assert.equal(openEnvelope(headOf(bytes), bytes, { privateKey, envelopeKey: half }), 'changed');
});

test('a head whose times are none is none', () => {
  const text = Buffer.from(sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey: randomBytes(32) }).bytes).toString('latin1');
  for (const member of ['time', 'until'])
    for (const said of ['-1e17', '-1', '8640000000000001', '1e300', '1.5', '"1"', 'null']) {
      const changed = text.replace(new RegExp(`"${member}":\\d+`), `"${member}":${said}`);
      assert.notEqual(changed, text);
      assert.equal(readHead(Buffer.from(changed, 'latin1')), undefined, `${member} ${said}`);
    }
});

test('no byte of an envelope can be changed, added or taken away unseen', () => {
  const vaultKey = randomBytes(32);
  const { bytes } = sealEnvelope(PARTS, MESSAGE, { recipient, vaultKey });
  const opening = { privateKey, envelopeKey: envelopeKey(vaultKey, PARTS.id, headOf(bytes).digest) };
  const opens = (changed: Uint8Array): boolean => {
    const head = readHead(changed);
    return head !== undefined && typeof openEnvelope(head, changed, opening) !== 'string';
  };
  assert.equal(opens(bytes), true);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    assert.equal(opens(changed), false, `byte ${at}`);
  }
  assert.equal(opens(bytes.subarray(0, -1)), false);
  assert.equal(opens(Buffer.concat([bytes, Buffer.of(0)])), false);
});

test('what is no envelope has no head', () => {
  for (const text of [
    '',
    '\n',
    '{}\n',
    '{"v":2,"part":"result","time":1,"until":2}\n',
    '{"v":1,"part":"other","time":1,"until":2}\n',
    `{"v":1,${' '.repeat(5000)}`,
  ])
    assert.equal(readHead(Buffer.from(text)), undefined, text.slice(0, 40));
});
