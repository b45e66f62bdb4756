import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Hold } from './holds.ts';
import { removeEnvelopes } from './remove-envelopes.ts';
import type { SweptEnvelopes } from './remove-envelopes.ts';
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
  ends: Readonly<Record<string, { readonly days: number; readonly server?: string; readonly cutTo?: number; readonly over?: object }>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const recipient = parseRecipient(printRecipient(createVaultKey()));
  assert.ok(recipient !== undefined);
  const files: Record<string, string> = {};
  for (const [id, { days, server = 'mail', cutTo, over }] of Object.entries(ends)) {
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
        ...over,
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
  const sweep = { nowMs: NOW_MS, holds: [HOLD], keepDays: new Map([['incident', 60]]), retentionDays: 50 };

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

  it('go when the config says so, whatever a head says of its times, and hold up the keys of no month', async (t) => {
    const forever = 8.64e15;
    const { folder, left } = vault(t, {
      sealedNow: { days: 1, over: { time: NOW_MS } },
      for: { days: 0, over: { time: NOW_MS - 61 * DAY_MS, until: forever } },
      since: { days: 0, over: { time: 0, until: forever } },
      other: { days: 0, over: { time: 0, until: forever, purpose: 'made-up' } },
      ahead: { days: 0, over: { time: forever, until: forever } },
    });
    const swept = await removeEnvelopes(folder, { ...sweep, holds: [], isDryRun: false });
    assert.deepEqual(swept, { removed: 3, held: 0, oldestMs: NOW_MS });
    // What is ahead goes by its file, which was written just now.
    assert.deepEqual(left(), ['sealedNow', 'ahead']);
    const later = { ...sweep, nowMs: Date.now() + 61 * DAY_MS, holds: [], isDryRun: false };
    assert.equal((await removeEnvelopes(folder, later)).oldestMs, undefined);
    assert.deepEqual(left(), []);
  });

  it('go by their file where the head is torn, unless any hold stands, and what is no file is left alone', async (t) => {
    const { folder, left } = vault(t, { torn: { days: 9, cutTo: 500 }, foreign: { days: 9, over: { id: 'another' } } });
    const day = readdirSync(join(folder, 'worker-0'))[0] ?? assert.fail();
    mkdirSync(join(folder, 'worker-0', day, 'folder.sealed'));
    execFileSync('mkfifo', [join(folder, 'worker-0', day, 'pipe.sealed')]);
    // A time ahead, as only its owner can have set it, keeps nothing for longer.
    utimesSync(join(folder, 'worker-0', day, 'torn.args.sealed'), new Date('2999-01-01'), new Date('2999-01-01'));
    const at = async (days: number, holds: readonly Hold[]): Promise<SweptEnvelopes> =>
      removeEnvelopes(folder, { ...sweep, nowMs: Date.now() + days * DAY_MS, holds, isDryRun: false });
    assert.deepEqual(await at(59, []), { removed: 0, held: 0, oldestMs: undefined });
    assert.deepEqual(await at(61, [HOLD]), { removed: 0, held: 2, oldestMs: undefined });
    assert.deepEqual(left(), ['torn', 'foreign']);
    assert.deepEqual(await at(61, []), { removed: 2, held: 0, oldestMs: undefined });
    assert.deepEqual(left(), []);
  });

  it('are none where there is no vault', async () => {
    assert.deepEqual(await removeEnvelopes('/nowhere', { ...sweep, isDryRun: false }), { removed: 0, held: 0, oldestMs: undefined });
  });
});
