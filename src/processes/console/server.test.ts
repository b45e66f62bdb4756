// The listener before a control that is played here: what reaches it, and what comes back.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, RequestOptions, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { createLog } from '../../telemetry/index.ts';
import type { Log } from '../../telemetry/index.ts';
import { bindSocket } from '../listen-sockets.ts';
import { readConsoleFiles } from './files.ts';
import { createConsoleServer } from './server.ts';

interface Stage {
  readonly port: number;
  /** What reached control. */
  readonly reached: IncomingMessage[];
  ask(options: RequestOptions, body?: string | Buffer): Promise<IncomingMessage>;
  /** Control is gone, or there again. */
  setDoor(open: boolean): void;
}

const quiet = createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} });
const PAGE = '<!doctype html><title>Console</title>';

async function start(t: TestContext, control: RequestListener, { log = quiet }: { log?: Log } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const built = join(folder, 'dist');
  mkdirSync(join(built, 'assets'), { recursive: true });
  writeFileSync(join(built, 'index.html'), PAGE);
  writeFileSync(join(built, 'assets', 'a-1.css'), 'body { color: red }\n'.repeat(100));
  const reached: IncomingMessage[] = [];
  const played = createServer((request, response) => {
    reached.push(request);
    control(request, response);
  });
  const door = join(folder, 'door');
  played.listen(door);
  await once(played, 'listening');
  const socket = bindSocket({ name: '@console', host: '127.0.0.1', port: 0 });
  assert(typeof socket !== 'string');
  let isOpen = true;
  const server = createConsoleServer({
    tls: undefined,
    site: () => ({ scheme: 'http', host: '127.0.0.1', names: [] }),
    isTrusted: () => false,
    files: readConsoleFiles(built),
    door: () => (isOpen ? door : undefined),
    nowMs: () => 0,
    log,
  });
  await server.listen(socket.fd);
  t.after(async () => {
    await server.close();
    played.closeAllConnections();
    played.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = socket;
  return {
    port,
    reached,
    setDoor: (open) => (isOpen = open),
    ask: async (options, body) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port, agent: false, ...options });
      outgoing.end(body);
      const [response]: IncomingMessage[] = await once(outgoing, 'response');
      assert(response !== undefined);
      return response;
    },
  };
}

const ok: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', etag: '"7"', 'x-inner': 'secret', server: 'control' }).end('{}');
};
const ownOrigin = (port: number): Record<string, string> => ({ origin: `http://127.0.0.1:${port}` });

test('what a browser says of itself reaches control, and nothing that would be believed there', async (t) => {
  const stage = await start(t, ok);
  const headers = {
    ...ownOrigin(stage.port),
    cookie: 'sallyport-session=abc',
    'sallyport-csrf': 'token',
    'if-match': '"6"',
    'content-type': 'application/json',
    'sallyport-actor': 'root',
    'sallyport-via': 'cli',
    'sallyport-approver': 'spk_key',
    authorization: 'Bearer token',
    'x-forwarded-for': '10.0.0.1',
    connection: 'keep-alive, cookie',
  };
  const answer = await stage.ask({ method: 'POST', path: '/api/v1/agents?dryRun=true', headers }, '{"name":"a"}');
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers.etag, '"7"');
  assert.equal(answer.headers['x-inner'] ?? answer.headers['server'], undefined);
  const [request] = stage.reached;
  assert.equal(request?.url, '/api/v1/agents?dryRun=true');
  const { host: _host, connection: _connection, ...passed } = request?.headers ?? {};
  assert.deepEqual(passed, {
    cookie: 'sallyport-session=abc',
    'sallyport-csrf': 'token',
    'if-match': '"6"',
    'content-type': 'application/json',
    'content-length': '12',
  });
});

