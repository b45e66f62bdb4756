// The record over the admin API while the gateway writes it: calls are heard as they are made, found page by page, told with all their stations, proven,
// exported and verified, and one that somebody changed is named. Each reading is on record itself.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { checkProof, parseKeys } from '../../src/audit/index.ts';
import {
  ALLOW_ALL,
  askAdmin,
  at,
  modernCall,
  readRecords,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const NO_WIPING = { name: 'no-wiping', effect: 'deny', agents: ['*'], servers: ['echo'], tools: ['wipe'] };
const CANARY = 'canary-of-an-argument';

let echo: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'wipe'] });
  gateway = await startGateway({
    config: testConfig({ servers: { echo: { url: echo.url } }, rules: [NO_WIPING, ALLOW_ALL] }),
  });
  key = await gateway.addAgent('ada');
  await until(async () => {
    await call('plain');
    const passed = readRecords(gateway.dataFolder).filter(
      ({ value }) => textAt(value, 'tool') === 'plain' && textAt(value, 'verdict') === 'allow',
    );
    return new Set(passed.map(({ slot }) => slot)).size === 2;
  }, 'both workers know the server');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

async function call(tool: string): Promise<void> {
  await modernCall(gateway.url('echo'), 'tools/call', { name: tool, arguments: tool === 'wipe' ? { text: CANARY } : {} }, { key });
}

/** What the API answers; fails where it answers otherwise. */
async function ask(path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const { status, body: answer } = await askAdmin(gateway.dataFolder, { method, path, body });
  assert.ok(status === 200 || status === 201, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

async function open(path: string): Promise<IncomingMessage> {
  const socketPath = relative(process.cwd(), join(gateway.dataFolder, 'run', 'admin.sock'));
  const headers = { authorization: `Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}` };
  const outgoing = request({ socketPath, path: `/api/v1${path}`, agent: false, headers });
  outgoing.end();
  const [response]: unknown[] = await once(outgoing, 'response');
  return response as IncomingMessage;
}

/** Listens until it is told to stop; what was told is in `heard`. */
async function listen(search: string): Promise<{ readonly heard: unknown[]; readonly stop: () => void }> {
  const response = await open(`/events?${search}`);
  assert.equal(response.headers['content-type'], 'text/event-stream');
  const heard: unknown[] = [];
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) if (event.startsWith('data: ')) heard.push(JSON.parse(event.slice('data: '.length)));
  });
  response.on('error', () => {});
  await until(() => heard.some((event) => at(event, 'topic') === 'ready'), 'it listens');
  return { heard, stop: () => response.destroy() };
}

test('a call is heard as it is made, and again when it has ended; others only by who asked for them', async () => {
  const all = await listen('topics=calls,changes,overview,jobs');
  const denied = await listen('topics=calls&verdict=deny');
  await call('plain');
  await call('wipe');
  const calls = (of: unknown[]): readonly unknown[] =>
    of.filter((event) => at(event, 'topic') === 'call').map((event) => at(event, 'record'));
  await until(() => calls(all.heard).some((one) => at(one, 'status') === 'ok'), 'the end of the call is told');
  await until(() => calls(denied.heard).length > 0, 'the denial is told');
  assert.deepEqual([textAt(calls(denied.heard)[0], 'tool'), textAt(calls(denied.heard)[0], 'rule')], ['wipe', 'no-wiping']);
  await gateway.addAgent('bob');
  await until(() => all.heard.some((event) => at(event, 'of') === 'agents'), 'that agents have changed is told');
  await until(() => all.heard.some((event) => Number(at(event, 'point', 'calls')) >= 0), 'how the gateway does is told');
  assert.ok(!JSON.stringify(all.heard).includes(CANARY));
  all.stop();
  denied.stop();
});

test('what happened is found page by page, and one act goes on record for all pages', async () => {
  for (let at_ = 0; at_ < 5; at_++) await call('plain');
  const ids: string[] = [];
  let cursor = '';
  for (;;) {
    const page = await ask(`/records?kind=call&limit=2&reason=looking${cursor}`);
    for (const record of at(page, 'records') as unknown[]) ids.push(textAt(record, 'id'));
    const next = at(page, 'next');
    if (typeof next !== 'string') break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  assert.ok(ids.length >= 7);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    ids.toSorted(),
    readRecords(gateway.dataFolder)
      .filter(({ value }) => textAt(value, 'kind') === 'decision')
      .map(({ value }) => textAt(value, 'id'))
      .toSorted(),
  );
  const acts = readRecords(gateway.dataFolder).filter(
    ({ value }) => textAt(value, 'action') === 'records.query' && textAt(value, 'reason') === 'looking',
  );
  assert.equal(acts.length, 1);
  const other = await askAdmin(gateway.dataFolder, { method: 'GET', path: `/records?kind=act${cursor}` });
  assert.equal(other.status, 400);
});

