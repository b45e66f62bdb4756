import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '../../base/index.ts';
import type { GatewayError } from '../../base/index.ts';
import { createMetrics } from '../../telemetry/index.ts';
import { diskFiles } from '../files.ts';
import type { LogFiles } from '../files.ts';
import { envelopeKey, openEnvelope } from './envelope.ts';
import { readHead } from './envelope-head.ts';
import type { RecordedCapture } from '../record.ts';
import type { EnvelopeParts } from './types.ts';
import { isWhole, listVault, readEnvelope, vaultFiles } from './vault-folder.ts';
import { createVaultKey, parseRecipient, printRecipient } from './vault-key.ts';
import { createVault } from './vault.ts';
import type { Vault, VaultOptions } from './vault.ts';

const privateKey = createVaultKey();
const SEALING = { recipient: parseRecipient(printRecipient(privateKey)) ?? assert.fail(), vaultKey: randomBytes(32) };
const DAY = '2023-11-14';

function partsOf(id: string, over: Partial<EnvelopeParts> = {}): EnvelopeParts {
  return {
    id,
    call: id.split('.')[0] ?? '',
    part: 'arguments',
    purpose: 'incident',
    time: 1_700_000_000_000,
    until: 1_700_086_400_000,
    tenant: 'default',
    server: 'files',
    name: 'read',
    subject: 'sub_00',
    key: 'sub_00.2023-11',
    recipient: '00',
    isCut: false,
    ...over,
  };
}

interface Bed {
  readonly root: string;
  readonly folder: string;
  readonly vault: Vault;
  readonly faults: GatewayError[];
}

function bed(t: TestContext, over: Partial<VaultOptions> = {}): Bed {
  const root = mkdtempSync(join(tmpdir(), 'vault-'));
  t.after(() => rmSync(root, { recursive: true }));
  const faults: GatewayError[] = [];
  const folder = join(root, 'worker-0');
  const vault = createVault({ folder, metrics: createMetrics(), onFault: (error) => faults.push(error), retryMs: 1, ...over });
  return { root, folder, vault, faults };
}

/** Seals and keeps. */
function keep(vault: Vault, id: string, message: Uint8Array): RecordedCapture | undefined {
  const sealed = vault.seal(partsOf(id), message, SEALING);
  sealed?.keep();
  return sealed?.capture;
}

/** A disk that takes nothing while `broken` says so. */
function brokenFiles(broken: () => boolean): LogFiles {
  return {
    ...diskFiles,
    open: async (path, mode) => {
      const file = await diskFiles.open(path, mode);
      return {
        ...file,
        write: (bytes, position, done) =>
          broken() ? file.write(bytes.subarray(0, 10), position, () => done(new Error('no space'))) : file.write(bytes, position, done),
      };
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 5_000 && !holds(); i++) await sleep(2);
  assert.ok(holds(), 'waited too long');
}

test('what is given lies sealed on the disk, as the record says', async (t) => {
  const { root, folder, vault } = bed(t);
  const message = Buffer.from('{"arguments":{"path":"/canary"}}');
  const captured = keep(vault, 'c1.args', message) ?? assert.fail();
  vault.seal(partsOf('c1.result', { part: 'result' }), Buffer.from('{}'), SEALING)?.keep();
  await vault.close();
  assert.deepEqual(readdirSync(join(folder, DAY)), ['c1.args.sealed', 'c1.result.sealed']);
  const bytes = readFileSync(join(folder, DAY, 'c1.args.sealed'));
  assert.deepEqual(captured, { id: 'c1.args', purpose: 'incident', bytes: bytes.length, sha256: sha256Hex(bytes) });
  assert.equal(bytes.includes('canary'), false);
  assert.equal(statSync(join(folder, DAY, 'c1.args.sealed')).mode & 0o077, 0);
  const head = readHead(bytes) ?? assert.fail();
  assert.deepEqual(openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(SEALING.vaultKey, 'c1.args', head.digest) }), message);
  const listed = await Array.fromAsync(listVault(root));
  assert.deepEqual(
    listed.map((entry) => [entry.id, entry.head.part, isWhole(entry)]),
    [
      ['c1.args', 'arguments', true],
      ['c1.result', 'result', true],
    ],
  );
});

