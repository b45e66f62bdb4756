// Walks to servers that are in order, broken or slow at every step: each is named with its figure, and nothing is said over a connection that is not trusted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { FIRST_CERTIFICATE } from '../http/certificates.fixture.ts';
import type { StdioDoor } from './doors.ts';
import type { HttpServerConfig, StdioServerConfig } from './types.ts';
import { walkHttp } from './walk-http.ts';
import { walkStdio } from './walk-stdio.ts';
import type { Walk } from './walk.ts';

const POOL = { maxConnections: 8, maxQueued: 8, maxHeadBytes: 16 * 1024, connectTimeoutMs: 2_000 };
const TOOLS = [{ name: 'find' }, { name: 'remove' }];
const SELF = { name: 'tickets', version: '4.2' };

function config(url: string, change: Partial<HttpServerConfig> = {}): HttpServerConfig {
  return {
    kind: 'http',
    name: 'tickets',
    url,
    headers: {},
    tls: { minVersion: 'TLSv1.2' },
    trust: 'first-use',
    timeoutMs: 1_500,
    ...change,
  };
}

function walk(to: HttpServerConfig, ca?: string): Promise<Walk> {
  return walkHttp(to, { secrets: { fetch: async () => ({ headers: [], ca }) }, pool: POOL, nowMs: Date.now });
}

const verdicts = ({ hops }: Walk): string => hops.map(({ hop, verdict }) => `${hop} ${verdict}`).join(', ');

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers MCP of both eras. */
const inOrder: RequestListener = (request, response) =>
  void readBody(request).then((body) => {
    const { id, method } = JSON.parse(body || '{}');
    const result =
      method === 'server/discover'
        ? { supportedVersions: ['2026-07-28'], serverInfo: SELF, capabilities: { tools: {} } }
        : method === 'tools/list'
          ? { tools: TOOLS }
          : undefined;
    if (result === undefined) return say(response, 200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Unknown.' } });
    say(response, 200, { jsonrpc: '2.0', id, result });
  });

/** Speaks the older era only, in sessions. */
const older: RequestListener = (request, response) =>
  void readBody(request).then((body) => {
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    const { id, method } = JSON.parse(body);
    if (method === 'initialize') {
      const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: SELF };
      return say(response, 200, { jsonrpc: '2.0', id, result }, { 'mcp-session-id': 's1' });
    }
    if (request.headers['mcp-session-id'] !== 's1')
      return say(response, 400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No session.' } });
    if (method === 'tools/list') return say(response, 200, { jsonrpc: '2.0', id, result: { tools: TOOLS } });
    response.writeHead(202).end();
  });

function say(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a server in order: every step with its time, what it says of itself, its tools, its clock', async (t) => {
  const port = await listen(t, createServer(inOrder));
  const walked = await walk(config(`http://127.0.0.1:${port}/mcp`));
  assert.equal(verdicts(walked), 'credentials ok, dns ok, tcp ok, http ok, auth ok, era ok, list ok');
  assert.equal(walked.verdict, 'ok');
  assert.deepEqual([walked.addresses, walked.revisions, walked.tools, walked.says], [['127.0.0.1'], ['2026-07-28'], 2, SELF]);
  assert.ok(Math.abs(walked.clockSkewSeconds ?? 99) <= 2);
  for (const hop of walked.hops.filter((one) => one.hop !== 'auth')) assert.ok(hop.ms !== null && hop.ms >= 0, hop.hop);
});

test('a server of the older era: its list is asked for in a session', async (t) => {
  const port = await listen(t, createServer(older));
  const walked = await walk(config(`http://127.0.0.1:${port}/mcp`));
  assert.equal(verdicts(walked), 'credentials ok, dns ok, tcp ok, http ok, auth ok, era ok, list ok');
  assert.deepEqual([walked.revisions, walked.tools, walked.says], [['2025-11-25'], 2, SELF]);
});

for (const [what, url, expected, says] of [
  ['a name that is none', 'http://tickets.invalid/mcp', 'dns failed', /tickets\.invalid: the name cannot be resolved/],
  ['a port where nothing listens', 'http://127.0.0.1:1/mcp', 'tcp failed', /nothing listens there/],
] as const) {
  test(`${what}: the steps after it are not gone`, async () => {
    const walked = await walk(config(url));
    assert.ok(verdicts(walked).includes(`${expected}, `));
    assert.equal(walked.hops.at(-1)?.verdict, 'skipped');
    assert.match(walked.text, says);
    assert.ok(walked.hops.find(({ verdict }) => verdict === 'failed')?.remedy);
  });
}

