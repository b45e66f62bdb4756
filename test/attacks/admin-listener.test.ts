// The admin listener in a browser's world: other web pages, names pointed at this machine, bytes that no browser sends, and somebody who has taken over the
// process that listens. Whoever is signed in is so all the while: it must not help anybody else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { nodeFlags } from '../../src/processes/index.ts';
import { at, repositoryRoot, signIn, startGateway, testConfig, textAt, until, WITH_CONSOLE } from '../harness/index.ts';
import type { Gateway, Visitor } from '../harness/index.ts';
import { rawAnswer, rawRequest } from './gateway-target.fixture.ts';
import type { RawAnswer } from './gateway-target.fixture.ts';

let gateway: Gateway;
let visitor: Visitor;
let port: number;
/** Connections that say nothing, or never finish, from the beginning on. */
const slow: { readonly socket: Socket; text: string; closed: boolean }[] = [];

const config = (admin: object): object => testConfig({ servers: {}, extra: { ...WITH_CONSOLE, admin } });

before(async () => {
  gateway = await startGateway({ config: config(WITH_CONSOLE.admin) });
  port = Number(new URL(await gateway.consoleUrl()).port);
  visitor = await signIn(gateway);
  for (const bytes of ['GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ', 'GET']) dawdle(bytes);
});
after(async () => {
  for (const { socket } of slow) socket.destroy();
  await gateway?.stop();
});

function dawdle(bytes: string): void {
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  const one = { socket, text: '', closed: false };
  socket.setEncoding('latin1').on('data', (text: string) => (one.text += text));
  socket.on('error', () => undefined).once('close', () => (one.closed = true));
  slow.push(one);
}

/** What changes if an attack succeeds. */
const agents = async (): Promise<unknown> => at((await visitor.ask('GET', '/api/v1/agents')).json, 'agents');
const raw = (target: string, lines: readonly string[], method = 'GET', body = ''): Promise<RawAnswer> =>
  rawAnswer(port, rawRequest(target, [`Cookie: ${visitor.cookie}`, ...lines], body, method));

for (const host of [
  'evil.example',
  `evil.example:7630`,
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'localhost.',
  '0.0.0.0',
  '127.0.0.2',
  '2130706433',
  '[::]',
  '[::ffff:127.0.0.1]',
]) {
  test(`a page whose name ${host} was pointed here gets nothing, signed in or not`, async () => {
    for (const target of ['/', '/api/v1/session', '/api/v1/agents', '/metrics', '/livez', '/sign-in']) {
      const { status, body } = await raw(target, [`Host: ${host}`]);
      assert.equal(status, 403, target);
      assert.match(body, /"code":"host_refused"/);
    }
  });
}

test('two hosts, none, and one in the target are refused', async () => {
  const own = `Host: 127.0.0.1:${port}`;
  assert.equal((await raw('/api/v1/agents', [own, 'Host: evil.example'])).status, 400);
  assert.equal((await raw('/api/v1/agents', ['Host: evil.example', own])).status, 400);
  assert.equal((await raw('http://evil.example/api/v1/agents', [own])).status, 400);
  const none = await rawAnswer(port, `GET /api/v1/agents HTTP/1.1\r\nCookie: ${visitor.cookie}\r\nConnection: close\r\n\r\n`);
  assert.equal(none.status, 400);
  const old = await rawAnswer(port, `GET /api/v1/agents HTTP/1.0\r\nCookie: ${visitor.cookie}\r\n\r\n`);
  assert.equal(old.status, 400);
});

const intruder = { name: 'intruder', groups: [], attributes: {} };
const crossSite: readonly (readonly [what: string, headers: Readonly<Record<string, string | undefined>>])[] = [
  ['from another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['from another port of this machine', { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-site' }],
  ['from a sandboxed page', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['from nowhere that is named', { origin: undefined, 'sec-fetch-site': undefined }],
  ['with an origin that lies, and a browser that does not', { 'sec-fetch-site': 'cross-site' }],
  ['without the token of the session', { 'sallyport-csrf': undefined }],
  ['with an empty token', { 'sallyport-csrf': '' }],
  ['with another token', { 'sallyport-csrf': 'A'.repeat(43) }],
];
for (const [what, headers] of crossSite) {
  test(`a change ${what} is refused, although its cookie is right`, async () => {
    const answer = await visitor.ask('POST', '/api/v1/agents', intruder, headers);
    assert.equal(answer.status, 403, answer.text);
    assert.equal(at(answer.json, 'code'), 'cross_site');
    assert.deepEqual(await agents(), []);
  });
}

