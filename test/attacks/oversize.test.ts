// Too much of everything: bodies, heads, nesting, requests on one connection, connections, calls, streams, sessions. Each has a cap, the
// refusal says which, the server behind hears nothing of what was too much, and the workers' memory stays within the caps.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  LegacySession,
  modernCall,
  modernRequest,
  modernStream,
  openStream,
  repositoryRoot,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream } from '../harness/index.ts';
import { fieldLines, rawAnswer, rawRequest, residentMiB } from './gateway-target.fixture.ts';
import { honestly, jsonAnswer, resultOf, startRawServer } from './raw-server.fixture.ts';
import type { RawServer } from './raw-server.fixture.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const MAX_BODY_BYTES = 4 * MIB;
const MAX_CONNECTIONS_PER_ADDRESS = 150;
const MAX_IN_FLIGHT = 60;
const MAX_LIST_BYTES = 8 * MIB;
const MAX_STREAMS = 6;
const MAX_SESSIONS = 3;
const WORKERS = 2;
const TOOLS = ['any', 'stream'];

let server: RawServer;
/** Takes requests and never answers a call. */
let silent: RawServer;
/** The same, and it takes its time to say what it speaks. */
let unknown: RawServer;
/** Opens a stream for everything, and leaves it open. */
let streaming: RawServer;
/** Begins every answer, and never ends it. */
let endless: RawServer;
const endings: Socket[] = [];
let gateway: Gateway;
let key: string;
let other: string;
let workers: readonly number[];

