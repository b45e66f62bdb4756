// The keeper's memory of what it signed: nothing that is edited, rolled back or taken away in the store is believed.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { digestOfPins } from '../tools/index.ts';
import type { Pin, PinSet } from '../tools/index.ts';
import { createPinKeeping } from './pin-keeping.ts';
import type { PinKeeping } from './pin-keeping.ts';
import { createPinSigner } from './pin-signer.ts';
import type { PinSigner } from './pin-signer.ts';

const PIN: Pin = { kind: 'tool', name: 'read', fingerprints: [`f1:${'a'.repeat(64)}`] };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pins-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Control's side of a keeper without a process between them. */
async function keepingOf(signer: PinSigner): Promise<PinKeeping> {
  const answers: Readonly<Record<string, (fields: Readonly<Record<string, unknown>>) => object>> = {
    pins: () => ({ publicKey: signer.publicKey(), heads: structuredClone({ ...signer.heads() }) }),
    'sign-pins': (fields) => {
      const set = { server: String(fields['server']), version: Number(fields['version']), digest: String(fields['digest']) };
      const signature = signer.sign(set);
      return signature === undefined ? { error: 'signed already' } : { signature };
    },
    'pins-kept': (fields) => {
      signer.kept(String(fields['server']), Number(fields['version']));
      return {};
    },
  };
  const keeping = createPinKeeping({
    request: async (_role, type, fields) => ({
      type: 'answer',
      fields: { ...answers[type]?.(fields) },
      payload: new Uint8Array(),
      reply: () => {},
    }),
  });
  await keeping.load();
  return keeping;
}

async function signed(keeping: PinKeeping, pins: readonly Pin[]): Promise<PinSet> {
  const set = { server: 'tickets', version: keeping.nextVersion('tickets'), digest: digestOfPins(pins) };
  return { ...set, pins, signature: await keeping.sign(set) };
}

test('what was signed last is believed, also after a restart; nothing older, nothing edited, nothing missing', async (t) => {
  const folder = folderFor(t);
  const keeping = await keepingOf(createPinSigner(folder));
  assert.equal(keeping.faultIn('tickets', undefined), undefined, 'a server that nobody has seen');
  const first = await signed(keeping, [PIN]);
  await keeping.kept(first);
  const second = await signed(keeping, []);
  await keeping.kept(second);
  const again = await keepingOf(createPinSigner(folder));
  assert.equal(again.faultIn('tickets', second), undefined);
  assert.match(again.faultIn('tickets', first) ?? '', /not those that were signed last/);
  assert.match(again.faultIn('tickets', { ...second, pins: [PIN] }) ?? '', /not as the keeper signed them/);
  assert.match(again.faultIn('tickets', { ...second, pins: [PIN], digest: digestOfPins([PIN]) }) ?? '', /not as the keeper signed them/);
  assert.match(again.faultIn('other', { ...second, server: 'other' }) ?? '', /not as the keeper signed them/);
  assert.match(again.faultIn('tickets', undefined) ?? '', /missing from the store/);
});

test('a crash between signing and writing leaves either version right', async (t) => {
  const folder = folderFor(t);
  const keeping = await keepingOf(createPinSigner(folder));
  const first = await signed(keeping, [PIN]);
  await keeping.kept(first);
  const second = await signed(keeping, []);
  const again = await keepingOf(createPinSigner(folder));
  assert.equal(again.faultIn('tickets', first), undefined);
  assert.equal(again.faultIn('tickets', second), undefined);
  assert.equal(again.nextVersion('tickets'), 3, 'a version is signed once');
});

test('without the key of the keeper nothing is believed, and a file that cannot be read is not replaced', async (t) => {
  const folder = folderFor(t);
  const keeping = await keepingOf(createPinSigner(folder));
  const set = await signed(keeping, [PIN]);
  await keeping.kept(set);
  assert.equal(statSync(join(folder, 'pins.json')).mode & 0o777, 0o600);
  rmSync(join(folder, 'pins.json'));
  assert.match((await keepingOf(createPinSigner(folder))).faultIn('tickets', set) ?? '', /not as the keeper signed them/);
  writeFileSync(join(folder, 'pins.json'), '{"format":2}');
  assert.throws(() => createPinSigner(folder).publicKey(), /no known form/);
});

test('a version is signed once', (t) => {
  const signer = createPinSigner(folderFor(t));
  assert.notEqual(signer.sign({ server: 's', version: 1, digest: 'a' }), undefined);
  signer.kept('s', 1);
  assert.equal(signer.sign({ server: 's', version: 1, digest: 'b' }), undefined);
});
