// Somebody without a valid key: whatever they send, they get 401 before their body is read, the server behind hears nothing, and
// neither the disk nor the memory grows with their number.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  modernAnswers,
  modernCall,
  modernRequest,
  readRecords,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';
import { fieldLines, makeOwnFolder, rawAnswer, rawRequest, residentMiB } from './gateway-target.fixture.ts';

const FLOOD_CONNECTIONS = 40;
const FLOOD_REQUESTS = 100;

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let openUrl: string;
let startedAtMs: number;
const folder = makeOwnFolder();

before(async () => {
  server = await startScriptedServer(modernAnswers());
  const listen = [
    { name: 'main', address: '127.0.0.1:0' },
    { name: 'open', address: '127.0.0.1:0', anonymous: 'visitor' },
  ];
  startedAtMs = Date.now();
  gateway = await startGateway({
    folder: folder.path,
    config: testConfig({ servers: { behind: { url: server.url } }, extra: { listen } }),
  });
  key = await gateway.addAgent('known');
  const ready = gateway.events.find((event) => at(event, 'event') === 'ready');
  openUrl = `${textAt(ready, 'listeners', 1, 'url').replace(/\/+(mcp\/*)?$/, '')}/mcp/behind`;
});
after(async () => {
  await gateway?.stop();
  await server?.close();
  folder.remove();
});

/** One character of a key changed, its form kept. */
const altered = (text: string): string => text.slice(0, -2) + (text.at(-2) === 'A' ? 'B' : 'A') + text.slice(-1);

/** Field lines by which strangers say who they are not. `k` is a key that is valid. */
const CLAIMS: Readonly<Record<string, (k: string) => readonly string[]>> = {
  nothing: () => [],
  'a key nobody has': () => [`Authorization: Bearer spk_${'A'.repeat(43)}`],
  'a key with one character changed': (k) => [`Authorization: Bearer ${altered(k)}`],
  'a key in other case': (k) => [`Authorization: Bearer ${k.toUpperCase()}`],
  'a key without its last character': (k) => [`Authorization: Bearer ${k.slice(0, -1)}`],
  'a key and one character more': (k) => [`Authorization: Bearer ${k}A`],
  'the stored hash of a key': (k) => [`Authorization: Bearer ${createHash('sha256').update(k).digest('hex')}`],
  'the stored hash in the form of a key': (k) => [`Authorization: Bearer spk_${createHash('sha256').update(k).digest('base64url')}`],
  'an empty field': () => ['Authorization:'],
  'a scheme alone': () => ['Authorization: Bearer'],
  'a key alone': (k) => [`Authorization: ${k}`],
  'Basic with the key as password': (k) => [`Authorization: Basic ${Buffer.from(`known:${k}`).toString('base64')}`],
  'Basic with the key as name': (k) => [`Authorization: Basic ${Buffer.from(`${k}:`).toString('base64')}`],
  'Basic with the bare key': (k) => [`Authorization: Basic ${k}`],
  'Token instead of Bearer': (k) => [`Authorization: Token ${k}`],
  'Digest instead of Bearer': (k) => [`Authorization: Digest ${k}`],
  'Bearer with a tab': (k) => [`Authorization: Bearer\t${k}`],
  'Bearer with a colon': (k) => [`Authorization: Bearer: ${k}`],
  'Bearer without a space': (k) => [`Authorization: Bearer${k}`],
  'Bearer twice': (k) => [`Authorization: Bearer Bearer ${k}`],
  'a key in quotes': (k) => [`Authorization: Bearer "${k}"`],
  'two keys in one field': (k) => [`Authorization: Bearer ${k}, Bearer ${k}`],
  'a key as a parameter': (k) => [`Authorization: Bearer token=${k}`],
  'the key in other fields': (k) => [
    `X-Api-Key: ${k}`,
    `Proxy-Authorization: Bearer ${k}`,
    `Cookie: authorization=${k}`,
    `Mcp-Session-Id: ${k}`,
    `X-Forwarded-Authorization: Bearer ${k}`,
  ],
  'the words of a relaying worker': () => ['Sallyport-Peer: main 1 1 127.0.0.1', 'X-Forwarded-For: 127.0.0.1'],
  'the name of the anonymous agent': () => ['Authorization: Bearer anonymous', 'Authorization-Agent: visitor'],
};

const call = (): { readonly lines: string[]; readonly body: string } => {
  const request = modernRequest('tools/call', { name: 'wait', arguments: {} });
  return { lines: fieldLines(request), body: String(request.body) };
};

for (const [name, claim] of Object.entries(CLAIMS)) {
  test(`${name}: 401, and the server hears nothing`, async () => {
    const heard = server.seen.length;
    const { lines, body } = call();
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await rawAnswer(
        gateway.port,
        rawRequest('/mcp/behind', [...lines, ...claim(key)], method === 'POST' ? body : '', method),
      );
      assert.equal(answer.status, 401, method);
      assert.match(answer.head, /\r\nwww-authenticate: bearer/i);
      assert.equal(at(answer.json, 'error', 'code'), 1401);
      assert(!answer.body.includes('behind') && !answer.body.includes(key));
    }
    assert.equal(server.seen.length, heard);
  });
}

