import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createMetrics } from '../../telemetry/index.ts';
import { decision, durable, logFolder, openLog, outcome } from '../log.fixture.ts';
import { checkVault } from './check-vault.ts';
import type { VaultReport } from './check-vault.ts';
import type { EnvelopeParts } from './types.ts';
import { createVaultKey, parseRecipient, printRecipient } from './vault-key.ts';
import { createVault } from './vault.ts';

test('the vault is held against the record, envelope by envelope', async (t) => {
  const logs = logFolder(t);
  const root = dirname(logs);
  const vaultRoot = join(root, 'vault');
  mkdirSync(vaultRoot);
  const vault = createVault({ folder: join(vaultRoot, 'worker-0'), metrics: createMetrics(), onFault: (error) => assert.fail(error) });
  const recipient = parseRecipient(printRecipient(createVaultKey())) ?? assert.fail();
  const seal = (id: string): NonNullable<ReturnType<typeof vault.seal>> => {
    const parts: EnvelopeParts = {
      id,
      call: id,
      part: 'arguments',
      purpose: 'incident',
      time: 1_700_000_000_000,
      until: 1_800_000_000_000,
      tenant: 'default',
      server: 'files',
      name: 'read',
      subject: 'sub_0',
      key: 'sub_0.2023-11',
      recipient: '0',
      isCut: false,
    };
    return vault.seal(parts, Buffer.from(id), { recipient, vaultKey: randomBytes(32) }) ?? assert.fail();
  };
  const log = await openLog(logs);
  let ticket = 0;
  for (const id of ['good', 'changed', 'swapped', 'gone']) {
    const sealed = seal(id);
    ticket = log.append(decision(id, { capture: sealed.capture }));
    if (id !== 'gone') sealed.keep();
  }
  ticket = log.append(outcome('good'));
  seal('stray').keep();
  await durable(log, ticket);
  await log.close();
  await vault.close();
  const pathOf = (id: string): string => join(vaultRoot, 'worker-0', '2023-11-14', `${id}.sealed`);
  const bytes = readFileSync(pathOf('changed'));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(pathOf('changed'), bytes);
  writeFileSync(pathOf('swapped'), readFileSync(pathOf('good')));
  // Somebody has put another of the same name beside one that is good.
  mkdirSync(join(vaultRoot, 'worker-1', '2023-11-14'), { recursive: true });
  writeFileSync(join(vaultRoot, 'worker-1', '2023-11-14', 'good.sealed'), readFileSync(pathOf('stray')));
  const expected: VaultReport = {
    good: 1,
    changed: ['changed', 'swapped', 'good'],
    gone: 1,
    goneUntilMs: 1_700_000_000_000,
    unrecorded: ['stray'],
  };
  assert.deepEqual(await checkVault(vaultRoot, root), expected);
  rmSync(vaultRoot, { recursive: true });
  assert.deepEqual(await checkVault(vaultRoot, root), { good: 0, changed: [], gone: 4, goneUntilMs: 1_700_000_000_000, unrecorded: [] });
});
