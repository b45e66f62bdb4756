import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeHttp } from './probe.ts';
import { listenUpstream, sayEvent, sayJson } from './upstream.fixture.ts';
import type { Came } from './upstream.fixture.ts';

const ID = 'sallyport-probe';
const isDiscover = ({ body }: Came): boolean => body.includes('"server/discover"');
const isInitialize = ({ body }: Came): boolean => body.includes('"initialize"');
const initialized = (protocolVersion: string): object => ({ jsonrpc: '2.0', id: ID, result: { protocolVersion, capabilities: {} } });
const notInitialized = { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Bad Request: Server not initialized' } };
const page = ({ response }: Came, status: number): void =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<p>No.</p>');

/** A server of 2024-11-05: a stream by GET, messages to another address. What else is asked of it is answered by `other`. */
function sse(revision: string, other: (came: Came) => void): (came: Came) => void {
  let stream: Came | undefined;
  return (came) => {
    if (came.method === 'GET') {
      stream = came;
      came.response.writeHead(200, { 'content-type': 'text/event-stream' });
      came.response.write('event: endpoint\ndata: /messages?sessionId=1\n\n');
    } else if (came.url.startsWith('/messages')) {
      came.response.writeHead(202).end('Accepted');
      if (stream !== undefined) sayEvent(stream.response, initialized(revision), 'event: message\n');
    } else other(came);
  };
}

interface Expected {
  readonly revisions: readonly string[];
  readonly transport: string;
}

const servers: readonly (readonly [string, () => (came: Came) => void, Expected])[] = [
  [
    'a modern server',
    () => (came) =>
      isDiscover(came)
        ? sayJson(came.response, 200, { jsonrpc: '2.0', id: ID, result: { supportedVersions: ['2026-07-28'] } })
        : sayJson(came.response, 400, {
            jsonrpc: '2.0',
            id: ID,
            error: { code: -32022, message: '', data: { supported: ['2026-07-28'] } },
          }),
    { revisions: ['2026-07-28'], transport: 'streamable' },
  ],
  [
    'a session server that answers discover with an error for no request',
    () => (came) =>
      isDiscover(came) ? sayJson(came.response, 400, notInitialized) : sayJson(came.response, 200, initialized('2025-11-25')),
    { revisions: ['2025-11-25'], transport: 'streamable' },
  ],
  [
    'a server without sessions that would serve anything that names no version',
    () => (came) => {
      if (isInitialize(came)) return sayEvent(came.response, initialized('2025-06-18'));
      assert.equal(came.headers['mcp-protocol-version'], '2026-07-28', 'it is asked with the header');
      sayJson(came.response, 400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Unsupported protocol version' } });
    },
    { revisions: ['2025-06-18'], transport: 'streamable' },
  ],
  [
    'a server that knows no such method, by status 200',
    () => (came) =>
      sayJson(
        came.response,
        200,
        isInitialize(came) ? initialized('2025-03-26') : { jsonrpc: '2.0', id: ID, error: { code: -32601, message: '?' } },
      ),
    { revisions: ['2025-03-26'], transport: 'streamable' },
  ],
  [
    'an old server that has only a fault to say to what it does not know',
    () => (came) => (isInitialize(came) ? sayJson(came.response, 200, initialized('2024-11-05')) : page(came, 500)),
    { revisions: ['2024-11-05'], transport: 'streamable' },
  ],
  ['HTTP+SSE, 404 to a POST', () => sse('2024-11-05', (came) => page(came, 404)), { revisions: ['2024-11-05'], transport: 'sse' }],
  ['HTTP+SSE, 405 to a POST', () => sse('2024-11-05', (came) => page(came, 405)), { revisions: ['2024-11-05'], transport: 'sse' }],
  [
    'HTTP+SSE, 400 to a POST',
    () => sse('2025-11-25', (came) => sayJson(came.response, 400, notInitialized)),
    { revisions: ['2025-11-25'], transport: 'sse' },
  ],
  [
    'HTTP+SSE that opens its stream to a POST as well',
    () =>
      sse('2024-11-05', ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: endpoint\ndata: /messages?sessionId=2\n\n');
      }),
    { revisions: ['2024-11-05'], transport: 'sse' },
  ],
];
for (const [name, script, expected] of servers) {
  test(`${name} is known for what it is`, async (t) => {
    const verdict = await probeHttp(await listenUpstream(t, script()), 5_000, () => 0);
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.error.reason);
    const { revisions, transport } = verdict.value;
    assert.deepEqual({ revisions, transport }, expected);
  });
}

const strangers: readonly (readonly [string, (came: Came) => void, RegExp])[] = [
  ['401', (came) => page(came, 401), /credentials/],
  ['403', (came) => page(came, 403), /credentials/],
  ['503 to everything', (came) => page(came, 503), /503/],
  ['a web page', (came) => page(came, 200), /neither server\/discover nor initialize/],
  ['404 to everything', (came) => page(came, 404), /neither/],
  [
    'a revision that does not exist',
    (came) => (isInitialize(came) ? sayJson(came.response, 200, initialized('2023-01-01')) : page(came, 404)),
    /neither/,
  ],
  ['silence', () => {}, /did not answer within 50 ms/],
  ['hanging up', ({ response }) => response.destroy(), /./],
];
for (const [name, script, reason] of strangers) {
  test(`${name} is no evidence`, async (t) => {
    const verdict = await probeHttp(await listenUpstream(t, script), 50, () => 0);
    assert.ok(!verdict.ok);
    assert.match(verdict.error.reason, reason);
  });
}

test('the session that a probe opened is ended', async (t) => {
  const ended: unknown[] = [];
  const target = await listenUpstream(t, (came) => {
    if (came.method === 'DELETE') ended.push(came.headers['mcp-session-id']);
    if (isInitialize(came)) sayJson(came.response, 200, initialized('2025-11-25'), { 'mcp-session-id': 'probe-1' });
    else page(came, came.method === 'DELETE' ? 200 : 404);
  });
  const verdict = await probeHttp(target, 5_000, () => 0);
  assert.ok(verdict.ok);
  while (ended.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual(ended, ['probe-1']);
});

test('what speaks the legacy era while the modern question failed is asked again soon', async (t) => {
  const target = await listenUpstream(t, (came) =>
    isInitialize(came) ? sayJson(came.response, 200, initialized('2025-11-25')) : page(came, 500),
  );
  const verdict = await probeHttp(target, 5_000, () => 0);
  assert.ok(verdict.ok);
  assert.equal(verdict.value.staleAtMs, 30_000);
});