test('what a form or a script of another site may send without asking is none of the API', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined]) {
    const answer = await visitor.ask('POST', '/api/v1/agents', intruder, { 'content-type': type });
    assert.equal(answer.status, 415, answer.text);
  }
  assert.deepEqual(await agents(), []);
});

test('no page elsewhere may read an answer, and nothing answers what browsers ask first', async () => {
  const read = await visitor.ask('GET', '/api/v1/agents', undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
  assert.equal(read.status, 403);
  const preflight = await visitor.ask('OPTIONS', '/api/v1/agents', undefined, {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
  });
  assert.equal(preflight.status, 405);
  for (const answer of [read, preflight])
    assert.deepEqual(
      Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
      [],
    );
});

test('somebody else cannot be signed in from another site', async () => {
  const answer = await visitor.ask(
    'POST',
    '/api/v1/session',
    { link: 'A'.repeat(43) },
    { origin: 'https://evil.example', cookie: undefined },
  );
  assert.equal(answer.status, 403);
  assert.equal(answer.headers['set-cookie'], undefined);
});

for (const target of [
  '/../../../../etc/passwd',
  '/..%2f..%2f..%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/assets/../../package.json',
  '/assets/..%5c..%5cpackage.json',
  '//etc/passwd',
  '/\\..\\..\\etc\\passwd',
  '/assets/%00/etc/passwd',
  '/.digest',
  '/assets/',
  '/index.html/../../package.json',
  '/file:///etc/passwd',
  '/constructor',
]) {
  test(`${target} leads to no file`, async () => {
    const { status, body } = await raw(target, ['Accept: */*']);
    assert.ok(status === 404 || status === 400 || status === 503, `${status} ${body}`);
    assert.doesNotMatch(body, /root:|"name":/);
  });
}

const hidden = `GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
const post = (lines: readonly string[], body: string): string =>
  `POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
const shapes: readonly (readonly [name: string, lines: readonly string[], body: string])[] = [
  ['CL.TE', [`Content-Length: ${hidden.length + 5}`, 'Transfer-Encoding: chunked'], `0\r\n\r\n${hidden}`],
  ['TE.CL', ['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${hidden}`],
  ['CL.CL', ['Content-Length: 0', `Content-Length: ${hidden.length}`], hidden],
  ['TE: chunked, identity', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${hidden}`],
  ['TE twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${hidden}`],
  ['a length with a plus', [`Content-Length: +${hidden.length}`], hidden],
  ['a length with white space in front of the colon', [`Content-Length : ${hidden.length}`], hidden],
  ['a chunk size that overflows', ['Transfer-Encoding: chunked'], `fffffffffffffffff\r\nx\r\n0\r\n\r\n${hidden}`],
  ['a chunk that is longer than it says', ['Transfer-Encoding: chunked'], `1\r\nxx\r\n0\r\n\r\n${hidden}`],
];
for (const [name, lines, body] of shapes) {
  test(`${name}: refused, and nothing behind it is answered`, async () => {
    const { status, head, body: rest } = await rawAnswer(port, post(lines, body));
    assert.equal(status, 400, head);
    assert.doesNotMatch(rest, /HTTP\/1\.1|alive/);
  });
}

test('a request in the body of another stays a body', async () => {
  const { body } = await rawAnswer(port, post([`Content-Length: ${hidden.length}`, 'Connection: close'], hidden));
  assert.match(body, /"code":"malformed"/);
  assert.doesNotMatch(body, /alive/);
});

test('nothing is upgraded, tunnelled, or traced', async () => {
  const socket = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
  assert.notEqual((await raw('/api/v1/events', socket)).status, 101);
  assert.notEqual(
    (await raw('/', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAA'])).status,
    101,
  );
  assert.equal((await raw('/', [], 'TRACE')).status, 405);
  assert.notEqual((await raw('evil.example:443', [], 'CONNECT')).status, 200);
});

test('what is too large is refused, and others are served', async () => {
  assert.equal((await raw('/', [`X-Large: ${'x'.repeat(20_000)}`])).status, 431);
  assert.equal((await raw(`/${'a'.repeat(20_000)}`, [])).status, 431);
  const body = await visitor.ask('POST', '/api/v1/agents', { ...intruder, name: 'x'.repeat(1024 * 1024) });
  assert.equal(body.status, 413);
  assert.equal(at(body.json, 'code'), 'body_too_large');
  assert.equal((await visitor.ask('GET', '/api/v1/session')).status, 200);
});

test('a flood of requests by a few connections, from nobody, keeps out nobody', async () => {
  const flood = `GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(500);
  let isOver = false;
  const push = async (): Promise<void> => {
    while (!isOver) {
      const socket = connect(port, '127.0.0.1', () => socket.write(flood));
      socket.on('error', () => undefined).resume();
      await once(socket, 'close');
    }
  };
  const pushing = Array.from({ length: 4 }, push);
  const linesBefore = gateway.logs().length;
  for (let n = 0; n < 20; n++) {
    assert.equal((await visitor.ask('GET', '/api/v1/lockdown')).status, 200);
    assert.equal((await visitor.ask('GET', '/livez')).status, 200);
  }
  isOver = true;
  await Promise.all(pushing);
  assert(gateway.logs().length - linesBefore < 20_000, 'the log is not filled');
});

test('questions of somebody who is signed in hold up no kill switch', async () => {
  const question = {
    agent: 'nobody',
    server: 'none',
    kind: 'tool',
    name: 'x',
    args: Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, 'a@b.de'])),
  };
  const asked = Array.from({ length: 40 }, () => visitor.ask('POST', '/api/v1/policy/explain', question));
  const locked = await visitor.ask('POST', '/api/v1/lockdown', { kind: 'agent', name: 'nobody', reason: 'a test' });
  assert.equal(locked.status, 201, locked.text);
  const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));
  assert.deepEqual(statuses.difference(new Set([200, 429])), new Set());
  assert.equal(statuses.size, 2);
  const large = await visitor.ask('POST', '/api/v1/policy/explain', { ...question, args: { a: 'x'.repeat(70_000) } });
  assert.equal(large.status, 413);
});

test('a policy of thousands of rules is checked aside: meanwhile the kill switch is answered', async () => {
  const rules = Array.from({ length: 8_000 }, (_, n) => `  - { name: r${n}, effect: deny, agents: [a${n}], servers: ['*'] }\n`);
  const body = { text: `rules:\n${rules.join('')}`, reason: 'a test' };
  // The first one starts the thread, and is no measure.
  assert.equal((await visitor.ask('PUT', '/api/v1/policy?dryRun=true', { ...body, text: 'rules: []\n' })).status, 200);
  let isChecked = false;
  const checking = visitor.ask('PUT', '/api/v1/policy?dryRun=true', body).finally(() => (isChecked = true));
  let answered = 0;
  for (; !isChecked; answered++) {
    const lock = await visitor.ask('POST', '/api/v1/lockdown', { kind: 'agent', name: 'nobody', reason: 'a test' });
    assert.equal(lock.status, 201, lock.text);
  }
  const checked = await checking;
  assert.equal(checked.status, 200, checked.text.slice(0, 300));
  assert.ok(answered > 3, `${answered} answers while it was checked`);
});

test('what is nested too deeply is malformed, and no fault of the gateway', async () => {
  let deep: unknown = [];
  for (let n = 0; n < 3_000; n++) deep = [deep];
  const before = gateway.logs().length;
  const answer = await visitor.ask('POST', '/api/v1/policy/explain', { agent: 'a', server: 's', kind: 'tool', name: 'x', args: { deep } });
  assert.equal(answer.status, 400);
  assert.doesNotMatch(gateway.logs().slice(before), /"level":"error"|could not answer/);
});

test('somebody with a right link is let in while others guess', async () => {
  for (let n = 0; n < 40; n++)
    assert.equal((await visitor.ask('POST', '/api/v1/session', { link: 'A'.repeat(43) }, { cookie: undefined })).status, 401);
  assert.match((await signIn(gateway)).cookie, /^sallyport-session=/);
});

test('no page may be framed, and none may load or run what is not from here', async () => {
  for (const path of ['/', '/sign-in', '/api/v1/agents', '/api/v1/none', '/metrics', '/livez', '/assets/none.js']) {
    const { headers } = await visitor.ask('GET', path);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      path,
    );
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-powered-by'] ?? headers['server'], undefined);
  }
});

test('what only people who are signed in may see is in no cache', async () => {
  for (const path of ['/api/v1/agents', '/api/v1/session', '/metrics'])
    assert.equal((await visitor.ask('GET', path)).headers['cache-control'], 'no-store', path);
});

test('metrics are for who is signed in', async () => {
  assert.equal((await visitor.ask('GET', '/metrics', undefined, { cookie: undefined })).status, 401);
  assert.match((await visitor.ask('GET', '/metrics')).text, /^# HELP sallyport_/);
});

test('the session is a cookie that no script reads and no other site sends', () => {
  const attributes = visitor.setCookie.split('; ').slice(1).toSorted();
  assert.deepEqual(attributes, ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict']);
  assert.match(visitor.cookie, /^sallyport-session=[\w-]{43}$/);
});

test('a second cookie of the same name, or one that somebody made up, signs nobody in', async () => {
  const other = 'sallyport-session=' + 'A'.repeat(43);
  for (const cookie of [
    other,
    `${visitor.cookie}; ${other}`,
    `${other}; ${visitor.cookie}`,
    visitor.cookie.replace('-session', '-Session'),
  ])
    assert.equal((await visitor.ask('GET', '/api/v1/agents', undefined, { cookie })).status, 401, cookie);
});

test('whoever has taken over the listener may do what its visitors may, and is not believed to be anybody else', async () => {
  const [name] = readdirSync(join(gateway.dataFolder, 'run')).filter((file) => file.startsWith('console-'));
  assert(name !== undefined);
  const socketPath = relative(process.cwd(), join(gateway.dataFolder, 'run', name));
  const ask = async (headers: Record<string, string>): Promise<number | undefined> => {
    const outgoing = request({ socketPath, path: '/api/v1/agents', headers, agent: false });
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    response?.resume();
    return response?.statusCode;
  };
  assert.equal(await ask({ 'sallyport-actor': 'root', 'sallyport-via': 'cli', authorization: 'Bearer x' }), 401);
  assert.equal(await ask({ cookie: visitor.cookie }), 200);
});

test('with the flags of the listener, nothing can be written, started, or read that is secret', async (t) => {
  const script = join(repositoryRoot, 'test', 'attacks', 'worker-powers.fixture.ts');
  const folder = mkdtempSync(join(repositoryRoot, '.sallyport-powers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const dataFolder = join(folder, 'data');
  for (const name of ['keys', 'run', 'audit/worker-0']) mkdirSync(join(dataFolder, name), { recursive: true });
  for (const file of ['keys/seal-keys.json', 'state.sqlite', '../sallyport.yaml']) writeFileSync(join(dataFolder, file), 'secret');
  const flags = nodeFlags({ role: 'console', slot: 0, entry: join(repositoryRoot, 'src', 'main.ts'), dataFolder });
  const child = spawn(
    process.execPath,
    [...flags, `--allow-fs-read=${script}`, script, dataFolder, join(dataFolder, 'audit', 'worker-0')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const [text]: unknown[] = await once(child.stdout, 'data');
  const outcomes: unknown = JSON.parse(String(text));
  assert(typeof outcomes === 'object' && outcomes !== null);
  assert.deepEqual(
    Object.entries(outcomes).filter(([, outcome]) => outcome === 'done'),
    [],
  );
});

test('who dawdles with a request is hung up on', async () => {
  await until(() => slow.every(({ closed }) => closed), 'the end of the slow connections');
  for (const { text } of slow) assert.match(text, /^HTTP\/1\.1 408 /);
});

test('over TLS the cookie is bound to the host and to TLS, and one from before is none', async () => {
  const plain = visitor.cookie;
  gateway.reload(config({ ...WITH_CONSOLE.admin, tls: 'self-signed', names: ['console.example'] }));
  await until(async () => (await gateway.consoleUrl()).startsWith('https:'), 'the console over TLS');
  const secure = await signIn(gateway);
  assert.match(secure.cookie, /^__Host-sallyport=[\w-]{43}$/);
  assert.deepEqual(secure.setCookie.split('; ').slice(1).toSorted(), ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure']);
  assert.equal((await secure.ask('GET', '/api/v1/agents', undefined, { cookie: plain })).status, 401);
  assert.equal((await secure.ask('GET', '/api/v1/agents')).status, 200);
  const named = await secure.ask('GET', '/api/v1/agents', undefined, { host: 'console.example', origin: undefined });
  assert.equal(named.status, 200);
  assert.equal(textAt((await secure.ask('POST', '/api/v1/agents', intruder)).json, 'agent', 'name'), 'intruder');
  const origin = secure.url.replace('https:', 'http:');
  assert.equal((await secure.ask('POST', '/api/v1/agents', intruder, { origin })).status, 403);
});