before(async () => {
  server = await startRawServer(
    (heard) =>
      honestly(heard, 'modern', TOOLS) ??
      jsonAnswer(resultOf(heard, { resultType: 'complete', content: [{ type: 'text', text: 'fine' }] })),
  );
  silent = await startRawServer((heard) => honestly(heard, 'modern', TOOLS));
  unknown = await startRawServer((heard, socket) => {
    const honest = honestly(heard, 'modern', TOOLS);
    if (honest !== undefined) setTimeout(() => socket.end(honest), 500);
    return undefined;
  });
  streaming = await startRawServer((heard, socket) => {
    const honest = honestly(heard, 'modern', TOOLS);
    if (honest === undefined) socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n:\n\n');
    return honest;
  });
  endless = await startRawServer((heard, socket) => {
    const honest = honestly(heard, 'modern', TOOLS);
    if (honest !== undefined) return honest;
    const front = heard.name === 'stream' ? 'text/event-stream\r\n\r\ndata: ' : 'application/json\r\n\r\n';
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${front}{"pad":"`);
    socket.write(Buffer.alloc(MAX_LIST_BYTES - KIB, 'x'));
    endings.push(socket);
    return undefined;
  });
  gateway = await startGateway({
    config: testConfig({
      servers: {
        behind: { url: server.url },
        silent: { url: silent.url },
        unknown: { url: unknown.url },
        streams: { url: streaming.url },
        endless: { url: endless.url },
        stdio: { command: process.execPath, args: [join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts')] },
      },
      limits: {
        maxConnectionsPerAddress: MAX_CONNECTIONS_PER_ADDRESS,
        maxInFlightPerServer: MAX_IN_FLIGHT,
        maxListBytes: MAX_LIST_BYTES,
        maxStreamsPerAgent: MAX_STREAMS,
        maxSessionsPerAgent: MAX_SESSIONS,
      },
    }),
  });
  [key, other] = [await gateway.addAgent('greedy'), await gateway.addAgent('other')];
  workers = gateway.workers();
});
after(async () => {
  // First the servers, so that no call is left to wait for.
  await Promise.all([server, silent, unknown, streaming, endless].map((one) => one?.close()));
  await gateway?.stop();
});

const headers = (extra: readonly string[] = []): string[] => [
  ...fieldLines(modernRequest('tools/call', { name: 'any', arguments: {} }, { key })),
  ...extra,
];
const callBody = (filler: string): string => String(modernRequest('tools/call', { name: 'any', arguments: { filler } }).body);

test('a body that says it is too large is refused before it is sent', async () => {
  const heard = server.seen.length;
  for (const bytes of [MAX_BODY_BYTES + 1, 10 * MIB, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    const head = rawRequest('/mcp/behind', headers([`Content-Length: ${bytes}`]));
    const { status } = await rawAnswer(gateway.port, head);
    assert(status === 413 || (bytes === Number.MAX_SAFE_INTEGER && status === 400), `${bytes} bytes were answered ${status}`);
  }
  assert.equal(server.seen.length, heard);
});

test('a body in chunks is refused once it is too large, and no more of it is read', async () => {
  const heard = server.seen.length;
  const piece = Buffer.from(`10000\r\n${'x'.repeat(0x1_0000)}\r\n`);
  const socket = await dial(
    `POST /mcp/behind HTTP/1.1\r\nHost: localhost\r\n${headers().join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const answer = collect(socket);
  let sent = 0;
  while (!socket.destroyed && sent < 64 * MIB) {
    sent += piece.length;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  assert.match(await answer, /^HTTP\/1\.1 413 /);
  assert(sent < 64 * MIB, 'the whole flood was taken');
  assert.equal(server.seen.length, heard);
});

test('a body of the largest size that is allowed is carried, so that the refusals above are no accident', async () => {
  const body = callBody('');
  const fitting = body.replace('"filler":""', `"filler":"${'x'.repeat(MAX_BODY_BYTES - body.length)}"`);
  assert.equal((await rawAnswer(gateway.port, rawRequest('/mcp/behind', headers(), fitting))).status, 200);
  assert.equal((await rawAnswer(gateway.port, rawRequest('/mcp/behind', headers(), fitting.replace('xx', 'xxx')))).status, 413);
});

test('JSON that is nested beyond reading is refused', async () => {
  const heard = server.seen.length;
  for (const depth of [65, 1_000, 1_000_000]) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = open.repeat(depth) + '1' + close.repeat(depth);
      if (nested.length > 3 * MIB) continue;
      for (const body of [nested, callBody('').replace('""', nested), open.repeat(Math.min(depth * 3, 500_000))]) {
        assert.equal((await rawAnswer(gateway.port, rawRequest('/mcp/behind', headers(), body))).status, 400);
      }
    }
  }
  assert.equal(server.seen.length, heard);
});

test('a head that is too large, or has too many fields, is refused', async () => {
  const heard = server.seen.length;
  const heads: readonly (readonly [string, readonly string[]])[] = [
    ['/mcp/behind', [`X-Big: ${'x'.repeat(64 * KIB)}`]],
    ['/mcp/behind', Array.from({ length: 101 }, (_, index) => `X-${index}: y`)],
    ['/mcp/behind', Array.from({ length: 5_000 }, () => 'X: y')],
    ['/mcp/behind', [`Mcp-Name: =?base64?${'A'.repeat(20 * KIB)}?=`]],
    ['/mcp/behind', [`Authorization: Bearer ${'x'.repeat(20 * KIB)}`]],
    ['/mcp/behind', [`${'X'.repeat(20 * KIB)}: y`]],
    [`/mcp/${'x'.repeat(20 * KIB)}`, []],
    [`/mcp/behind?${'x'.repeat(20 * KIB)}`, []],
  ];
  for (const [target, lines] of heads)
    assert.equal((await rawAnswer(gateway.port, rawRequest(target, lines))).status, 431, String(lines[0] ?? target).slice(0, 40));
  assert.equal(server.seen.length, heard);
});

test('requests without end on one connection: one is carried at a time, the rest is not read', async () => {
  const before = memory();
  const one = rawRequest('/mcp/silent', headers(), callBody('x'.repeat(KIB)))
    .toString('latin1')
    .replace('Connection: close\r\n', '');
  const sockets = await Promise.all([dial(''), dial('')]);
  const heard = callsTo(silent);
  // Far more than all buffers on the way hold.
  const flood = Buffer.from(one.repeat(Math.ceil((24 * MIB) / one.length)), 'latin1');
  for (const socket of sockets) socket.write(flood);
  await until(() => callsTo(silent) - heard === sockets.length, 'the first request of each connection');
  // Others are served meanwhile.
  for (let round = 0; round < 10; round++)
    assert.equal((await modernCall(gateway.url('behind'), 'tools/call', { name: 'any', arguments: {} }, { key })).http.status, 200);
  assert.equal(callsTo(silent) - heard, sockets.length);
  for (const socket of sockets) assert(socket.writableLength > 0, 'everything was read');
  assertBounded(before, 64);
  for (const socket of sockets) socket.destroy();
});

test('strangers who send without end are not listened to', async () => {
  const before = memory();
  const sockets = await Promise.all(
    Array.from({ length: 100 }, () => dial(`POST /mcp/behind HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MAX_BODY_BYTES}\r\n\r\n`)),
  );
  const answers = sockets.map(collect);
  for (const socket of sockets) socket.write(Buffer.alloc(MAX_BODY_BYTES - 1, 'x'));
  for (const answer of await Promise.all(answers)) assert(answer === '' || answer.startsWith('HTTP/1.1 401 '), answer.slice(0, 100));
  assertBounded(before, 130);
});

test('connections of one address are counted, and the others are told why', async () => {
  const sockets = await Promise.all(Array.from({ length: WORKERS * MAX_CONNECTIONS_PER_ADDRESS + 60 }, () => dial('')));
  let turnedAway = 0;
  for (const socket of sockets)
    socket.on('data', (bytes: Buffer) => (turnedAway += bytes.toString('latin1').startsWith('HTTP/1.1 503 ') ? 1 : 0));
  await until(() => turnedAway >= 60, 'the connections beyond the cap to be turned away');
  for (const socket of sockets) socket.destroy();
  await until(
    async () => (await modernCall(gateway.url('behind'), 'tools/call', { name: 'any', arguments: {} }, { key })).http.status === 200,
    'the address to be served again',
  ).catch(() => assert.fail('the address was never served again'));
});

test('calls that a server leaves unanswered are counted, also while nobody knows it yet, and no other route pays for them', async () => {
  const streams = Array.from({ length: 2 * WORKERS * MAX_IN_FLIGHT + 20 }, () =>
    openStream(gateway.url('unknown'), modernRequest('tools/call', { name: 'any', arguments: {} }, { key })).catch(() => undefined),
  );
  let refused = 0;
  for (const stream of streams) void stream.then((answer) => (refused += answer?.status === 503 ? 1 : 0));
  await until(() => refused + callsTo(unknown) === streams.length, 'all calls to be carried or refused');
  assert(callsTo(unknown) <= WORKERS * MAX_IN_FLIGHT, `${callsTo(unknown)} calls were carried`);
  const { result } = await modernCall(gateway.url('behind'), 'tools/call', { name: 'any', arguments: {} }, { key });
  assert.equal(textAt(result, 'content', 0, 'text'), 'fine');
  for (const stream of streams) void stream.then((answer) => answer?.close());
});

test('answers that never end are not held without end', async () => {
  for (const [method, params] of [
    ['tools/list', { cursor: 'more' }],
    ['tools/call', { name: 'stream', arguments: {} }],
  ] as const) {
    const before = memory();
    endings.length = 0;
    const answers = Array.from({ length: MAX_IN_FLIGHT }, () => modernStream(gateway.url('endless'), method, params, { key }));
    const statuses: number[] = [];
    for (const answer of answers) void answer.then(({ status }) => statuses.push(status)).catch(() => undefined);
    await until(
      () => endings.length === answers.length && endings.every((socket) => socket.destroyed || socket.writableLength === 0),
      'all answers to have begun',
    );
    await until(() => endings.some((socket) => socket.destroyed), 'some of them to be given up');
    assert.equal((await modernCall(gateway.url('behind'), 'tools/call', { name: 'any', arguments: {} }, { key })).http.status, 200);
    assertBounded(before, 200);
    if (method === 'tools/list') assert(statuses.includes(503), String(statuses));
    for (const socket of endings) socket.destroy();
    await Promise.allSettled(answers);
  }
});

test("one agent's streams are counted, and another agent's are not", async () => {
  const listen = (who: string): Promise<HttpStream> =>
    modernStream(gateway.url('streams'), 'subscriptions/listen', { notifications: {} }, { key: who });
  const mine = await Promise.all(Array.from({ length: WORKERS * MAX_STREAMS + 20 }, () => listen(key)));
  const open = mine.filter(({ status }) => status === 200);
  assert(open.length >= MAX_STREAMS && open.length <= WORKERS * MAX_STREAMS, `${open.length} streams are open`);
  for (const { status } of mine) assert(status === 200 || status === 429, String(status));
  const theirs = await listen(other);
  assert.equal(theirs.status, 200);
  for (const stream of [...mine, theirs]) stream.close();
});

test('calls that an agent begins and leaves behind are counted as long as they run', async () => {
  // Hanging up cancels nothing in this era, so each call goes on in the program behind.
  const session = await LegacySession.open(gateway.url('stdio'), { key: other });
  const statuses: number[] = [];
  for (let call = 0; call < MAX_IN_FLIGHT + 5; call++) {
    const stream = await session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: call } });
    statuses.push(stream.status);
    stream.close();
  }
  assert.deepEqual(statuses.slice(-6), [200, 503, 503, 503, 503, 503]);
  assert.equal((await session.end()).status, 204);
  // With the program, its calls are over.
  const next = await LegacySession.open(gateway.url('stdio'), { key: other });
  assert.equal((await next.request('tools/call', { name: 'pid', arguments: {} })).http.status, 200);
  await next.end();
});

test('calls that an agent cancels are counted no longer', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key: other });
  for (let call = 0; call < MAX_IN_FLIGHT + 5; call++) {
    const id = session.newId();
    const stream = await session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: call } }, id);
    assert.equal(stream.status, 200);
    assert.equal((await session.notify('notifications/cancelled', { requestId: id })).status, 202);
    while ((await stream.next()) !== undefined);
  }
  await session.end();
});

test("one agent's sessions are counted where each costs a process, and another agent's are not", async () => {
  const openings = await Promise.all(
    Array.from({ length: WORKERS * MAX_SESSIONS + 12 }, () => LegacySession.initialize(gateway.url('stdio'), { key })),
  );
  const begun = openings.filter(({ result }) => result !== undefined);
  assert(begun.length >= MAX_SESSIONS && begun.length <= WORKERS * MAX_SESSIONS, `${begun.length} sessions were opened`);
  for (const { http } of openings) assert(http.status === 200 || http.status === 429, `${http.status} ${http.body}`);
  const theirs = await LegacySession.open(gateway.url('stdio'), { key: other });
  assert.equal((await theirs.end()).status, 204);
});

test('the workers are those of the beginning', () => assert.deepEqual(gateway.workers(), workers));

/** Connects, sends this, and leaves the connection open. */
async function dial(bytes: string): Promise<Socket> {
  const socket = connect({ port: gateway.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

/** Everything that comes back until the end; whoever is cut off while sending sees a broken pipe, and that is an end too. */
function collect(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1'))));
}

function callsTo({ seen }: RawServer): number {
  return seen.filter(({ method }) => method === 'tools/call').length;
}

function memory(): readonly number[] {
  return workers.map(residentMiB);
}

function assertBounded(before: readonly number[], mostMiB: number): void {
  const grown = memory().map((now, index) => now - (before[index] ?? 0));
  assert(Math.max(...grown) < mostMiB, `the workers grew by ${grown.map(Math.round).join(' and ')} MiB`);
}
