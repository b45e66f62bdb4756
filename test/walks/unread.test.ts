// Servers of which nothing is looked at: what is said passes as it is, in both eras and of any size, and nobody here parses, holds or writes down any of
// it; who may be there is decided as anywhere, by what is known. Two workers, a connection per request.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ALLOW_ALL,
  at,
  LegacySession,
  legacyAnswers,
  modernAnswers,
  modernCall,
  openStream,
  readRecords,
  readWorkers,
  send,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpAnswer, SendOptions } from '../harness/index.ts';
import { LARGE_BYTES, NO_JSON, QUIET_SESSION, startQuietServer } from '../harness/servers/quiet-server.ts';
import type { QuietServer } from '../harness/servers/quiet-server.ts';

const MIB = 1024 * 1024;
const CANARY = `kanarie${randomBytes(9).toString('hex')}`;

let modern: QuietServer;
let legacy: QuietServer;
let gateway: Gateway;
let config: (noInspect: readonly string[]) => object;
const keys = new Map<string, string>();
const keyOf = (agent: string): string => keys.get(agent) ?? '';

before(async () => {
  [modern, legacy] = await Promise.all([startQuietServer(modernAnswers()), startQuietServer(legacyAnswers())]);
  config = (noInspect) =>
    testConfig({
      servers: {
        quiet: { url: modern.url, headers: { Authorization: 'Bearer of-the-gateway' } },
        'quiet-old': { url: legacy.url },
        'quiet-parts': { url: modern.url },
        open: { url: modern.url },
      },
      limits: { maxBodyBytes: 2 * LARGE_BYTES, bodyTimeoutMs: 120_000 },
      extra: {
        audit: { noInspect },
        policy: {
          rules: [
            ALLOW_ALL,
            { name: 'one-tool', effect: 'deny', agents: ['*'], servers: ['quiet-parts'], tools: ['delete'] },
            { name: 'nothing-after', effect: 'deny', agents: ['tainted'], servers: ['open'], after: ['untrusted-source'] },
          ],
          limits: { few: { agents: ['limited'], servers: ['quiet'], rate: { calls: 3, periodMs: 3_600_000 } } },
        },
      },
    });
  gateway = await startGateway({ config: config(['quiet*']) });
  for (const agent of ['ada', 'bob', 'limited', 'locked', 'tainted']) keys.set(agent, await gateway.addAgent(agent));
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
});

