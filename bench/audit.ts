// `node bench/audit.ts`: the audit log by itself. First what the two records of a call of 1 KiB cost on the thread that serves, part by part, without a
// disk. Then the whole of it on the disk of the checkout, calls in flight × what a call costs: each appends its decision, waits until it is durable, spends
// the processor time of a relay, appends its outcome; the log is signed meanwhile as in a gateway. The log's share is what the same loop costs less
// without a log.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createCheckpointer, createSubject, emptyRange, openAuditLog, verifyLogs } from '../src/audit/index.ts';
import type { AuditLog, DecisionRecord, OutcomeRecord } from '../src/audit/index.ts';
import { GENESIS_CHAIN, SEGMENT_BYTES } from '../src/audit/format.ts';
import { createLineQueue } from '../src/audit/line-queue.ts';
import { sha256 } from '../src/base/index.ts';
import { createCheckpointSigner } from '../src/processes/checkpoint-signer.ts';
import { createMetrics } from '../src/telemetry/index.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const SECONDS = 2;
/** What an older prototype of such a log did, without a tree, checkpoints and commitments: the figures to be held against (lab.md, 6.2). */
const PROTOTYPE = 'the prototype: 89 454 records/s at 256 in flight, 10.1 µs CPU per record';
/** The aim for both records of a call. */
const AIM_US = 10;
const PARTS_CALLS = 100_000;

const ARGUMENTS = Buffer.alloc(1_024, 'a');
const RESULT = Buffer.alloc(1_024, 'b');
const subject = createSubject({
  pseudonym: `sub_${'0'.repeat(24)}`,
  keyName: `sub_${'0'.repeat(24)}.2026-11`,
  commitmentKey: Buffer.alloc(32, 1),
  vaultKey: Buffer.alloc(32, 2),
});

