// What inspection costs in memory: 100 MiB through one call, and through eight at once, looked into to their end, with a secret in each mebibyte that
// never gets out. The memory is that of the workers and of the inspectors beside them, together.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import { modernRequest, startGateway, startLargeServer, testConfig } from '../harness/index.ts';
import type { Gateway, LargeServer } from '../harness/index.ts';
import { bodyText } from '../inspection-eval/bodies.ts';
import { generateTokens } from '../inspection-eval/generated/secrets.ts';
import { createRandom } from '../inspection-eval/random.ts';

const MIB = 1024 * 1024;
const LARGE_MIB = 100;
const SAMPLE_MS = 10;
const PAGE_BYTES = 4096;

/** Made here, so that it stands in no file. */
const SECRET = generateTokens(71).get('github-token') ?? '';
const MARKER = Buffer.from('[redacted:');

let server: LargeServer;
let gateway: Gateway;
let key: string;

before(async () => {
  // Prose, since it is looked into fast, and takes as much memory as anything.
  const text = JSON.stringify(bodyText(createRandom(72), MIB, 'prose')).slice(1, -1);
  server = await startLargeServer({ mebibyte: Buffer.from(text), between: Buffer.from(` ${SECRET} `) });
  gateway = await startGateway({ config: testConfig({ servers: { large: { url: server.url } } }) });
  key = await gateway.addAgent('reader');
  // Code and buffers that there are from the first large answers on, and the young generation of the heap, which has a limit of its own, are nothing
  // that grows with the size of an answer.
  await Promise.all(Array.from({ length: 8 }, () => read(8)));
  await read(LARGE_MIB);
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

test('100 MiB through one call take less than 32 MiB', async (t) => {
  const { grown, results } = await watched(async () => [await read(LARGE_MIB)]);
  check(results);
  t.diagnostic(`${Math.round(grown / MIB)} MiB more`);
  assert.ok(grown < 32 * MIB, `${Math.round(grown / MIB)} MiB more`);
});

test('100 MiB through each of eight calls at once take less than 128 MiB', async (t) => {
  const { grown, results } = await watched(() => Promise.all(Array.from({ length: 8 }, () => read(LARGE_MIB))));
  check(results);
  t.diagnostic(`${Math.round(grown / MIB)} MiB more`);
  assert.ok(grown < 128 * MIB, `${Math.round(grown / MIB)} MiB more`);
});

interface Reading {
  readonly status: number;
  readonly bytes: number;
  readonly markers: number;
  readonly secrets: number;
}

function check(readings: readonly Reading[]): void {
  for (const { status, bytes, markers, secrets } of readings) {
    assert.equal(status, 200);
    assert.ok(bytes > LARGE_MIB * MIB - LARGE_MIB * SECRET.length, `only ${bytes} bytes came`);
    assert.equal(secrets, 0);
    assert.equal(markers, LARGE_MIB);
  }
}

/** Reads a large answer as fast as it comes, and counts what is in it without keeping it. */
function read(mib: number): Promise<Reading> {
  const { headers, body } = modernRequest('tools/call', { name: 'large', arguments: { mib } }, { key });
  return new Promise((resolve, reject) => {
    const request = httpRequest(gateway.url('large'), { method: 'POST', agent: false, headers: { ...headers, connection: 'close' } });
    request.on('error', reject);
    request.on('response', (response) => {
      const [secrets, markers] = [counter(Buffer.from(SECRET)), counter(MARKER)];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        secrets.push(chunk);
        markers.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes, markers: markers.count, secrets: secrets.count }));
    });
    request.end(body);
  });
}

/** Counts a text in what comes in pieces, also where it lies across two of them. */
function counter(text: Buffer): { readonly count: number; push(chunk: Buffer): void } {
  let tail: Buffer = Buffer.alloc(0);
  let count = 0;
  return {
    get count() {
      return count;
    },
    push(chunk) {
      // What lies across: the end of what came before, and as little of this as can belong to it.
      count += occurrences(Buffer.concat([tail, chunk.subarray(0, text.length - 1)]), text) + occurrences(chunk, text);
      tail = Buffer.concat([tail, chunk.subarray(-text.length)]).subarray(1 - text.length);
    },
  };
}

function occurrences(bytes: Buffer, text: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) count++;
  return count;
}

/** How far the memory of workers and inspectors rose above what it was, while something was done. */
async function watched<T>(work: () => Promise<T>): Promise<{ readonly grown: number; readonly results: T }> {
  const watchedPids = [...gateway.workers(), ...gateway.processes('inspector')];
  assert.equal(watchedPids.length, 4, 'two workers, and an inspector beside each');
  const resident = (): number => watchedPids.reduce((sum, pid) => sum + residentBytes(pid), 0);
  const before = resident();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, resident())), SAMPLE_MS);
  try {
    const results = await work();
    return { grown: most - before, results };
  } finally {
    clearInterval(timer);
  }
}

function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
}
