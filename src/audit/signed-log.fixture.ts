// A log of several segments that was signed while it was written, as the gateway's are: and what somebody does to it who can write its files, with and
// without computing all hashes anew.

import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { sha256Hex } from '../base/index.ts';
import { decision, durable, logFolder, openLog, outcome, segmentFiles } from './log.fixture.ts';
import type { AuditLog } from './log.ts';
import { addLeaf, emptyRange, leafHash, printRange, rootOf } from './merkle.ts';
import { printVerifierKey, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';

export const NODE = 'node-1';

/** Who signs. */
export interface Signer {
  readonly secret: KeyObject;
  readonly key: VerifierKey;
  readonly printed: string;
}

export function createSigner(node = NODE): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = toVerifierKey(toSignerName(node), publicKey);
  return { secret: privateKey, key, printed: printVerifierKey(key) };
}

/** A signed log, closed in order, and the notes that were signed of it. */
export interface SignedLogFixture {
  /** The folder with the log, and the one above it with all logs. */
  readonly folder: string;
  readonly root: string;
  readonly name: string;
  readonly origin: string;
  readonly signer: Signer;
  readonly notes: readonly string[];
}

export interface SignedLogOptions {
  readonly slot?: string;
  readonly signer?: Signer;
  readonly calls?: number;
  /** A checkpoint after so many calls; 0: none. */
  readonly every?: number;
}

const EPOCH = 1_700_000_000_000;

/** Writes a log with the real writer, a checkpoint after every few calls. */
export async function signedLog(t: TestContext, over: SignedLogOptions = {}): Promise<SignedLogFixture> {
  const { slot = 'worker-0', signer = createSigner(), calls = 60, every = 7 } = over;
  const folder = logFolder(t, slot);
  let time = EPOCH;
  const log = await openLog(folder, { slot, node: NODE, clock: () => (time += 1) });
  const notes: string[] = [];
  for (let i = 0; i < calls; i++) {
    await durable(log, log.append(decision(`call-${i}`, { time: (time += 1000) })));
    await durable(log, log.append(outcome(`call-${i}`, { time: (time += 10) })));
    if (every > 0 && (i + 1) % every === 0) notes.push(await sign(log, signer, time));
  }
  const name = log.name ?? '';
  await log.close();
  return { folder, root: dirname(folder), name, origin: toOrigin(NODE, name), signer, notes };
}

async function sign(log: AuditLog, signer: Signer, time: number): Promise<string> {
  const cut = await log.cutTree();
  if (cut === undefined || log.name === undefined) throw new Error('the log has no tree');
  const checkpoint = { origin: toOrigin(NODE, log.name), size: cut.whole.to, root: rootOf(cut.whole), time, chain: cut.chain };
  const note = signCheckpoint(checkpoint, signer.key.name, signer.secret);
  log.note({ kind: 'checkpoint', time, note });
  return note;
}

/** The lines of a segment. */
export function readSegmentLines(folder: string, file: string): string[] {
  return readFileSync(join(folder, file), 'latin1').split('\0', 1).join('').split('\n').slice(0, -1);
}

/** Puts lines into a segment in place of what was there, zeros behind them. */
export function writeSegmentLines(folder: string, file: string, lines: readonly string[]): void {
  const size = readFileSync(join(folder, file)).length;
  const bytes = Buffer.alloc(Math.max(size, lines.join('\n').length + 1));
  bytes.write(lines.map((line) => `${line}\n`).join(''), 'latin1');
  writeFileSync(join(folder, file), bytes);
}

/** All lines of a log, segment by segment. */
export function readAllLines(folder: string): string[][] {
  return segmentFiles(folder).map((file) => readSegmentLines(folder, file));
}

/** Writes them back. */
export function writeAllLines(folder: string, segments: readonly (readonly string[])[]): void {
  for (const [at, file] of segmentFiles(folder).entries()) writeSegmentLines(folder, file, segments[at] ?? []);
}

/** What a skilled forger does: numbers all records anew, and computes every chain hash and every head's tree, so that all fits. Or forgets the trees. */
export function recompute(segments: readonly (readonly string[])[], forgets: 'nothing' | 'trees' = 'nothing'): string[][] {
  const range = emptyRange();
  let chain = '0'.repeat(64);
  return segments.map((lines) =>
    lines.map((line) => {
      let head = line.slice(0, line.lastIndexOf(',"chain":"')).replace(/"seq":\d+/, `"seq":${range.to + 1}`);
      if (head.includes('"kind":"segment"')) head = head.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${chain}"`);
      if (head.includes('"kind":"segment"') && forgets !== 'trees')
        head = head.replace(/"tree":\[[^\]]*\]/, `"tree":${JSON.stringify(printRange(range))}`);
      chain = sha256Hex(chain + head);
      const forged = `${head},"chain":"${chain}"}`;
      addLeaf(range, leafHash(forged));
      return forged;
    }),
  );
}

/** Puts notes into a file, as an anchor does. */
export function writeNotes(folder: string, notes: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'notes');
  writeFileSync(file, notes.join('\n'));
  return file;
}
