// The test bed: the upstream, and everything that is to stand in front of it, started and ready to be called.

import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Certificates } from './certificates.ts';
import type { Children } from './children.ts';
import { STDIO_STAND_IN } from './config.ts';
import { startHaproxy } from './haproxy.ts';
import { LOAD_CORE, PROXY_CORE, type Target } from './measure.ts';
import { routeOf } from './roads.ts';
import { type Row, ROWS } from './rows.ts';
import { startRival } from './rivals.ts';
import { startSallyport } from './sallyport.ts';
import { answerBody, type Caller, FIRST_ID, ROUTE, TOOLS } from './workload.ts';

const UPSTREAM = fileURLToPath(new URL('./upstream.ts', import.meta.url));
const RELAY = fileURLToPath(new URL('./relay.ts', import.meta.url));
const START_TIMEOUT_MS = 15_000;

/** What to start. */
export interface BedOptions {
  readonly rows: readonly Row[];
  readonly folder: string;
  readonly certificates: Certificates;
  readonly haproxy: string;
  /** Undefined: nothing is pinned. */
  readonly taskset: string | undefined;
  readonly note: (text: string) => void;
}

/** What runs, and what could not be started and why. */
export interface Bed {
  readonly targets: ReadonlyMap<Row, Target>;
  readonly failures: readonly string[];
  /** Ends all of it, and removes the gateways' data folders; logs stay. */
  close(): Promise<void>;
}

interface UpstreamPorts {
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly slowPort: number;
  readonly ssePort: number;
  readonly legacyPort: number;
  readonly collectorPort: number;
}

/** Where nobody asks for a key, one of the same size is sent all the same, so that every row sends as many bytes. */
const STRANGERS: readonly Caller[] = TOOLS.map((tool) => ({ key: `spk_${'0'.repeat(43)}`, tool, session: undefined }));

/** What calls without a gateway have in common. */
const UNGUARDED = {
  callers: STRANGERS,
  route: ROUTE,
  answer: Buffer.from(answerBody(FIRST_ID, 'modern')).toString(),
  standIn: undefined,
} as const;

/** Starts everything; a row that cannot be started is a failure of the run, but the others are measured all the same. */
export async function startBed(children: Children, options: BedOptions): Promise<Bed> {
  const { rows, certificates, note } = options;
  const ports = await startUpstream(children, certificates);
  const targets = new Map<Row, Target>();
  const failures: string[] = [];
  for (const row of rows) {
    note(`starting ${ROWS[row].label}`);
    try {
      targets.set(row, await startRow(children, row, ports, options));
    } catch (error) {
      failures.push(`${ROWS[row].label} could not be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const close = async (): Promise<void> => {
    await children.close();
    for (const row of rows) rmSync(join(options.folder, row), { recursive: true, force: true });
  };
  return { targets, failures, close };
}

async function startUpstream(children: Children, { certificateFile, keyFile }: Certificates): Promise<UpstreamPorts> {
  const child = children.start({
    name: 'upstream',
    command: process.execPath,
    args: [UPSTREAM, certificateFile, keyFile],
    cores: String(LOAD_CORE),
  });
  return JSON.parse(await child.nextLine(START_TIMEOUT_MS));
}

async function startRow(children: Children, row: Row, ports: UpstreamPorts, options: BedOptions): Promise<Target> {
  const { certificates, folder } = options;
  const { between, tls, upstream } = ROWS[row];
  const caFile = tls ? certificates.caFile : undefined;
  const upstreamPort = upstream === 'slow' ? ports.slowPort : tls ? ports.tlsPort : ports.plainPort;
  const cores = String(PROXY_CORE);
  if (between === 'nothing') return { ...UNGUARDED, port: upstreamPort, caFile, proxyPid: undefined };
  if (between === 'haproxy') {
    const { child, port } = await startHaproxy(children, { name: row, binary: options.haproxy, folder, certificates, upstreamPort, cores });
    return { ...UNGUARDED, port, caFile, proxyPid: child.pid };
  }
  if (between === 'relay') {
    const args = relayArgs(upstreamPort, tls ? certificates : undefined);
    const child = children.start({ name: row, command: process.execPath, args, cores });
    const { port }: { port: number } = JSON.parse(await child.nextLine(START_TIMEOUT_MS));
    return { ...UNGUARDED, port, caFile, proxyPid: child.pid };
  }
  const stdioCommand = pinned(options.taskset);
  if ('rival' in between) {
    const { rival } = between;
    const { child, ...started } = await startRival(children, { rival, upstreamPort: ports.legacyPort, stdioCommand, cores });
    return { ...started, caFile, proxyPid: child.pid, standIn: STDIO_STAND_IN };
  }
  const { road, workers, config } = between;
  const { child, port, callers, answer } = await startSallyport(children, {
    name: row,
    folder: join(folder, row),
    certificates: tls ? certificates : undefined,
    road,
    config,
    upstreamPort: road.server === 'legacy' ? ports.legacyPort : road.answers === 'sse' ? ports.ssePort : upstreamPort,
    collectorPort: ports.collectorPort,
    stdioCommand,
    workers,
    cores: ROWS[row].group === 'workers' ? coresForWorkers() : cores,
  });
  return { port, caFile, callers, route: routeOf(road), answer, proxyPid: child.pid, standIn: STDIO_STAND_IN };
}

/** Workers have cores to themselves where there are enough; else all share with the load, and only what a call costs can be compared. */
function coresForWorkers(): string {
  return cpus().length > 2 ? `${PROXY_CORE},${PROXY_CORE + 1}` : `${LOAD_CORE},${PROXY_CORE}`;
}

/** The relay has the heap of a gateway's worker. */
function relayArgs(upstreamPort: number, certificates: Certificates | undefined): readonly string[] {
  const plain = ['--max-semi-space-size=64', '--disable-warning=ExperimentalWarning', RELAY, String(upstreamPort)];
  return certificates === undefined ? plain : [...plain, certificates.certificateFile, certificates.keyFile, certificates.caFile];
}

/** An upstream has the load's core, also where it is the gateway that starts it. */
function pinned(taskset: string | undefined): readonly [string, ...string[]] {
  return taskset === undefined ? [process.execPath] : [taskset, '-c', String(LOAD_CORE), process.execPath];
}
