// `node bench/connections.ts [--quick]`: what a connection costs that is open and idle, plain and over TLS, and what a listen stream costs. For each kind a
// gateway of its own, with one worker; so many are opened that half of them are a steady state, and the memory of all its processes is compared
// between half of them and all. The kernel's own memory for sockets is not in it.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { type Gateway, modernRequest, startGateway } from '../test/harness/index.ts';
import { createCertificates } from './certificates.ts';
import { handOver } from './figures.ts';
import { findProgram } from './machine.ts';
import { parseField, readTree } from './procfs.ts';
import { answerOther } from './stand-in.ts';
import { callBody, FIRST_ID, SERVER_NAME } from './workload.ts';

const IS_QUICK = process.argv.includes('--quick');
const COUNTS = IS_QUICK ? { plain: 600, tls: 300, stream: 300 } : { plain: 8_000, tls: 4_000, stream: 10_000 };
/** Calls before anything is opened and behind it: compiled code and a heap as large as it gets. */
const CALLS = IS_QUICK ? 500 : 10_000;
const REST_MS = IS_QUICK ? 500 : 10_000;
/** Opened at once. */
const AT_ONCE = 50;
const ANSWER_MS = 60_000;
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

type Kind = keyof typeof COUNTS;

const openssl = findProgram('openssl');
if (openssl === undefined) throw new Error('needed: openssl (apt-get install openssl)');
mkdirSync(RESULTS, { recursive: true });
const folder = mkdtempSync(join(RESULTS, 'connections-'));
const certificates = createCertificates(openssl, folder);
const secureContext = createSecureContext({ ca: readFileSync(certificates.caFile) });
let streamsAbove = 0;
const upstream = createServer((request, response) => void answer(request, response));
upstream.keepAliveTimeout = 600_000;
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
const address = upstream.address();
const upstreamPort = typeof address === 'object' ? (address?.port ?? 0) : 0;

const figures: Record<string, number> = {};
for (const kind of ['plain', 'tls', 'stream'] as const) {
  const each = await measure(kind);
  console.log(
    `${kind === 'stream' ? 'a listen stream, plain' : `an idle connection, ${kind}`}: ${each.toFixed(1)} KiB, of ${COUNTS[kind]}`,
  );
  figures[kind === 'stream' ? 'stream-KiB' : `idle-${kind}-KiB`] = each;
}
console.log(`streams at the server for ${COUNTS.stream} listen streams of one agent: ${streamsAbove}`);
handOver({ ...figures, 'upstream-streams': streamsAbove });
upstream.closeAllConnections();
upstream.close();
rmSync(folder, { recursive: true, force: true });

/** Lists a catalogue, answers calls, keeps streams open. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { id, method }: { id: unknown; method: string } = JSON.parse(body.toString());
  if (method === 'subscriptions/listen') {
    streamsAbove += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications: { toolsListChanged: true } };
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })}\n\n`);
    return;
  }
  const result = { resultType: 'complete', content: [{ type: 'text', text: 'done' }] };
  const other =
    method === 'tools/call' ? { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id, result }) } : answerOther(body, 'modern');
  const said = (other.body ?? '').replace('"capabilities":{"tools":{}}', '"capabilities":{"tools":{"listChanged":true}}');
  response.writeHead(other.status, { 'content-type': 'application/json' }).end(said);
}

/** KiB of memory that one of a kind takes. */
async function measure(kind: Kind): Promise<number> {
  const tls = kind === 'tls' ? { tls: { certificate: certificates.certificateFile, key: certificates.keyFile } } : {};
  await using gateway = await startGateway({
    config: {
      version: 1,
      workers: 1,
      listen: [{ address: '127.0.0.1:0', ...tls }],
      servers: { bench: { url: `http://127.0.0.1:${upstreamPort}/mcp` } },
      limits: {
        maxConnections: 50_000,
        maxConnectionsPerAddress: 50_000,
        maxStreamsPerAgent: 50_000,
        // All calls come over one connection.
        maxRequestsPerConnection: 1_000_000,
        keepAliveTimeoutMs: 3_600_000,
      },
      policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
    },
  });
  const key = await gateway.addAgent('ada');
  const call = requestOf(gateway, key, 'tools/call');
  const begin = kind === 'stream' ? requestOf(gateway, key, 'subscriptions/listen') : call;
  const wanted = kind === 'stream' ? 'acknowledged' : '"content"';
  const open = (): Promise<Socket> => openOne(gateway.port, kind === 'tls');
  const sockets: Socket[] = [];
  const caller = await open();
  await untilAnswered(caller, call);
  const calls = async (): Promise<void> => {
    for (let n = 0; n < CALLS; n += 1) await exchange(caller, call, '"content"');
    await sleep(REST_MS);
  };
  const openHalf = async (): Promise<void> => {
    for (let n = 0; n < COUNTS[kind] / 2; n += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const socket = await open();
          sockets.push(socket);
          await exchange(socket, begin, wanted);
        }),
      );
    await calls();
  };
  await calls();
  await openHalf();
  const half = memoryOf(gateway);
  await openHalf();
  const all = memoryOf(gateway);
  for (const socket of [...sockets, caller]) socket.destroy();
  return (all - half) / 1024 / (COUNTS[kind] / 2);
}

/** A request as bytes. */
function requestOf({ port }: Gateway, key: string, method: 'tools/call' | 'subscriptions/listen'): Buffer {
  const tool = 'lookup_00';
  const params = method === 'tools/call' ? { name: tool, arguments: { query: 'q' } } : { notifications: { toolsListChanged: true } };
  const { headers, body } = modernRequest(method, params, { key, id: FIRST_ID });
  const bytes = method === 'tools/call' ? callBody(FIRST_ID, tool, 'modern') : Buffer.from(body);
  const lines = Object.entries({ host: `${SERVER_NAME}:${port}`, ...headers, 'content-length': bytes.length });
  return Buffer.concat([
    Buffer.from(`POST /mcp/bench HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
    bytes,
  ]);
}

function openOne(port: number, isTls: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ host: '127.0.0.1', port, servername: SERVER_NAME, secureContext, ALPNProtocols: ['http/1.1'] })
      : connectPlain({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once(isTls ? 'secureConnect' : 'connect', () => resolve(socket));
  });
}

/** Sends a request and waits until what must be in its answer is there. */
function exchange(socket: Socket, bytes: Buffer, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = '';
    const timer = setTimeout(() => end(new Error(`no answer but ${got.slice(0, 300)}`)), ANSWER_MS);
    const closed = (): void => end(new Error(`the connection was closed: ${got.slice(0, 300)}`));
    const read = (chunk: Buffer): void => {
      got += chunk.toString('latin1');
      if (got.includes(wanted)) end(undefined);
      else if (got.includes('"error"')) end(new Error(got.slice(-300)));
    };
    const end = (error: Error | undefined): void => {
      clearTimeout(timer);
      socket.off('data', read);
      socket.off('close', closed);
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.on('data', read);
    socket.once('close', closed);
    socket.write(bytes);
  });
}

/** A key reaches the workers within a second, and the first call waits for the server to be known. */
async function untilAnswered(socket: Socket, call: Buffer): Promise<void> {
  const deadline = Date.now() + ANSWER_MS;
  for (;;) {
    try {
      return await exchange(socket, call, '"content"');
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** Memory of all its processes that is in use now, in bytes. */
function memoryOf({ pid }: Gateway): number {
  return readTree(pid)
    .map(({ pid: each }) => parseField(readFileSync(`/proc/${each}/status`, 'latin1'), 'VmRSS') * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}
