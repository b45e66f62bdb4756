// `node bench/large.ts [--quick]`: large answers, TLS→TLS, one after another: how many megabytes a core of the proxy carries, HAProxy beside Sallyport with
// everything on, and Sallyport on a server that nobody looks into; and whether memory stays flat. Every byte is held against what was sent.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startGateway } from '../test/harness/index.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { everythingOn, policyRules } from './config.ts';
import { handOver } from './figures.ts';
import { startHaproxy } from './haproxy.ts';
import { BEFORE_TEXT, BEHIND_TEXT, LARGE, LARGE_TOOL, MIB } from './large-text.ts';
import { findProgram } from './machine.ts';
import { LOAD_CORE, PROXY_CORE } from './measure.ts';
import { pinItself, pinTree } from './pinned.ts';
import { readTree, readUsage } from './procfs.ts';
import { SAME_ERA } from './roads.ts';
import { spread } from './statistics.ts';
import { callBody, callerHeaders, FIRST_ID, SERVER_NAME } from './workload.ts';

const IS_QUICK = process.argv.includes('--quick');
const ROUNDS = IS_QUICK ? 1 : 5;
/** How many answers a measurement takes, by their size in mebibytes. */
const ANSWERS: ReadonlyMap<number, number> = new Map([
  [1, IS_QUICK ? 30 : 200],
  [LARGE, IS_QUICK ? 1 : 3],
]);
const UPSTREAM = fileURLToPath(new URL('./large-upstream.ts', import.meta.url));
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const READY_MS = 30_000;

/** Something that stands in the path. */
interface Way {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly path: string;
  readonly key: string;
  /** Megabytes that a core carries in a second, by the size of an answer, round by round. */
  readonly rates: Map<number, number[]>;
  /** The most memory that all its processes had, by the size of an answer. */
  readonly peaks: Map<number, number[]>;
}

const [openssl, haproxyProgram, taskset] = ['openssl', 'haproxy', 'taskset'].map(findProgram);
if (openssl === undefined || haproxyProgram === undefined) throw new Error('needed: haproxy and openssl (apt-get install haproxy openssl)');
pinItself();
mkdirSync(RESULTS, { recursive: true });
const folder = mkdtempSync(join(RESULTS, 'large-'));
const certificates = createCertificates(openssl, folder);
await using children = new Children(folder, taskset);
const upstream = children.start({
  name: 'large-upstream',
  command: process.execPath,
  args: [UPSTREAM, certificates.certificateFile, certificates.keyFile],
  cores: String(LOAD_CORE),
});
const { port: upstreamPort }: { port: number } = JSON.parse(await upstream.nextLine(READY_MS));
const haproxy = await startHaproxy(children, {
  name: 'haproxy-large',
  binary: haproxyProgram,
  folder,
  certificates,
  upstreamPort,
  cores: String(PROXY_CORE),
});
await using gateway = await startGateway({ config: config() });
pinTree(gateway.pid, PROXY_CORE);
const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(certificates.caFile), servername: SERVER_NAME });
const key = await gateway.addAgent('bench-agent-00');
const empty = () => ({ rates: new Map<number, number[]>(), peaks: new Map<number, number[]>() });
const ways: readonly Way[] = [
  { name: 'haproxy', pid: haproxy.child.pid, port: haproxy.port, path: '/mcp/bench', key, ...empty() },
  { name: 'everything', pid: gateway.pid, port: gateway.port, path: '/mcp/bench', key, ...empty() },
  { name: 'unread', pid: gateway.pid, port: gateway.port, path: '/mcp/unread', key, ...empty() },
];
await untilReady();
for (const mebibytes of ANSWERS.keys()) {
  for (const way of ways) await take(way, mebibytes, 1);
  for (let round = 0; round < ROUNDS; round += 1) for (const way of ways) await measure(way, mebibytes);
}
report();
agent.destroy();
await gateway.stop();
await children.close();
rmSync(folder, { recursive: true, force: true });

/** Everything on, and beside it a server that nobody looks into. */
function config(): object {
  const on = everythingOn({
    folder,
    certificates,
    road: SAME_ERA,
    upstreamPort,
    collectorPort: upstreamPort,
    stdioCommand: ['node'],
    workers: 1,
  });
  const url = `https://${SERVER_NAME}:${upstreamPort}/mcp/bench`;
  const server = { url, tls: { ca: certificates.caFile } };
  const granted = [
    { name: 'large', effect: 'allow', agents: ['bench-agent-00'], servers: ['bench'], tools: [LARGE_TOOL] },
    { name: 'unread', effect: 'allow', agents: ['bench-agent-00'], servers: ['unread'] },
  ];
  return {
    ...on,
    data: '.sallyport',
    servers: { bench: server, unread: server },
    audit: { noInspect: ['unread'] },
    policy: { rules: [...policyRules(SAME_ERA), ...granted] },
  };
}