for (const [what, answer, hop, says] of [
  ['that wants other credentials', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(401).end(), 'auth', /401/],
  ['that is broken', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(503).end(), 'http', /503/],
  ['that never answers', () => {}, 'http', /did not answer within 1500 ms/],
  [
    'that is something else',
    (_: IncomingMessage, response: ServerResponse) => void response.end('<html>'),
    'era',
    /neither server\/discover nor initialize/,
  ],
] as const) {
  test(`a server ${what}`, async (t) => {
    const server = createServer(answer);
    t.after(() => server.closeAllConnections());
    const walked = await walk(config(`http://127.0.0.1:${await listen(t, server)}/mcp`));
    assert.deepEqual([walked.verdict, walked.hop], ['failed', hop]);
    assert.match(walked.text, says);
  });
}

test('a server that takes long is named with the step and the figure', async (t) => {
  const slow: RequestListener = (request, response) => void setTimeout(() => inOrder(request, response), 1_200);
  const walked = await walk(config(`http://127.0.0.1:${await listen(t, createServer(slow))}/mcp`));
  assert.deepEqual([walked.verdict, walked.hop], ['slow', 'http']);
  assert.match(walked.text, /^Slow at its first answer \(http\): 1\d\d\d ms of \d+ ms in all\.$/);
});

test('a trusted certificate is described, and one that is not is shown without a word being said to who has it', async (t) => {
  const asked: string[] = [];
  const server = createHttpsServer(FIRST_CERTIFICATE, (request, response) => {
    asked.push(request.url ?? '');
    inOrder(request, response);
  });
  const to = config(`https://localhost:${await listen(t, server)}/mcp`);
  const trusted = await walk(to, FIRST_CERTIFICATE.cert);
  assert.equal(verdicts(trusted), 'credentials ok, dns ok, tcp ok, tls ok, http ok, auth ok, era ok, list ok');
  assert.deepEqual(
    [trusted.isTrusted, trusted.certificate?.version, trusted.certificate?.names],
    [true, 'TLSv1.3', ['localhost', '127.0.0.1']],
  );
  asked.length = 0;
  const refused = await walk(to);
  assert.deepEqual([refused.hop, refused.isTrusted, refused.certificate?.subject], ['tls', false, 'CN=localhost']);
  assert.match(refused.text, /self-signed.*is valid until 2126-10-29/);
  assert.deepEqual(asked, []);
});

test('what answers TLS with something else is no TLS', async (t) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const walked = await walk(config(`https://127.0.0.1:${await listen(t, server)}/mcp`));
  assert.equal(walked.hop, 'tls');
  assert.match(walked.text, /is the URL http:/);
});

test('credentials that cannot be read', async () => {
  const secrets = { fetch: () => Promise.reject(new Error('The variable TICKETS_TOKEN is not set.')) };
  const walked = await walkHttp(config('http://127.0.0.1:1/mcp'), { secrets, pool: POOL, nowMs: Date.now });
  assert.deepEqual([walked.hop, walked.hops.filter(({ verdict }) => verdict === 'skipped').length], ['credentials', 6]);
  assert.match(walked.text, /TICKETS_TOKEN/);
});

const PROGRAM: StdioServerConfig = {
  kind: 'stdio',
  name: 'files',
  command: 'files',
  args: [],
  env: {},
  cwd: '/',
  processes: 'per-agent',
  trust: 'first-use',
};

/** A door behind which every program answers by this. */
function door(answer: (message: { readonly id?: unknown; readonly method: string }) => unknown): StdioDoor {
  return {
    open: (_server, events) => ({
      send: (line) => {
        const message = JSON.parse(Buffer.from(line).toString());
        const said = answer(message);
        if (said !== undefined)
          setImmediate(() => events.onLine(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...(said as object) }))));
      },
      pause: () => {},
      resume: () => {},
      close: () => {},
    }),
  };
}

test('a program in order', async () => {
  const answers = door(({ method }) => {
    if (method === 'initialize') return { result: { protocolVersion: '2025-11-25', serverInfo: SELF } };
    if (method === 'tools/list') return { result: { tools: TOOLS } };
    return method === 'server/discover' ? { error: { code: -32601, message: 'Unknown.' } } : undefined;
  });
  const walked = await walkStdio(PROGRAM, answers, Date.now);
  assert.equal(verdicts(walked), 'process ok, era ok, list ok');
  assert.deepEqual([walked.tools, walked.says, walked.revisions], [2, SELF, ['2025-11-25']]);
});

test('a program that does not start', async () => {
  const gone: StdioDoor = {
    open: (_server, events) => {
      setImmediate(() => events.onExit("It ended with code 127: 'files' was not found."));
      return { send: () => {}, pause: () => {}, resume: () => {}, close: () => {} };
    },
  };
  const walked = await walkStdio(PROGRAM, gone, Date.now);
  assert.deepEqual([walked.verdict, walked.hop], ['failed', 'process']);
  assert.match(walked.text, /'files' was not found/);
});

test('a program that is no MCP server', async () => {
  const walked = await walkStdio(
    PROGRAM,
    door(() => ({ error: { code: -32601, message: 'What?' } })),
    Date.now,
  );
  assert.deepEqual([walked.verdict, walked.hop], ['failed', 'era']);
});
