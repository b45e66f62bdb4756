// A gateway that may not be used to watch people: whatever it says to whoever asks, nobody's figures can be told from the others', and no name stands where
// it is not needed. Two workers, a connection per request.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { ENDPOINTS } from '../../src/admin/contract.ts';
import {
  ALLOW_ALL,
  at,
  modernCall,
  readRecords,
  send,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

/** Unlike anything else that a gateway says. */
const PEOPLE = ['quillona', 'bravidor', 'zemphira', 'oxtapius', 'wrenfold', 'jyxandra'];
/** Only this one uses it. */
const [LONER = ''] = PEOPLE;
/** These say who there is, so that somebody can be given a key or a yes. Neither counts what anybody does. */
const REGISTERS: ReadonlySet<string> = new Set(['/agents', '/approvals', '/approvals/all', '/catalogue/definition', '/policy/schema']);

let echo: EchoServer;
let gateway: Gateway;
let metricsUrl: string;
const keys = new Map<string, string>();

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'private'] });
  const address = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${address}/metrics`;
  const rule = { name: 'nothing-after', effect: 'deny', agents: ['*'], servers: ['alone'], after: ['memory-write'] };
  gateway = await startGateway({
    config: testConfig({
      servers: { echo: { url: echo.url, labels: ['memory-write'] }, alone: { url: echo.url } },
      extra: {
        audit: { profile: 'works-council' },
        metrics: { listen: address },
        policy: {
          rules: [ALLOW_ALL, rule],
          limits: {
            each: { servers: ['*'], rate: { calls: 3, periodMs: 3_600_000 }, per: ['agent', 'server'] },
            same: { servers: ['*'], repeats: { calls: 100 } },
          },
        },
      },
    }),
  });
  for (const name of PEOPLE) keys.set(name, await gateway.addAgent(name));
  await call(LONER, 'alone');
  // Everybody more than the one before; the limit refuses some.
  for (const [index, name] of PEOPLE.entries()) for (let calls = 0; calls <= index; calls++) await call(name, 'echo');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address === null || typeof address === 'string' ? 0 : address.port;
}

async function call(agent: string, server: string): Promise<unknown> {
  return (await modernCall(gateway.url(server), 'tools/call', { name: 'plain', arguments: {} }, { key: keys.get(agent) ?? '' })).result;
}

/** What the admin API answers. */
async function ask(path: string): Promise<string> {
  const socketPath = relative(process.cwd(), join(gateway.dataFolder, 'run', 'admin.sock'));
  const headers = { authorization: `Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}` };
  const outgoing = request({ socketPath, path: `/api/v1${path}`, headers, agent: false });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  assert.equal(response.statusCode, 200, path);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function namesNobody(text: string, what: string): void {
  for (const name of PEOPLE) assert.ok(!text.includes(name), `${what} names ${name}`);
}

/** Who is signed in, and what they are told as it happens: of `/records` the same. */
const OF_A_SESSION: ReadonlySet<string> = new Set(['/session', '/events']);
/** What has to be asked for. */
const ASKED: Readonly<Record<string, string>> = {
  '/limits/buckets': '?name=each',
  '/records/counts': '?by=server',
  '/export': '?format=jsonl',
};

test('no list and no figure that anybody can ask for names anybody', async () => {
  const paths = Object.values(ENDPOINTS).flatMap(({ method, path }) => (method === 'GET' && !path.includes('{') ? [path] : []));
  assert.ok(paths.length > 8);
  const asked = paths.filter((one) => !REGISTERS.has(one) && !OF_A_SESSION.has(one));
  for (const path of asked) namesNobody(await ask(`${path}${ASKED[path] ?? ''}`), path);
});

test('a limit is shown for all together, and where there are few, not at all', async () => {
  const shown = async (): Promise<unknown> => {
    const limits = at(JSON.parse(await ask('/limits')), 'limits');
    assert.ok(Array.isArray(limits));
    return limits.find((limit: unknown) => textAt(limit, 'name') === 'each');
  };
  await until(async () => at(await shown(), 'buckets', 0, 'refused') === 6, 'that the figures of both workers are there');
  const each = await shown();
  assert.equal(at(each, 'buckets', 1), undefined, 'the server that one person uses');
  assert.partialDeepStrictEqual(at(each, 'buckets', 0), { agent: null, server: 'echo', agents: 6, remaining: null, lastRefusedAt: null });
  const { stdout } = await gateway.cli('limits');
  namesNobody(stdout, 'the command');
  assert.match(stdout, /agents: 6, server echo/);
  assert.match(stdout, /figures about fewer than 5 are not shown/);
});

test('what somebody has used before decides, and nobody can look at it', async () => {
  assert.equal(at(await call(LONER, 'alone'), 'isError'), true);
  const flow = JSON.parse(await ask('/flow'));
  assert.deepEqual([at(flow, 'hidden'), at(flow, 'agents')], [true, []]);
  assert.match((await gateway.cli('flow')).stdout, /is not shown/);
  assert.equal((await gateway.cli('flow', 'clear', LONER)).code, 0);
  await until(async () => at(await call(LONER, 'alone'), 'isError') !== true, 'that it is forgotten');
});

test('metrics, records and the log name nobody', async () => {
  let metrics = '';
  await until(
    async () => (metrics = (await send(metricsUrl, { method: 'GET' })).body).includes('sallyport_calls'),
    'the figures of the workers',
  );
  namesNobody(metrics, 'the metrics');
  namesNobody(JSON.stringify(readRecords(gateway.dataFolder)), 'the record');
  namesNobody(gateway.logs(), 'the log');
});

test('on record are pseudonyms, one for each', () => {
  const decisions = readRecords(gateway.dataFolder).flatMap(({ value }) => (textAt(value, 'kind') === 'decision' ? [value] : []));
  const subjects = new Set(decisions.map((value) => textAt(value, 'subject')));
  assert.equal(subjects.size, PEOPLE.length);
  assert.ok(!subjects.has(''));
});
