// What the attacks on a whole gateway need besides the harness: raw requests with their one answer, the record as it stands on disk,
// and how much memory a worker holds.

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { at, rawExchange, readRecords, repositoryRoot } from '../harness/index.ts';
import type { Gateway, SendOptions } from '../harness/index.ts';

/** The first answer of a raw exchange. */
export interface RawAnswer {
  readonly status: number;
  /** Status line and header fields, as sent. */
  readonly head: string;
  readonly body: string;
  readonly json: unknown;
}

/** Sends bytes (text as Latin-1) on a connection of their own and reads until the gateway closes it. */
export async function rawAnswer(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  const text = await rawExchange(port, bytes);
  const split = text.indexOf('\r\n\r\n');
  const head = text.slice(0, split);
  const body = text.slice(split + 4);
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0), head, body, json: parse(body) };
}

/** A request as bytes, with exactly these field lines; `Host` and the length are added unless they are there. */
export function rawRequest(target: string, lines: readonly string[], body: string | Uint8Array = '', method = 'POST'): Buffer {
  const bytes = Buffer.from(body);
  const has = (name: string): boolean => lines.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const added = [
    ...(has('host') ? [] : ['Host: localhost']),
    ...(has('content-length') || method !== 'POST' ? [] : [`Content-Length: ${bytes.length}`]),
  ];
  const head = `${method} ${target} HTTP/1.1\r\n${[...added, ...lines, 'Connection: close'].map((line) => `${line}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** Field lines of a request that the harness built. */
export function fieldLines(request: Pick<SendOptions, 'headers'>): string[] {
  return Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
}

/** A folder for a gateway that is looked at after its end; on the checkout's disk, like those of the harness. */
export function makeOwnFolder(): { readonly path: string; remove(): void } {
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'attack-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** How many workers have put a record on disk that fits. */
export function workersThatRecorded(gateway: Gateway, fits: (record: unknown) => boolean): number {
  return new Set(readRecords(gateway.dataFolder).flatMap(({ slot, value }) => (fits(value) ? [slot] : []))).size;
}

/** Sends the same thing over many connections at once, until both workers have had a share of it by their own records. */
export async function fromBothWorkers<T>(
  gateway: Gateway,
  fits: (record: unknown) => boolean,
  attack: () => Promise<T>,
): Promise<readonly T[]> {
  const outcomes: T[] = [];
  for (let round = 0; round < 20; round++) {
    outcomes.push(...(await Promise.all(Array.from({ length: 12 }, attack))));
    if (workersThatRecorded(gateway, fits) === 2) return outcomes;
  }
  throw new Error('one worker had no share of the attack');
}

/** A decision about this method, by this agent. */
export function isDecision(record: unknown, facts: Readonly<Record<string, unknown>>): boolean {
  return at(record, 'kind') === 'decision' && Object.entries(facts).every(([name, value]) => at(record, name) === value);
}

/** A loopback port that was free a moment ago, for what cannot say which one it got. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
