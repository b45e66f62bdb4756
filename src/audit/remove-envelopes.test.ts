import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Hold } from './holds.ts';
import { removeEnvelopes } from './remove-envelopes.ts';
import { createVaultKey, parseRecipient, printRecipient, sealEnvelope } from './vault/index.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 20);
const HOLD: Hold = {
  id: 'hold_1',
  tenant: 'default',
  server: 'files',
  agent: 'desk-7',
  subject: null,
  fromMs: null,
  toMs: null,
  reason: 'case 7',
  by: 'key:counsel',
  sinceMs: 0,
};

/** A vault with envelopes that end so many days from now; gives the file of each. */
function vault(
  t: TestContext,
  ends: Readonly<Record<string, { readonly days: number; readonly server?: string; readonly cutTo?: number }>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const recipient = parseRecipient(printRecipient(createVaultKey()));
  assert.ok(recipient !== undefined);
  const files: Record<string, string> = {};
  for (const [id, { days, server = 'mail', cutTo }] of Object.entries(ends)) {
    const time = NOW_MS - 40 * DAY_MS;
    const { bytes } = sealEnvelope(
      {
        id: `${id}.args`,
        call: id,
        part: 'arguments',
        purpose: 'incident',
        time,
        until: NOW_MS + days * DAY_MS,
        tenant: 'default',
        server,
        name: 'read',
        subject: 'sub_1',
        key: 'sub_1.2026-10',
        recipient: '0'.repeat(16),
        isCut: false,
      },
      Buffer.from('what was said'),
      { recipient, vaultKey: randomBytes(32) },
    );
    const day = join(folder, 'worker-0', new Date(time).toISOString().slice(0, 10));
    mkdirSync(day, { recursive: true });
    files[id] = join(day, `${id}.args.sealed`);
    writeFileSync(files[id], bytes.subarray(0, cutTo === undefined ? undefined : bytes.length - cutTo));
  }
  return { folder, left: () => Object.keys(files).filter((id) => existsSync(files[id] ?? '')) };
}

describe('envelopes', () => {
  const ends = {
    over: { days: -1 },
    now: { days: 0 },
    young: { days: 1 },
    held: { days: -1, server: 'files' },
    torn: { days: 9, cutTo: 3 },
  };
  const sweep = { nowMs: NOW_MS, holds: [HOLD] };

  it('go when their time is over and no hold is about them, and what a crash left of one goes too', async (t) => {
    const { folder, left } = vault(t, ends);
    assert.deepEqual(await removeEnvelopes(folder, { ...sweep, isDryRun: false }), { removed: 3, held: 1, oldestMs: NOW_MS - 40 * DAY_MS });
    assert.deepEqual(left(), ['young', 'held']);
  });

  it('stay where it is only asked which would go', async (t) => {
    const { folder, left } = vault(t, ends);
    assert.equal((await removeEnvelopes(folder, { ...sweep, isDryRun: true })).removed, 3);
    assert.equal(left().length, 5);
  });

  it('are none where there is no vault', async () => {
    assert.deepEqual(await removeEnvelopes('/nowhere', { ...sweep, isDryRun: false }), { removed: 0, held: 0, oldestMs: undefined });
  });
});