test('what a crash has torn is listed as that, and what is no envelope is not listed', async (t) => {
  const { root, folder, vault } = bed(t);
  keep(vault, 'c1.args', Buffer.from('{}'));
  keep(vault, 'c2.args', Buffer.from('{}'));
  await vault.close();
  const [one = '', other = ''] = (await Array.fromAsync(vaultFiles(root))).map(({ path }) => path);
  truncateSync(one, statSync(one).size - 1);
  truncateSync(other, 10);
  const listed = await Array.fromAsync(listVault(root));
  assert.deepEqual(
    listed.map((entry) => [entry.id, isWhole(entry)]),
    [['c1.args', false]],
  );
  assert.equal(await readEnvelope(join(folder, 'nowhere')), undefined);
  assert.deepEqual(await Array.fromAsync(listVault(join(folder, 'nowhere'))), []);
});

test('while the disk takes nothing, neither does the vault; what it has taken is written when it can be', async (t) => {
  let broken = true;
  const { folder, vault, faults } = bed(t, { files: brokenFiles(() => broken) });
  assert.notEqual(keep(vault, 'c1.args', Buffer.from('{}')), undefined);
  await until(() => !vault.takes);
  assert.equal(vault.isFaulted, true);
  assert.equal(keep(vault, 'c2.args', Buffer.from('{}')), undefined);
  assert.equal(vault.reserve(1), false);
  await sleep(20);
  assert.equal(faults.length, 1);
  broken = false;
  await until(() => vault.takes);
  assert.equal(vault.isFaulted, false);
  assert.notEqual(keep(vault, 'c3.args', Buffer.from('{}')), undefined);
  await vault.close();
  assert.deepEqual(readdirSync(join(folder, DAY)), ['c1.args.sealed', 'c3.args.sealed']);
  const bytes = readFileSync(join(folder, DAY, 'c1.args.sealed'));
  const head = readHead(bytes) ?? assert.fail();
  assert.ok(
    typeof openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(SEALING.vaultKey, 'c1.args', head.digest) }) !== 'string',
  );
  assert.equal(vault.heldBytes, 0);
});

test('what cannot be written before the end is said to be lost', async (t) => {
  const { vault, faults } = bed(t, { files: brokenFiles(() => true), retryMs: 60_000 });
  keep(vault, 'c1.args', Buffer.from('{}'));
  keep(vault, 'c2.args', Buffer.from('{}'));
  keep(vault, 'c3.args', Buffer.from('{}'));
  await vault.close();
  assert.match(faults.at(-1)?.message ?? '', /envelopes of the vault could not be written/);
  assert.equal(keep(vault, 'c4.args', Buffer.from('{}')), undefined);
});

test('a folder that cannot be made is a fault like others', async (t) => {
  let broken = true;
  const { vault, faults } = bed(t, {
    makeFolder: async (path) => {
      if (broken) throw new Error('denied');
      return (await import('node:fs/promises')).mkdir(path, { recursive: true });
    },
  });
  keep(vault, 'c1.args', Buffer.from('{}'));
  await until(() => faults.length > 0);
  broken = false;
  await until(() => vault.takes);
  await vault.close();
});

test('what is sealed and not kept is nowhere', async (t) => {
  const { root, vault } = bed(t);
  assert.notEqual(vault.seal(partsOf('c1.args'), Buffer.from('{}'), SEALING), undefined);
  await vault.close();
  assert.deepEqual(await Array.fromAsync(vaultFiles(root)), []);
});

test('no more is held than there is room for', async (t) => {
  const { vault } = bed(t, { maxHeldBytes: 1_000 });
  assert.equal(vault.reserve(600), true);
  assert.equal(vault.reserve(600), false);
  assert.equal(keep(vault, 'c1.args', Buffer.alloc(600)), undefined);
  vault.free(600);
  assert.notEqual(keep(vault, 'c1.args', Buffer.alloc(600)), undefined);
  await vault.close();
  assert.equal(vault.heldBytes, 0);
});

test('many envelopes at once are all written', async (t) => {
  const { root, vault } = bed(t);
  for (let i = 0; i < 300; i++) assert.notEqual(keep(vault, `c${i}.args`, Buffer.from(`{"n":${i}}`)), undefined);
  await vault.close();
  const listed = await Array.fromAsync(listVault(root));
  assert.equal(listed.length, 300);
  assert.ok(listed.every(isWhole));
});
