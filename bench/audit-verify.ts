// `node bench/audit-verify.ts [RECORDS]`: how long it takes to verify a log, ten million records unless said otherwise. The log is written by the writer of
// the gateway, with a signed checkpoint every 10 000 records, as one that is busy gets them; then it is verified as `sallyport audit verify` does it,
// and a record and the growth of the log are proved. Needs half a kilobyte of disk for each record.

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  listLogs,
  newestOf,
  openAuditLog,
  proveConsistency,
  proveInclusion,
  rootOf,
  signCheckpoint,
  toOrigin,
  toSignerName,
  toVerifierKey,
  verifyLogs,
} from '../src/audit/index.ts';
import type { AuditLog } from '../src/audit/index.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const NODE = 'bench';
const PER_CHECKPOINT = 10_000;
/** Records that are appended before the disk gets a turn. */
const BURST = 1_000;

const records = Number(process.argv[2] ?? 10_000_000);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = toVerifierKey(toSignerName(NODE), publicKey);

function appendCall(log: AuditLog, at: number): number {
  const id = `0123456789abcdef-${at.toString(36)}`;
  log.append({
    kind: 'decision',
    id,
    time: Date.now(),
    verdict: 'allow',
    rule: 'desk-may-read',
    reason: undefined,
    tenant: 'default',
    agent: 'desk-17',
    user: undefined,
    keyId: 'k_0a1b2c3d',
    listener: 'main',
    server: 'tickets',
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: 'tickets_search_042',
    prompt: undefined,
    resource: undefined,
    snapshot: 17,
    requestBytes: 1_180,
    class: 'standard',
    args: { key: 'c_0123456789abcdef', mac: 'K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols' },
    mono: at * 100,
  });
  return log.append({
    kind: 'outcome',
    id,
    time: Date.now(),
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 1_240,
    gatewayUs: 61,
    serverUs: 1_420,
    answer: { key: 'c_0123456789abcdef', mac: 'K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols' },
    mono: at * 100 + 50,
  });
}

async function sign(log: AuditLog): Promise<string | undefined> {
  const cut = await log.cutTree();
  if (cut === undefined || log.name === undefined) return undefined;
  const checkpoint = { origin: toOrigin(NODE, log.name), size: cut.whole.to, root: rootOf(cut.whole), time: Date.now(), chain: cut.chain };
  const note = signCheckpoint(checkpoint, key.name, privateKey);
  log.note({ kind: 'checkpoint', time: Date.now(), note });
  return note;
}

/** Writes the log; gives its first note. */
async function write(directory: string): Promise<string> {
  const log = await openAuditLog({ directory, slot: 'bench', node: NODE, clock: Date.now, onFault: (error) => console.error(error) });
  let first: string | undefined;
  for (let at = 0; at < records; at += BURST) {
    let ticket = 0;
    for (let i = 0; i < BURST; i += 2) ticket = appendCall(log, at + i);
    await new Promise<void>((resolve, reject) => log.whenDurable(ticket, (fault) => (fault === undefined ? resolve() : reject(fault))));
    if ((at + BURST) % PER_CHECKPOINT === 0) {
      const note = await sign(log);
      first ??= note;
    }
  }
  await log.close();
  return first ?? '';
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const result = await run();
  const spent = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${what}: ${seconds.toFixed(1)} s, ${((spent.user + spent.system) / 1e6).toFixed(1)} s of processor time`);
  return result;
}

mkdirSync(RESULTS, { recursive: true });
const root = mkdtempSync(join(RESULTS, 'audit-verify-'));
const directory = join(root, 'bench');
mkdirSync(directory);
try {
  const first = await timed(`write ${records} records`, () => write(directory));
  const report = await timed('verify', () => verifyLogs(directory, { keys: [key] }));
  const [log] = report.logs;
  console.log(
    `${report.records} records in ${log?.segments} files, ${log?.checkpoints} checkpoints: ${report.ok ? 'all good' : 'NOT GOOD'}`,
  );
  const [place] = await listLogs(directory);
  const older = place === undefined ? undefined : await newestOf(place, [first], [key]);
  if (place === undefined || older === undefined) throw new Error('the log has no checkpoint');
  const middle = Math.floor(records / 2);
  const inclusion = await timed('prove one record', () => proveInclusion(place, middle, { keys: [key] }));
  const growth = await timed('prove that it only grew since its first checkpoint', () => proveConsistency(place, older, { keys: [key] }));
  console.log(`proofs: ${inclusion.ok && growth.ok ? 'both check' : 'NOT GOOD'}`);
} finally {
  rmSync(root, { recursive: true });
}