interface Said extends Pick<SendOptions, 'body' | 'method'> {
  readonly agent?: string;
  readonly server?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function optionsFor(name: string, { agent = 'ada', body = NO_JSON, headers = {}, method = 'POST' }: Said = {}): SendOptions {
  return {
    method,
    headers: {
      authorization: `Bearer ${keyOf(agent)}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      ...headers,
    },
    ...(method === 'POST' && { body }),
  };
}
const say = (name: string, said: Said = {}): Promise<HttpAnswer> => send(gateway.url(said.server ?? 'quiet'), optionsFor(name, said));
const recordsOf = (kind: string, fits: (value: unknown) => boolean = () => true): readonly unknown[] =>
  readRecords(gateway.dataFolder).flatMap(({ value }) => (textAt(value, 'kind') === kind && fits(value) ? [value] : []));

test('what no JSON is passes, byte for byte, both ways', async () => {
  const body = `${NO_JSON}${'\u00ff'.repeat(1000)}`;
  const echoed = await say('echo', { body });
  assert.deepEqual([echoed.status, echoed.body, echoed.headers['content-type']], [200, body, 'application/json']);
  assert.equal((await say('no-json')).body, NO_JSON);
  // At a server that is looked at it does not.
  assert.equal((await say('echo', { server: 'open' })).status, 400);
});

test('the server sees what it needs to see of a head, and the credentials of the gateway', async () => {
  await say('echo', {
    headers: { 'mcp-param-region': 'eu', 'x-forwarded-for': '10.0.0.1', cookie: 'a=b', 'x-anything': CANARY, traceparent: 'free words' },
  });
  await until(() => modern.seen.some(({ headers }) => headers['mcp-param-region'] === 'eu'), 'the request');
  const seen = modern.seen.find(({ headers }) => headers['mcp-param-region'] === 'eu')?.headers ?? {};
  assert.equal(seen.authorization, 'Bearer of-the-gateway');
  assert.equal(seen['mcp-method'], 'tools/call');
  for (const name of ['cookie', 'x-forwarded-for', 'x-anything']) assert.equal(seen[name], undefined, name);
  assert.ok(!JSON.stringify(seen).includes(keyOf('ada')));
});

test('what a server says in a head stays here, unless the agent needs it', async () => {
  const { headers } = await say('echo');
  assert.equal(headers['x-secret'], undefined);
  const challenged = await say('challenge');
  assert.equal(challenged.status, 502);
  assert.equal(challenged.headers['www-authenticate'], undefined);
  assert.ok(!challenged.body.includes('inner'));
  const refused = await say('refuse');
  assert.deepEqual([refused.status, refused.body], [400, '{"error":"inner"}']);
});

test('a stream passes as it comes, and hanging up reaches the server', async () => {
  const stream = await openStream(gateway.url('quiet'), optionsFor('events'));
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  assert.equal((await stream.next())?.data, NO_JSON);
  const seen = await modern.take('events');
  stream.close();
  await until(() => seen.isGone, 'the end of the stream at its server');
});

test('half an answer is never taken for a whole one', async () => {
  const cut = await openStream(gateway.url('quiet'), optionsFor('cut')).then(
    (stream) => stream.whole().then(({ body }) => body),
    () => 'refused',
  );
  assert.notEqual(cut, '{"half"}');
  const { value } = await rawly(optionsFor('cut'));
  assert.equal(value, 'broken');
});

test('a session of an older era is sealed for its agent, on either worker', async () => {
  const session = await LegacySession.open(gateway.url('quiet-old'), { key: keyOf('ada') });
  assert.notEqual(session.id, '');
  assert.ok(!session.id.includes(QUIET_SESSION));
  for (let round = 0; round < 8; round++) assert.equal((await session.request('tools/list')).http.status, 200);
  const last = legacy.seen.findLast(({ method, bytes }) => method === 'POST' && bytes > 0);
  assert.equal(last?.headers['mcp-session-id'], QUIET_SESSION);
  const stolen = await say('', { agent: 'bob', server: 'quiet-old', headers: { 'mcp-session-id': session.id } });
  assert.equal(stolen.status, 404);
  const guessed = await say('', { server: 'quiet-old', headers: { 'mcp-session-id': QUIET_SESSION } });
  assert.equal(guessed.status, 404);
  const stream = await openStream(gateway.url('quiet-old'), {
    method: 'GET',
    headers: { ...session.headers(), accept: 'text/event-stream' },
  });
  assert.equal((await stream.next())?.data, '{}');
  stream.close();
  const ended = await send(gateway.url('quiet-old'), { method: 'DELETE', headers: session.headers() });
  assert.equal(ended.status, 200);
  await until(async () => (await session.request('tools/list')).http.status === 404, 'that the session is over on every worker');
});

test('a rule about a part of such a server denies all of it, and nothing of the request reaches the server', async () => {
  const before = modern.seen.length;
  const denied = await say('echo', { server: 'quiet-parts', body: CANARY });
  assert.equal(denied.status, 403);
  assert.equal(modern.seen.length, before);
  const [decision] = recordsOf('decision', (value) => textAt(value, 'server') === 'quiet-parts');
  assert.deepEqual([textAt(decision, 'verdict'), textAt(decision, 'rule')], ['deny', 'one-tool']);
});

test('a route with several servers knows nothing of them', async () => {
  const { result } = await modernCall(`${gateway.origin}/mcp`, 'tools/list', {}, { key: keyOf('ada') });
  const names = (at(result, 'tools') as readonly unknown[]).map((tool) => textAt(tool, 'name'));
  assert.deepEqual(names, ['open__wait']);
});

test('explain says what decides there', async () => {
  const open = await gateway.cli('explain', 'ada', 'quiet', 'tool', 'anything', '--output', 'json');
  const explained = JSON.parse(open.stdout);
  assert.deepEqual([at(explained, 'passes'), at(explained, 'verdict', 'rule')], [true, 'everything']);
  assert.match(textAt(explained, 'verdict', 'says'), /audit\.noInspect/);
  const parts = JSON.parse((await gateway.cli('explain', 'ada', 'quiet-parts', 'tool', 'read', '--output', 'json')).stdout);
  assert.deepEqual([at(parts, 'passes'), at(parts, 'verdict', 'rule')], [false, 'one-tool']);
});

test('every request counts where a limit counts uses', async () => {
  const statuses: number[] = [];
  for (let call = 0; call < 6; call++) {
    const answer = await say('echo', { agent: 'limited' });
    statuses.push(answer.status);
    if (answer.status === 429) assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429, 429]);
  assert.equal(recordsOf('decision', (value) => textAt(value, 'limit') === 'few').length, 3);
});

test('a lock on anything there cuts what is open', async () => {
  const stream = await openStream(gateway.url('quiet'), optionsFor('events', { agent: 'locked' }));
  await stream.next();
  const locked = await gateway.cli('lockdown', 'tool', 'quiet/whatever', '--reason', 'a test');
  assert.equal(locked.code, 0, locked.stderr + locked.stdout);
  assert.equal(await stream.next(), undefined);
  assert.equal((await say('echo')).status, 403);
  const lifted = await gateway.cli('lockdown', 'lift', '--every');
  assert.equal(lifted.code, 0, lifted.stderr + lifted.stdout);
  await until(async () => (await say('echo')).status === 200, 'that it can be used again');
});

test('the record says that nobody looked, and how much passed', async () => {
  const body = 'x'.repeat(12_345);
  await Promise.all(Array.from({ length: 12 }, () => say('echo', { agent: 'bob', body })));
  await until(() => recordsOf('outcome', (value) => at(value, 'requestBytes') === 12_345).length === 12, 'the outcomes');
  const ids = new Set(recordsOf('outcome', (value) => at(value, 'requestBytes') === 12_345).map((value) => textAt(value, 'id')));
  const decisions = recordsOf('decision', (value) => ids.has(textAt(value, 'id')));
  assert.equal(decisions.length, 12);
  for (const decision of decisions) {
    assert.partialDeepStrictEqual(decision, {
      verdict: 'allow',
      agent: 'bob',
      server: 'quiet',
      method: 'tools/call',
      inspection: 'bypassed',
      requestBytes: 12_345,
    });
    for (const absent of ['tool', 'args', 'findings', 'fingerprint']) assert.equal(at(decision, absent), undefined, absent);
  }
  for (const outcome of recordsOf('outcome', (value) => ids.has(textAt(value, 'id')))) {
    assert.deepEqual([at(outcome, 'status'), at(outcome, 'answerBytes'), at(outcome, 'answer')], ['ok', 12_345, undefined]);
  }
});

test('a method that nobody knows, and a name, are the agent’s to choose and never written down', async () => {
  await say(CANARY, { headers: { 'mcp-method': CANARY, 'mcp-protocol-version': CANARY, 'last-event-id': CANARY } });
  await say('echo', { body: CANARY });
  await say('challenge', { body: CANARY });
  await say('echo', { body: CANARY, headers: { 'mcp-session-id': CANARY } });
  const metrics = await gateway.cli('status', '--output', 'json');
  for (const [what, text] of [...filesIn(gateway.dataFolder), ['the log', gateway.logs()], ['status', metrics.stdout]] as const)
    assert.ok(!text.includes(CANARY), `${what} holds what was said`);
});

test('whoever has been there may have seen anything', async () => {
  const useOpen = async (): Promise<boolean> => {
    const { result } = await modernCall(gateway.url('open'), 'tools/call', { name: 'wait', arguments: {} }, { key: keyOf('tainted') });
    return result !== undefined && at(result, 'isError') !== true;
  };
  assert.equal(await useOpen(), true);
  assert.equal((await say('echo', { agent: 'tainted' })).status, 200);
  // On either worker.
  for (let call = 0; call < 8; call++) assert.equal(await useOpen(), false);
});

test('64 MiB each way take no memory, whoever is slow', async (t) => {
  const rss = (): number => Math.max(...gateway.workers().map((pid) => statusKiB(pid, 'VmRSS')));
  // Code and buffers that there are from the first on.
  await upload(8 * MIB);
  await download();
  const before = rss();
  let most = before;
  const sampling = setInterval(() => (most = Math.max(most, rss())), 20);
  const [sent, came] = await Promise.all([upload(LARGE_BYTES), download()]);
  clearInterval(sampling);
  assert.deepEqual([sent, came], [LARGE_BYTES, LARGE_BYTES]);
  t.diagnostic(`${Math.round((most - before) / 1024)} MiB more`);
  assert.ok(most - before < 24 * 1024, `${Math.round((most - before) / 1024)} MiB more`);
});

test('a server that does not read makes the agent wait: what is sent stays where it is', async () => {
  const sending = startUpload('stall');
  const block = Buffer.alloc(64 * 1024, 'y');
  let taken = 0;
  // The kernel's buffers on the way fill up; then nothing moves.
  for (let quiet = 0; quiet < 10;) {
    if (sending.writableLength > 0) {
      quiet++;
      await sleep(50);
      continue;
    }
    quiet = 0;
    sending.write(block);
    taken += block.length;
    assert.ok(taken < LARGE_BYTES, 'somebody here takes it all');
    await sleep(1);
  }
  modern.release();
  sending.end();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  response.resume();
});

test('a server that answers early ends the request, and the next one goes on', async () => {
  const sending = startUpload('early');
  sending.write(Buffer.alloc(1024, 'y'));
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 413);
  response.resume();
  sending.destroy();
  assert.equal((await say('echo')).status, 200);
});

test('both workers had a part in this', async () => {
  await until(async () => {
    await say('echo');
    return (
      new Set(readRecords(gateway.dataFolder).flatMap(({ slot, value }) => (at(value, 'inspection') === 'bypassed' ? [slot] : []))).size ===
      2
    );
  }, 'both workers');
  assert.equal((await readWorkers(gateway.dataFolder)).length, 2);
});

test('taken off the list, a server is looked at again, and what was open unread is cut', async () => {
  const stream = await openStream(gateway.url('quiet'), optionsFor('events'));
  await stream.next();
  gateway.reload(config([]));
  assert.equal(await stream.next(), undefined);
  await until(
    async () => (await Promise.all(Array.from({ length: 8 }, () => say('echo')))).every(({ status }) => status === 400),
    'both workers',
  );
  // What looks at it now lists it as well, and takes no session that was opened unread.
  const session = await LegacySession.open(gateway.url('quiet-old'), { key: keyOf('ada') });
  assert.equal((await session.request('ping')).http.status, 200);
  gateway.reload(config(['quiet*']));
  await until(
    async () => (await Promise.all(Array.from({ length: 8 }, () => say('echo')))).every(({ status }) => status === 200),
    'both workers',
  );
  assert.equal((await session.request('ping')).http.status, 404);
});

function startUpload(name: string): ClientRequest {
  const { headers } = optionsFor(name);
  const sending = httpRequest(gateway.url('quiet'), {
    method: 'POST',
    agent: false,
    headers: { ...headers, 'transfer-encoding': 'chunked' },
  });
  sending.on('error', () => undefined);
  return sending;
}

/** Sends so much, and says how much the server has got. */
async function upload(bytes: number): Promise<number> {
  const before = modern.seen.length;
  const sending = startUpload('no-json');
  const block = Buffer.alloc(64 * 1024, 'y');
  for (let sent = 0; sent < bytes; sent += block.length) if (!sending.write(block)) await once(sending, 'drain');
  sending.end();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return modern.seen.slice(before).findLast(({ name }) => name === 'no-json')?.bytes ?? 0;
}

/** Takes a large answer, slowly at first, and says how much it was. */
async function download(): Promise<number> {
  const { headers, body } = optionsFor('large');
  const asking = httpRequest(gateway.url('quiet'), { method: 'POST', agent: false, headers });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let bytes = 0;
  let pauses = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (pauses++ < 50) await sleep(5);
  }
  return bytes;
}

/** A request on a connection whose end is looked at. */
async function rawly(options: SendOptions): Promise<{ readonly value: string }> {
  const asking = httpRequest(gateway.url('quiet'), { method: 'POST', agent: false, headers: options.headers ?? {} });
  asking.end(options.body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  try {
    for await (const chunk of response) void chunk;
    return { value: 'whole' };
  } catch {
    return { value: 'broken' };
  }
}

function statusKiB(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** Everything that lies in a folder, by path. */
function filesIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() ? [[path, readFileSync(path, 'latin1')] as const] : [];
  });
}
