// The test bed: the upstream, and everything that is to stand in front of it, started and ready to be called.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Certificates } from './certificates.ts';
import type { Children } from './children.ts';
import { startHaproxy } from './haproxy.ts';
import { LOAD_CORE, PROXY_CORE, type Target } from './measure.ts';
import { type Row, ROWS } from './results.ts';
import { startSallyport } from './sallyport.ts';

const UPSTREAM = fileURLToPath(new URL('./upstream.ts', import.meta.url));
const START_TIMEOUT_MS = 15_000;

/** What to start. */
export interface BedOptions {
  readonly rows: ReadonlySet<Row>;
  readonly folder: string;
  readonly certificates: Certificates;
  readonly haproxy: string;
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
}

/** A row that has no key of its own still sends a bearer token of the same size, so that every row sends the same bytes. */
const NO_KEYS: readonly string[] = [`spk_${'0'.repeat(43)}`];

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
  switch (row) {
    case 'direct-plain':
      return { port: ports.plainPort, caFile: undefined, keys: NO_KEYS, proxyPid: undefined };
    case 'direct-tls':
      return { port: ports.tlsPort, caFile: certificates.caFile, keys: NO_KEYS, proxyPid: undefined };
    case 'haproxy-tls': {
      const cores = String(PROXY_CORE);
      const { child, port } = await startHaproxy(children, {
        binary: options.haproxy,
        folder,
        certificates,
        upstreamPort: ports.tlsPort,
        cores,
      });
      return { port, caFile: certificates.caFile, keys: NO_KEYS, proxyPid: child.pid };
    }
    case 'sallyport-plain':
    case 'sallyport-tls':
    case 'sallyport-tls-2': {
      const tls = row !== 'sallyport-plain';
      const two = row === 'sallyport-tls-2';
      const { child, port, keys } = await startSallyport(children, {
        name: row,
        folder: join(folder, row),
        certificates: tls ? certificates : undefined,
        upstreamPort: tls ? ports.tlsPort : ports.plainPort,
        workers: two ? 2 : 1,
        cores: two ? `${LOAD_CORE},${PROXY_CORE}` : String(PROXY_CORE),
      });
      return { port, caFile: tls ? certificates.caFile : undefined, keys, proxyPid: child.pid };
    }
    default:
      return row satisfies never;
  }
}
