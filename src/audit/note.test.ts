import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { sha256 } from '../base/index.ts';
import { openNote, parseVerifierKey, printVerifierKey, readNote, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
import type { Checkpoint } from './note.ts';

const name = toSignerName('n1');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const trusted = toVerifierKey(name, publicKey);
const checkpoint: Checkpoint = {
  origin: toOrigin('n1', 'l1'),
  size: 17,
  root: sha256('r'),
  time: 1_700_000_000_000,
  chain: 'ab'.repeat(32),
};
const note = signCheckpoint(checkpoint, name, privateKey);

describe('a checkpoint', () => {
  it('is read back by whoever has the key', () => {
    const opened = openNote(note, [trusted]);
    assert.deepEqual({ ...opened, root: Buffer.from(opened?.root ?? []) }, { ...checkpoint, root: Buffer.from(checkpoint.root) });
  });

  it('is written as the field writes it', () => {
    const lines = note.split('\n');
    assert.deepEqual(lines.slice(0, 2), ['sallyport/n1/l1', '17']);
    assert.equal(lines[2], Buffer.from(sha256('r')).toString('base64'));
    assert.deepEqual(lines.slice(3, 6), ['time 2023-11-14T22:13:20.000Z', `chain ${'ab'.repeat(32)}`, '']);
    assert.match(lines[6] ?? '', /^— sallyport\/n1 [A-Za-z0-9+/]{90}[A-Za-z0-9+/=]{2}$/);
  });

  const changes: Readonly<Record<string, string>> = {
    'another size': note.replace('\n17\n', '\n18\n'),
    'another log': note.replace('n1/l1', 'n1/l2'),
    'another time': note.replace('22:13:20', '22:13:21'),
    'no signature': note.slice(0, note.indexOf('—')),
    'one more line': note.replace('\n\n', '\nmore\n\n'),
    nothing: '',
  };
  for (const [what, changed] of Object.entries(changes))
    it(`is none with ${what}`, () => assert.equal(openNote(changed, [trusted]), undefined));

  it('is none of another signer, or of a key with another name', () => {
    const other = generateKeyPairSync('ed25519');
    assert.equal(openNote(note, [toVerifierKey(name, other.publicKey)]), undefined);
    assert.equal(openNote(note, [toVerifierKey('sallyport/n2', publicKey)]), undefined);
    assert.equal(readNote(note)?.size, 17);
  });
});

describe('a verifier key', () => {
  it('goes through its text', () => {
    const text = printVerifierKey(trusted);
    assert.match(text, /^sallyport\/n1\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    const read = parseVerifierKey(`${text}\n`);
    assert.equal(read?.name, name);
    assert.deepEqual(openNote(note, read === undefined ? [] : [read])?.size, 17);
  });

  it('is none where its id is not that of its name and key', () => {
    const text = printVerifierKey(trusted);
    assert.equal(parseVerifierKey(text.replace('n1', 'n2')), undefined);
    assert.equal(parseVerifierKey('x'), undefined);
    assert.equal(printVerifierKey(toVerifierKey(name, createPublicKey(privateKey))), text);
  });
});