test('every answer carries the security headers, refusals too', async (t) => {
  const stage = await start(t, ok);
  const asked: readonly RequestOptions[] = [
    { path: '/' },
    { path: '/assets/a-1.css' },
    { path: '/assets/gone.js' },
    { path: '/livez' },
    { path: '/api/v1/status' },
    { path: '/', headers: { host: 'evil.example' } },
    { path: '/', method: 'OPTIONS' },
  ];
  for (const options of asked) {
    const { headers } = await stage.ask(options);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self'; /, options.path ?? '');
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|https?:|\*/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('files are compressed for who takes that, and sent once', async (t) => {
  const stage = await start(t, ok);
  const first = await stage.ask({ path: '/assets/a-1.css', headers: { 'accept-encoding': 'br, gzip' } });
  assert.equal(first.headers['content-encoding'], 'gzip');
  const again = await stage.ask({
    path: '/assets/a-1.css',
    headers: { 'accept-encoding': 'gzip', 'if-none-match': String(first.headers.etag) },
  });
  assert.equal(again.statusCode, 304);
  const plain = await stage.ask({ path: '/assets/a-1.css' });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.notEqual(plain.headers.etag, first.headers.etag);
  const page = await stage.ask({ path: '/agents/claude.code', headers: { accept: 'text/html' } });
  assert.equal(await text(page), PAGE);
  const head = await stage.ask({ path: '/', method: 'HEAD' });
  assert.equal(head.headers['content-length'], String(PAGE.length));
  assert.equal((await stage.ask({ path: '/', method: 'POST', headers: ownOrigin(stage.port) })).statusCode, 405);
  assert.equal(stage.reached.length, 0);
});

test('a stream comes as it happens, and ends in control when nobody reads it any more', async (t) => {
  let tell: (event: string) => void = () => {};
  const ended = Promise.withResolvers<void>();
  const stage = await start(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    tell = (event) => void response.write(event);
    tell(':\n\n');
    response.once('close', () => ended.resolve());
  });
  const stream = await stage.ask({ path: '/api/v1/events?topics=calls', headers: { 'sec-fetch-site': 'same-origin' } });
  const pieces = stream.setEncoding('utf8')[Symbol.asyncIterator]();
  assert.equal((await pieces.next()).value, ':\n\n');
  for (const n of [1, 2]) {
    tell(`data: ${n}\n\n`);
    assert.equal((await pieces.next()).value, `data: ${n}\n\n`);
  }
  stream.destroy();
  await ended.promise;
});

test('an answer that breaks off in control does not look whole', async (t) => {
  const stage = await start(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{"one":1}\n', () => response.destroy());
  });
  await assert.rejects(async () => text(await stage.ask({ path: '/api/v1/export' })), { code: 'ECONNRESET' });
});

test('a body that is too large is refused, whether it says so or not, and control hears nothing of it', async (t) => {
  const stage = await start(t, ok);
  const large = Buffer.alloc(1024 * 1024 + 1, 0x20);
  for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }]) {
    const answer = await stage.ask(
      { method: 'PUT', path: '/api/v1/policy', headers: { ...ownOrigin(stage.port), 'content-type': 'application/json', ...headers } },
      large,
    );
    assert.equal(answer.statusCode, 413);
    assert.match(await text(answer), /"code":"body_too_large"/);
  }
  assert.equal(stage.reached.length, 0);
});

test('without control the API says so, and the pages are there', async (t) => {
  const stage = await start(t, ok);
  assert.equal((await stage.ask({ path: '/readyz' })).statusCode, 200);
  stage.setDoor(false);
  const answer = await stage.ask({ path: '/api/v1/status' });
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.headers['retry-after'], '1');
  assert.match(await text(answer), /"code":"unavailable"/);
  assert.equal((await stage.ask({ path: '/readyz' })).statusCode, 503);
  assert.equal((await stage.ask({ path: '/livez' })).statusCode, 200);
  assert.equal((await stage.ask({ path: '/' })).statusCode, 200);
});

test('who has a right link is let in, however many wrong ones others have shown', async (t) => {
  const stage = await start(t, (request, response) => {
    void text(request).then((body) => response.writeHead(body.includes('right') ? 201 : 401).end('{}'));
  });
  const signIn = (link: string): Promise<IncomingMessage> =>
    stage.ask(
      { method: 'POST', path: '/api/v1/session', headers: { ...ownOrigin(stage.port), 'content-type': 'application/json' } },
      JSON.stringify({ link }),
    );
  const wrong = Promise.all(Array.from({ length: 60 }, () => signIn('wrong')));
  assert.equal((await signIn('right')).statusCode, 201);
  for (const { statusCode } of await wrong) assert.equal(statusCode, 401);
  assert.equal((await signIn('right')).statusCode, 201);
  assert.equal((await signIn('x'.repeat(5_000))).statusCode, 413);
});

test('a connection has one request under way: whoever pipelines is hung up on, and the log has one line of it', async (t) => {
  const lines: string[] = [];
  const waiting: ServerResponse[] = [];
  const stage = await start(t, (_request, response) => void waiting.push(response), {
    log: createLog({ process: 'test', level: 'warn', format: 'json', clock: () => 0, write: (line) => lines.push(line) }),
  });
  for (let n = 0; n < 8; n++) {
    const socket = connect(stage.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write(`GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n\r\n`.repeat(500));
    await once(socket, 'close');
  }
  assert.equal((await stage.ask({ path: '/livez' })).statusCode, 200);
  assert(stage.reached.length <= 8, `${stage.reached.length} reached control`);
  assert.equal(lines.length, 1);
});

test('strangers have few places; whoever is signed in has others, and nobody has all of those', async (t) => {
  const held: ServerResponse[] = [];
  const stage = await start(t, (request, response) => {
    request.resume();
    if (request.url === '/api/v1/session') return void response.writeHead(request.headers.cookie === 'a=1' ? 200 : 401).end('{}');
    held.push(response);
    response.writeHead(request.headers.cookie === 'a=1' ? 200 : 401).write(' ');
  });
  const ask = async (path: string, cookie?: string): Promise<number | undefined> =>
    (await stage.ask({ path, ...(cookie === undefined ? {} : { headers: { cookie } }) })).statusCode;
  assert.equal(await ask('/api/v1/session', 'a=1'), 200);
  const strangers = await Promise.all(Array.from({ length: 40 }, (_, n) => ask('/api/v1/status', `b=${n}`)));
  assert.equal(strangers.filter((status) => status === 401).length, 32);
  assert.equal(strangers.filter((status) => status === 503).length, 8);
  const own = await Promise.all(Array.from({ length: 60 }, () => ask('/api/v1/events', 'a=1')));
  assert.equal(own.filter((status) => status === 200).length, 48);
  for (const response of held) response.end();
  for (const response of held) if (!response.closed) await once(response, 'close');
  assert.equal(await ask('/api/v1/session', 'a=1'), 200);
});