interface Figures {
  readonly callsPerSecond: number;
  /** Processor time per call: of the whole process, and of the thread that serves. */
  readonly cpuUs: number;
  readonly threadUs: number;
  /** From the append of the decision to its being durable. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

function decisionOf(id: string, isCommitted = true): DecisionRecord {
  return {
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
    subject: subject.pseudonym,
    class: 'standard',
    args: isCommitted ? subject.commit('args', sha256(ARGUMENTS)) : undefined,
    mono: Math.round(performance.now() * 1_000),
  };
}

function outcomeOf(id: string, isCommitted = true): OutcomeRecord {
  return {
    kind: 'outcome',
    id,
    time: Date.now(),
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 1_240,
    gatewayUs: 61,
    serverUs: 1_420,
    answer: isCommitted ? subject.commit('answer', sha256(RESULT)) : undefined,
    mono: Math.round(performance.now() * 1_000),
  };
}

/** Processor time of the two records of a call, without a disk. */
function priceOfParts(hasTree: boolean, isCommitted: boolean): number {
  const segment = { bytes: SEGMENT_BYTES, since: 0, isUsed: false };
  const start = { number: 1, position: 0, seq: 0, chain: GENESIS_CHAIN, tree: hasTree ? emptyRange() : undefined, segment };
  const options = { log: 'bench', slot: 'bench', node: 'bench', segmentBytes: SEGMENT_BYTES, clock: Date.now, running: new Set<string>() };
  const queue = createLineQueue(start, options);
  const write = (calls: number): void => {
    for (let i = 0; i < calls; i++) {
      const id = `0123456789abcdef-${i.toString(36)}`;
      queue.append(decisionOf(id, isCommitted), 2 * i + 1);
      queue.append(outcomeOf(id, isCommitted), 2 * i + 2);
      if (i % 32 === 0) for (let batch = queue.take(); batch !== undefined; batch = queue.take()) queue.giveBack(batch);
    }
  };
  write(PARTS_CALLS / 4);
  const before = process.threadCpuUsage();
  write(PARTS_CALLS);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / PARTS_CALLS;
}

function printParts(): void {
  const plain = priceOfParts(false, false);
  const tree = priceOfParts(true, false);
  const all = priceOfParts(true, true);
  console.log(
    `both records of a call on the serving thread: ${all.toFixed(1)} µs (aim: ${AIM_US}); of it lines and chain ${plain.toFixed(1)}, tree ${(tree - plain).toFixed(1)}, commitments ${(all - tree).toFixed(1)}`,
  );
}

/** Keeps so many calls in flight for a while. Without a log, a call is durable at once. */
async function run(log: AuditLog | undefined, flights: number, spinUs: number, seconds: number): Promise<Figures> {
  const waits: number[] = [];
  const until = performance.now() + seconds * 1_000;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  await new Promise<void>((resolve, reject) => {
    let running = flights;
    let count = 0;
    const call = (): void => {
      if (performance.now() >= until) {
        running -= 1;
        if (running === 0) resolve();
        return;
      }
      const id = `0123456789abcdef-${(count++).toString(36)}`;
      const asked = performance.now();
      const answer = (error?: Error): void => {
        if (error !== undefined) return reject(error);
        waits.push(performance.now() - asked);
        for (const spun = performance.now() + spinUs / 1_000; performance.now() < spun;);
        log?.append(outcomeOf(id));
        setImmediate(call);
      };
      if (log === undefined) answer();
      else log.whenDurable(log.append(decisionOf(id)), answer);
    };
    for (let i = 0; i < flights; i++) call();
  });
  const spent = process.cpuUsage(cpu);
  const here = process.threadCpuUsage(thread);
  waits.sort((a, b) => a - b);
  return {
    callsPerSecond: (waits.length / (performance.now() - began)) * 1_000,
    cpuUs: (spent.user + spent.system) / waits.length,
    threadUs: (here.user + here.system) / waits.length,
    p50Ms: waits[Math.floor(waits.length / 2)] ?? 0,
    p99Ms: waits[Math.floor(waits.length * 0.99)] ?? 0,
  };
}

mkdirSync(RESULTS, { recursive: true });
const directory = mkdtempSync(join(RESULTS, 'audit-'));
const keys = mkdtempSync(join(RESULTS, 'audit-keys-'));
const metrics = createMetrics();
const commits = (): number =>
  metrics
    .dump()
    .families['sallyport.audit.commit.duration']?.[0]?.values.slice(0, -1)
    .reduce((a, b) => a + b, 0) ?? 0;
try {
  printParts();
  console.log(PROTOTYPE);
  const log = await openAuditLog({
    directory,
    slot: 'bench',
    node: 'bench',
    clock: Date.now,
    metrics,
    onFault: (error) => console.error(error),
  });
  const signer = createCheckpointSigner(keys, 'bench', Date.now);
  const checkpointer = createCheckpointer({
    log,
    ask: (ask) => Promise.resolve(signer.sign('bench', ask)),
    clock: Date.now,
    onState: (state) => console.error('checkpoints:', state),
  });
  const ticking = setInterval(() => checkpointer.tick(), 100);
  await run(log, 64, 0, 1);
  console.log(
    'in flight | relay µs |  calls/s | records/s | records/write | CPU µs/call: log, of it on the serving thread | durable after p50, p99 ms',
  );
  for (const [flights, spinUs] of [
    [1, 0],
    [16, 0],
    [64, 0],
    [256, 0],
    [1, 60],
    [8, 60],
    [64, 60],
    [256, 60],
  ] as const) {
    const without = await run(undefined, flights, spinUs, SECONDS);
    const before = commits();
    const figures = await run(log, flights, spinUs, SECONDS);
    const perWrite = (2 * figures.callsPerSecond * SECONDS) / (commits() - before);
    const cells = [
      String(flights).padStart(9),
      String(spinUs).padStart(8),
      figures.callsPerSecond.toFixed(0).padStart(8),
      (2 * figures.callsPerSecond).toFixed(0).padStart(9),
      perWrite.toFixed(1).padStart(13),
      `${(figures.cpuUs - without.cpuUs).toFixed(1)}, ${(figures.threadUs - without.threadUs).toFixed(1)}`.padStart(46),
      `${figures.p50Ms.toFixed(2)}, ${figures.p99Ms.toFixed(2)}`,
    ];
    console.log(cells.join(' | '));
  }
  clearInterval(ticking);
  await checkpointer.close();
  await log.close();
  const began = performance.now();
  const report = await verifyLogs(directory);
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `verify: ${report.records} records in ${seconds.toFixed(2)} s, ${(report.records / seconds / 1_000).toFixed(0)} thousand a second, ${report.ok ? 'all good' : 'NOT GOOD'}`,
  );
} finally {
  rmSync(directory, { recursive: true });
  rmSync(keys, { recursive: true });
}
