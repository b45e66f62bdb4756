// The test bed: the upstream, and everything that is to stand in front of it, started and ready to be called.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Certificates } from './certificates.ts';
import type { Children } from './children.ts';
import { startHaproxy } from './haproxy.ts';
import { LOAD_CORE, PROXY_CORE, type Target } from './measure.ts';
import { routeOf } from './roads.ts';
import { type Row, ROWS } from './rows.ts';
import { startSallyport, STDIO_STAND_IN } from './sallyport.ts';
import { answerBody, type Caller, FIRST_ID, ROUTE, TOOLS } from './workload.ts';

const UPSTREAM = fileURLToPath(new URL('./upstream.ts', import.meta.url));
const RELAY = fileURLToPath(new URL('./relay.ts', import.meta.url));
const START_TIMEOUT_MS = 15_000;

/** What to start. */
export interface BedOptions {
  readonly rows: ReadonlySet<Row>;
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
  /** Removes the gateways' data folders; logs stay. */
  clean(): void;
}

interface UpstreamPorts {
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly legacyPort: number;
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
  const clean = (): void => {
    for (const row of rows) rmSync(join(options.folder, row), { recursive: true, force: true });
  };
  return { targets, failures, clean };
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
  const { between, tls } = ROWS[row];
  const caFile = tls ? certificates.caFile : undefined;
  const plainOrTls = tls ? ports.tlsPort : ports.plainPort;
  if (between === 'nothing') return { ...UNGUARDED, port: plainOrTls, caFile, proxyPid: undefined };
  if (between === 'haproxy') {
    const cores = String(PROXY_CORE);
    const { child, port } = await startHaproxy(children, {
      binary: options.haproxy,
      folder,
      certificates,
      upstreamPort: plainOrTls,
      cores,
    });
    return { ...UNGUARDED, port, caFile, proxyPid: child.pid };
  }
  if (between === 'relay') {
    const child = children.start({
      name: row,
      command: process.execPath,
      args: relayArgs(plainOrTls, tls ? certificates : undefined),
      cores: String(PROXY_CORE),
    });
    const { port }: { port: number } = JSON.parse(await child.nextLine(START_TIMEOUT_MS));
    return { ...UNGUARDED, port, caFile, proxyPid: child.pid };
  }
  const { road, workers } = between;
  const { child, port, callers, answer } = await startSallyport(children, {
    name: row,
    folder: join(folder, row),
    certificates: tls ? certificates : undefined,
    road,
    upstreamPort: road.server === 'legacy' ? ports.legacyPort : plainOrTls,
    stdioCommand: pinned(options.taskset),
    workers,
    cores: workers > 1 ? `${LOAD_CORE},${PROXY_CORE}` : String(PROXY_CORE),
  });
  return { port, caFile, callers, route: routeOf(road), answer, proxyPid: child.pid, standIn: STDIO_STAND_IN };
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