test('the key in query, path or body: 401, and 400 for two Authorization fields', async () => {
  const { lines, body } = call();
  const heard = server.seen.length;
  for (const target of [`/mcp/behind?access_token=${key}`, `/mcp/behind?key=${key}&authorization=Bearer%20${key}`, `/mcp/${key}`]) {
    assert.equal((await rawAnswer(gateway.port, rawRequest(target, lines, body))).status, 401, target);
  }
  const told = JSON.parse(body);
  told.params._meta.authorization = `Bearer ${key}`;
  assert.equal((await rawAnswer(gateway.port, rawRequest('/mcp/behind', lines, JSON.stringify(told)))).status, 401);
  const twice = [`Authorization: Bearer ${key}`, `Authorization: Bearer ${altered(key)}`];
  for (const pair of [twice, twice.toReversed()]) {
    assert.equal((await rawAnswer(gateway.port, rawRequest('/mcp/behind', [...lines, ...pair], body))).status, 400);
  }
  assert.equal(server.seen.length, heard);
});

test('a stranger cannot tell which servers there are', async () => {
  for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS', 'PUT', 'HEAD']) {
    const answers = await Promise.all(
      ['/mcp/behind', '/mcp/nothing-here', '/mcp', '/'].map((path) =>
        rawAnswer(gateway.port, rawRequest(path, method === 'PUT' ? ['Content-Length: 0'] : [], '', method)),
      ),
    );
    const [first] = answers.map(({ status, body }) => `${status} ${body}`);
    for (const { status, body } of answers) assert.equal(`${status} ${body}`, first, method);
  }
});

test('401 comes at once, before the body: none of the announced 4 MiB is waited for', async () => {
  for (const lines of [
    ['Content-Length: 4194304'],
    ['Content-Length: 4194304', 'Expect: 100-continue'],
    ['Transfer-Encoding: chunked', 'Content-Length-Was: 4194304'],
  ]) {
    const head = `POST /mcp/behind HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines.join('\r\n')}\r\n\r\n`;
    const answer = await rawAnswer(gateway.port, head);
    assert.equal(answer.status, 401, lines.join());
  }
});

test('a key that was revoked is a wrong key, for both workers, at once', async () => {
  const shown = await gateway.addAgent('short-lived');
  assert.equal((await modernCall(gateway.url('behind'), 'tools/list', {}, { key: shown })).http.status, 200);
  assert.equal((await gateway.cli('agents', 'revoke', 'short-lived')).code, 0);
  const answers = await Promise.all(Array.from({ length: 24 }, () => modernCall(gateway.url('behind'), 'tools/list', {}, { key: shown })));
  for (const { http } of answers) assert.equal(http.status, 401);
});

test('anonymous is off unless a listener names an agent for it, and never a way out for a wrong key', async () => {
  assert.equal((await modernCall(gateway.url('behind'), 'tools/list')).http.status, 401);
  assert.equal((await modernCall(openUrl, 'tools/list')).http.status, 200);
  for (const authorization of [`Bearer ${altered(key)}`, 'Bearer', '', 'Basic dmlzaXRvcjo=']) {
    assert.equal(
      (await modernCall(openUrl, 'tools/list', {}, { headers: { authorization } })).http.status,
      401,
      JSON.stringify(authorization),
    );
  }
});

test('thousands of strangers cost neither disk nor memory, and one record for each reason and worker', async () => {
  const workers = gateway.workers();
  assert.equal(workers.length, 2);
  await flood(5);
  const before = { memory: workers.map(residentMiB), files: logFiles(), logged: gateway.logs().length };
  await flood(FLOOD_CONNECTIONS);
  const grown = workers.map((pid, index) => residentMiB(pid) - (before.memory[index] ?? 0));
  assert.deepEqual(gateway.workers(), workers, 'no worker was replaced');
  assert(Math.max(...grown) < 100, `the workers grew by ${grown.map(Math.round).join(' and ')} MiB`);
  assert.deepEqual(logFiles(), before.files);
  assert(gateway.logs().length - before.logged < 4_096, 'strangers fill the log');
  // The key still works in the middle of it.
  assert.equal((await modernCall(gateway.url('behind'), 'tools/list', {}, { key })).http.status, 200);

  // What was counted is written when its minute is over, and at the end.
  assert.equal(await gateway.stop(), 0);
  const counts = new Map<string, number>();
  for (const [slot, records] of Map.groupBy(readRecords(gateway.dataFolder), (record) => record.slot)) {
    const summaries = records.map(({ value }) => value).filter((record) => at(record, 'kind') === 'refusals');
    const minutes = Math.ceil((Date.now() - startedAtMs) / 60_000);
    for (const reason of new Set(summaries.map((record) => textAt(record, 'reason')))) {
      const ofReason = summaries.filter((record) => textAt(record, 'reason') === reason);
      assert(ofReason.length <= minutes, `${slot} wrote ${ofReason.length} records for ${reason} in ${minutes} minutes`);
      for (const record of ofReason) {
        assert.equal(textAt(record, 'source'), '127.0.0.1');
        counts.set(reason, (counts.get(reason) ?? 0) + Number(at(record, 'count')));
      }
    }
  }
  assert((counts.get('unauthenticated') ?? 0) >= (FLOOD_CONNECTIONS + 5) * FLOOD_REQUESTS, 'every stranger is in the count');
  assert((counts.get('http_malformed') ?? 0) >= FLOOD_CONNECTIONS + 5, 'and so is what was no HTTP');
});

/** Connections that each send many requests without a key, then something that is no HTTP. */
async function flood(connections: number): Promise<void> {
  const request = 'GET /mcp/behind HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n';
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port: gateway.port, host: '127.0.0.1' });
      socket.resume().on('error', () => undefined);
      socket.write(request.repeat(FLOOD_REQUESTS));
      socket.write('\0\r\n\r\n');
      await once(socket, 'close');
    }),
  );
}

function logFiles(): readonly string[] {
  return readdirSync(join(gateway.dataFolder, 'audit'), { recursive: true }).map(String).sort();
}