test('the story of a call has who, rule, hops in order, its lines, and lines for a terminal that do what they say', async () => {
  const page = await ask('/records?kind=call&status=ok&tool=plain&limit=1');
  const record = at(page, 'records', 0);
  const story = await ask(`/records/${textAt(record, 'log')}/${String(at(record, 'seq'))}`);
  const hops = at(story, 'hops') as { hop: string; us: number }[];
  assert.deepEqual(
    hops.map(({ hop }) => hop),
    ['received', 'decided', 'forwarded', 'answering', 'answered'],
  );
  assert.deepEqual(
    hops.map(({ us }) => us),
    hops.map(({ us }) => us).toSorted((a, b) => a - b),
  );
  assert.deepEqual([textAt(story, 'record', 'agent'), textAt(story, 'rule', 'name')], ['ada', ALLOW_ALL.name]);
  assert.match(textAt(story, 'rule', 'text'), new RegExp(ALLOW_ALL.name));
  assert.equal(at(story, 'rule', 'isSame'), true);
  assert.equal((at(story, 'lines') as unknown[]).length, 2);
  const commands = (at(story, 'commands') as { command: string }[]).map(({ command }) => command);
  const [query = ''] = commands;
  const { code, stdout } = await gateway.cli(...query.split(' ').slice(1), '--output', 'json');
  assert.deepEqual([code, textAt(JSON.parse(stdout), 'record', 'id')], [0, textAt(record, 'id')]);
  assert.ok(commands.some((command) => command.startsWith('sallyport explain ada echo tool plain')));
});

test('a record is proven once it is signed, and the proof checks with the public key alone', async () => {
  const record = at(await ask('/records?kind=call&limit=1&order=oldest'), 'records', 0);
  const path = `/records/${textAt(record, 'log')}/${String(at(record, 'seq'))}`;
  await until(async () => at(await ask(path), 'signed', 'first') !== null, 'it is signed');
  const response = await open(`${path}/proof`);
  assert.match(String(response.headers['content-disposition']), /^attachment; filename="proof-worker-\d-\d+\.json"$/);
  let proof = '';
  for await (const chunk of response.setEncoding('utf8')) proof += String(chunk);
  const keys = parseKeys(readFileSync(join(gateway.dataFolder, 'audit', 'checkpoint.key'), 'utf8'));
  const checked = checkProof(proof, keys ?? []);
  assert.ok(checked.ok, proof);
});

test('figures, and every form of export', async () => {
  const counts = await ask('/records/counts?by=verdict');
  const denied = (at(counts, 'groups') as { group: string; calls: number }[]).find(({ group }) => group === 'deny');
  assert.equal(denied?.calls, readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'verdict') === 'deny').length);
  for (const format of ['jsonl', 'csv', 'ocsf', 'otlp']) {
    const response = await open(`/export?kind=call&format=${format}`);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    assert.equal(response.statusCode, 200, text);
    assert.ok(text.includes('no-wiping') && !text.includes(CANARY), format);
  }
});

test('who leaves makes room for others, though nothing happens', async () => {
  for (let listener = 0; listener < 80; listener++) {
    const response = await open('/events?topics=calls&tool=never');
    assert.equal(response.statusCode, 200);
    response.on('error', () => {}).destroy();
  }
});

test('what cannot be asked is said', async () => {
  for (const [path, status] of [
    ['/records?limit=501', 400],
    ['/records?subject=sub_1', 400],
    ['/records?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z', 400],
    ['/records?agent=ada&agent=bob', 400],
    ['/records/counts?by=agent', 400],
    ['/records/worker-0/99999999', 404],
    ['/records/..%2fkeys/1', 400],
    ['/jobs/job_0', 404],
    ['/verifications/job_0', 404],
    ['/events?topics=everything', 400],
  ] as const)
    assert.equal((await askAdmin(gateway.dataFolder, { method: 'GET', path })).status, status, path);
});

test('a verification is a job that is told about, and names the record that somebody changed', async () => {
  const { heard, stop } = await listen('topics=jobs');
  const verify = async (): Promise<unknown> => {
    const job = await ask('/verifications', 'POST', { reason: 'monthly' });
    const id = textAt(job, 'id');
    await until(() => heard.some((event) => at(event, 'job', 'id') === id && at(event, 'job', 'state') === 'done'), 'it is done');
    return ask(`/verifications/${id}`);
  };
  assert.deepEqual([at(await verify(), 'report', 'ok')], [true]);
  const victim = readRecords(gateway.dataFolder).find(({ value }) => textAt(value, 'verdict') === 'deny');
  const folder = join(gateway.dataFolder, 'audit', victim?.slot ?? '');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.log'))) {
    const text = readFileSync(join(folder, name), 'latin1');
    // In place: the log is being written.
    if (text.includes('"verdict":"deny"'))
      writeFileSync(join(folder, name), text.replace('"verdict":"deny"', '"verdict":"ask" '), { encoding: 'latin1', flag: 'r+' });
  }
  const report = at(await verify(), 'report');
  assert.equal(at(report, 'ok'), false);
  const log = (at(report, 'logs') as unknown[]).find((one) => textAt(one, 'log') === victim?.slot);
  assert.deepEqual([textAt(log, 'bad', 0, 'what'), at(log, 'bad', 0, 'seq')], ['altered', at(victim?.value, 'seq')]);
  const acts = readRecords(gateway.dataFolder).map(({ value }) => textAt(value, 'action'));
  for (const action of [
    'records.query',
    'records.show',
    'records.prove',
    'records.count',
    'records.export',
    'records.watch',
    'records.verify',
  ])
    assert.ok(acts.includes(action), action);
  stop();
});
