// A data folder whose record is old, and a keeper that signs for it, for the tests of what is removed.

import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openAuditLog, rootOf, signCheckpoint, toOrigin, toSignerName } from '../audit/index.ts';
import type { DecisionRecord } from '../audit/index.ts';

export const DAY_MS = 86_400_000;
export const NODE = 'n1';

/** What was made. */
export interface OldRecord {
  readonly dataFolder: string;
  /** With which its checkpoints were signed. */
  readonly key: KeyObject;
  segments(): readonly string[];
  tombstones(): readonly string[];
}

/** A record of one segment a day, with a checkpoint over each; the last day is `endMs`. */
export async function makeOldRecord(t: TestContext, days: number, endMs: number): Promise<OldRecord> {
  const folder = join(import.meta.dirname, '..', '..', '.sallyport');
  mkdirSync(folder, { recursive: true });
  const dataFolder = mkdtempSync(join(folder, 'test-retention-'));
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }));
  const directory = join(dataFolder, 'audit', 'worker-0');
  mkdirSync(directory, { recursive: true });
  const { privateKey: key } = generateKeyPairSync('ed25519');
  let now = endMs - days * DAY_MS;
  const log = await openAuditLog({
    directory,
    slot: 'worker-0',
    node: NODE,
    clock: () => now,
    segmentBytes: 16_384,
    onFault: (error) => {
      throw error;
    },
  });
  for (let day = 0; day <= days; day++, now += DAY_MS) {
    for (let call = 0; call < 30; call++) log.append(decision(`day-${day}-${call}`, now));
    const cut = await log.cutTree();
    if (cut === undefined) throw new Error('the log is faulted');
    const { whole, chain } = cut;
    const checkpoint = { origin: toOrigin(NODE, log.name ?? ''), size: whole.to, root: rootOf(whole), time: now, chain };
    log.note({ kind: 'checkpoint', time: now, note: signCheckpoint(checkpoint, toSignerName(NODE), key) });
  }
  await log.close();
  const named = (end: string): readonly string[] => readdirSync(directory).filter((name) => name.endsWith(end));
  return { dataFolder, key, segments: () => named('.log'), tombstones: () => named('.tombstone') };
}

function decision(id: string, time: number): DecisionRecord {
  return {
    kind: 'decision',
    id,
    time,
    verdict: 'deny',
    rule: undefined,
    reason: 'denied',
    tenant: 'default',
    agent: 'desk-1',
    user: undefined,
    keyId: 'k1',
    listener: 'main',
    server: 'files',
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: 'read',
    prompt: undefined,
    resource: undefined,
    snapshot: 1,
    requestBytes: 100,
  };
}