/** A key reaches the workers within a second, and the first call waits for the server to be known. */
async function untilReady(): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (const way of ways) {
    for (;;) {
      try {
        await take(way, 1, 1);
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}

async function measure(way: Way, mebibytes: number): Promise<void> {
  const answers = ANSWERS.get(mebibytes) ?? 1;
  forgetPeaks(way.pid);
  const before = readUsage(way.pid).cpuMs;
  await take(way, mebibytes, answers);
  const { cpuMs, peakRssBytes } = readUsage(way.pid);
  const megabytes = (answers * mebibytes * MIB.length) / 1e6;
  list(way.rates, mebibytes).push((megabytes * 1000) / (cpuMs - before));
  list(way.peaks, mebibytes).push(peakRssBytes / 2 ** 20);
}

/** Takes so many answers, one after another, and looks at every byte of them. */
async function take(way: Way, mebibytes: number, answers: number): Promise<void> {
  for (let n = 0; n < answers; n += 1) await takeOne(way, mebibytes);
}

function takeOne({ port, path, key: shown }: Way, mebibytes: number): Promise<void> {
  const tool = mebibytes === 1 ? 'lookup_00' : LARGE_TOOL;
  const body = callBody(FIRST_ID, tool, 'modern');
  const headers = {
    ...callerHeaders({ key: shown, tool, session: undefined }),
    Host: `${SERVER_NAME}:${port}`,
    'Content-Length': body.length,
  };
  const before = BEFORE_TEXT(String(FIRST_ID));
  const expected = before.length + mebibytes * MIB.length + BEHIND_TEXT.length;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let length = 0;
      let wrong = false;
      let first = '';
      response.on('data', (chunk: Buffer) => {
        if (length === 0) first = chunk.toString('latin1', 0, 300);
        wrong ||= !isText(chunk, length - before.length, mebibytes * MIB.length);
        length += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && length === expected && !wrong) resolve();
        else reject(new Error(`status ${response.statusCode ?? 0}, ${length} bytes of ${expected}: ${first}`));
      });
    });
    sent.end(body);
  });
}

/** Whether a piece that begins at a place of a text of so many bytes is what stands there; what lies before and behind the text is not looked at. */
function isText(piece: Buffer, at: number, textLength: number): boolean {
  const end = Math.min(piece.length, textLength - at);
  for (let from = Math.max(0, -at); from < end;) {
    const place = (at + from) % MIB.length;
    const length = Math.min(end - from, MIB.length - place);
    if (piece.compare(MIB, place, place + length, from, from + length) !== 0) return false;
    from += length;
  }
  return true;
}

/** From now on the kernel counts the most memory anew (proc_pid_clear_refs(5)). */
function forgetPeaks(root: number): void {
  for (const { pid } of readTree(root)) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function list(lists: Map<number, number[]>, mebibytes: number): number[] {
  const known = lists.get(mebibytes) ?? [];
  lists.set(mebibytes, known);
  return known;
}

function report(): void {
  const figures: Record<string, number> = {};
  const [yardstick] = ways;
  for (const way of ways) {
    for (const mebibytes of ANSWERS.keys()) {
      const rates = list(way.rates, mebibytes);
      const ratios = rates.map((rate, round) => rate / (list(yardstick?.rates ?? new Map(), mebibytes)[round] ?? Number.NaN));
      const peak = spread(list(way.peaks, mebibytes)).median;
      figures[`${way.name}-${mebibytes}`] = spread(ratios).median;
      figures[`${way.name}-${mebibytes}-MBps`] = spread(rates).median;
      console.log(
        `${way.name}, answers of ${mebibytes} MiB: ${spread(rates).median.toFixed(0)} MB/s per core, ${spread(ratios).median.toFixed(2)} of HAProxy; memory at most ${peak.toFixed(0)} MiB`,
      );
    }
    const [small, big] = [1, LARGE].map((mebibytes) => spread(list(way.peaks, mebibytes)).median);
    figures[`${way.name}-growth-MiB`] = (big ?? Number.NaN) - (small ?? Number.NaN);
  }
  handOver(figures);
}
