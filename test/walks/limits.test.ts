// Limits as agents meet them: so many calls and not one more, whichever worker each goes to, in both eras; and none is forgotten when a worker,
// control or the whole gateway dies, or when the config changes under load.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  anyTool,
  at,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  modernRequest,
  numbered,
  readRecords,
  repositoryRoot,
  startEchoServer,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const DAY_MS = 86_400_000;
const HOLDS = numbered('hold', 40);
const LIMITS = {
  calls: { agents: ['rated-*'], rate: { calls: 15, periodMs: DAY_MS } },
  old: { agents: ['old-*'], rate: { calls: 12, periodMs: DAY_MS } },
  status: { agents: ['status-*'], rate: { calls: 2, periodMs: 3_600_000 } },
  places: { agents: ['busy-*'], concurrent: 4, tools: ['hold-*'] },
  bytes: { agents: ['heavy'], bytes: { bytes: 2_000, periodMs: DAY_MS } },
  units: { agents: ['rich'], spend: { units: 10, periodMs: DAY_MS, costs: { 'dear-*': 4, free: 0 } } },
  loops: { agents: ['looping'], repeats: { calls: 3, windowMs: 600_000, coolDownMs: 600_000 } },
  team: { groups: ['team'], per: ['group'], rate: { calls: 9, periodMs: DAY_MS } },
  granted: { rate: { calls: 3, periodMs: DAY_MS } },
  lists: { agents: ['lister'], counts: 'requests', rate: { calls: 5, periodMs: DAY_MS } },
};
const RULES = [ALLOW_ALL, { name: 'granting', effect: 'allow', agents: ['ruled'], servers: ['echo'], tools: ['a'], limit: 'granted' }];

let echo: EchoServer;
let old: ScriptedServer;
let loose: ScriptedServer;
let gateway: Gateway;

const config = (limits: object = LIMITS): object => ({
  ...testConfig({
    servers: { echo: { url: echo.url }, strict: { url: echo.url, overLimit: 'status' }, old: { url: old.url }, loose: { url: loose.url } },
    rules: RULES,
  }),
  policy: { rules: RULES, limits },
});

before(async () => {
  echo = await startEchoServer({ tools: ['a', 'b', 'dear-1', 'free', ...HOLDS] });
  old = await startScriptedServer(
    legacyAnswers({ 'tools/list': { tools: [anyTool('a')] }, 'tools/call': { content: [{ type: 'text', text: 'done' }] } }),
  );
  loose = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [anyTool('a')], ttlMs: 0, cacheScope: 'private' },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  gateway = await startGateway({ config: config() });
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
  await old?.close();
  await loose?.close();
});

const call = (key: string, tool: string, args: object = {}, server = 'echo'): Promise<RpcAnswer> =>
  modernCall(gateway.url(server), 'tools/call', { name: tool, arguments: args }, { key });
const isRefused = (answer: RpcAnswer): boolean => at(answer.result, 'isError') === true || answer.error !== undefined;
const admitted = (answers: readonly RpcAnswer[]): number => answers.filter((answer) => !isRefused(answer)).length;
const burst = (count: number, one: (i: number) => Promise<RpcAnswer>): Promise<readonly RpcAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
/** A call whose answer nobody waits for. */
const modernStart = (url: string, params: { readonly name: string; readonly arguments: object }, key: string): ClientRequest => {
  const { headers, body } = modernRequest('tools/call', params, { key });
  const request = httpRequest(url, { agent: false, method: 'POST', headers: { ...headers, 'content-length': String(body.length) } });
  request.on('error', () => undefined).end(body);
  return request;
};
const decisions = (agent: string) =>
  readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'kind') === 'decision' && textAt(value, 'agent') === agent);

test('so many calls pass over both workers, and not one more; the others read why, and it is on record', async () => {
  const key = await gateway.addAgent('rated-modern');
  const calls = () => decisions('rated-modern').filter(({ value }) => textAt(value, 'method') === 'tools/call');
  const answers = [...(await burst(30, () => call(key, 'a')))];
  // Whichever worker the kernel gives a connection to.
  await until(async () => {
    answers.push(...(await burst(30, () => call(key, 'b'))));
    return new Set(calls().map(({ slot }) => slot)).size === 2;
  }, 'calls on both workers');
  assert.equal(admitted(answers), 15);
  const refused = answers.find(isRefused);
  assert.equal(refused?.http.status, 200);
  assert.match(
    textAt(refused?.result, 'content', 0, 'text'),
    /^Too many calls for the limit "calls"\. Try again in \d+ (h|min|s)\. .*record /,
  );
  const denied = calls().filter(({ value }) => textAt(value, 'verdict') === 'deny');
  assert.equal(denied.length, answers.length - 15);
  for (const { value } of denied) assert.deepEqual([textAt(value, 'reason'), textAt(value, 'limit')], ['rate-limited', 'calls']);
});

test('the same for an older agent, in front of an older server and of a new one', async () => {
  for (const [i, server] of ['old', 'echo'].entries()) {
    const key = await gateway.addAgent(`old-${i}`);
    const session = await LegacySession.open(gateway.url(server), { key });
    await session.request('tools/list');
    const answers = await burst(40, () => session.request('tools/call', { name: 'a', arguments: {} }));
    assert.equal(admitted(answers), 12, server);
    assert.match(textAt(answers.find(isRefused)?.result, 'content', 0, 'text'), /limit "old"/);
  }
});

test('a route that says so answers 429 with Retry-After; lists are not counted', async () => {
  const key = await gateway.addAgent('status-1');
  for (let i = 0; i < 5; i++) await modernCall(gateway.url('strict'), 'tools/list', {}, { key });
  const answers = await burst(6, () => call(key, 'a', {}, 'strict'));
  assert.equal(admitted(answers), 2);
  const refused = answers.find(isRefused);
  assert.equal(refused?.http.status, 429);
  const seconds = Number(refused?.http.headers['retry-after']);
  assert.ok(seconds > 1_790 && seconds <= 1_800, String(seconds));
  assert.equal(at(refused?.error, 'code'), 1430);
  assert.equal(at(refused?.error, 'data', 'limit'), 'status');
  assert.ok(Number(at(refused?.error, 'data', 'retryAfterMs')) <= 1_800_000);
  const session = await LegacySession.open(gateway.url('strict'), { key });
  const older = await session.post({ jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'a', arguments: {} } });
  assert.equal(older.status, 429);
});

test('where a limit says so, lists count as well', async () => {
  const key = await gateway.addAgent('lister');
  const answers = await burst(12, () => modernCall(gateway.url('echo'), 'tools/list', {}, { key }));
  assert.equal(admitted(answers), 5);
  assert.equal(at(answers.find(isRefused)?.error, 'code'), 1430);
});

test('a place is free again when its call ends, on whichever worker; a killed worker gives its places back', async () => {
  const key = await gateway.addAgent('busy-1');
  const hold = (i: number): Promise<RpcAnswer> =>
    call(key, `hold-${i}`).catch(() => ({ http: undefined, notifications: [], result: undefined, error: 'cut' }) as never);
  const first = Array.from({ length: 12 }, (_, i) => hold(i));
  let over = 0;
  for (const one of first) void one.then((answer) => (isRefused(answer) ? over++ : 0));
  await until(() => over === 8, 'eight of twelve to be refused');
  assert.equal([...HOLDS].filter((tool) => echo.calls.has(tool)).length, 4);
  echo.release();
  assert.equal(admitted(await Promise.all(first)), 4);

  const second = Array.from({ length: 4 }, (_, i) => hold(20 + i));
  for (let i = 20; i < 24; i++) await echo.called(`hold-${i}`);
  assert.equal(admitted([await hold(30)]), 0, 'all places are taken');
  // Whoever holds the places: both are killed.
  const before = gateway.workers();
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await until(() => gateway.workers().length === 2 && gateway.workers().every((pid) => !before.includes(pid)), 'two new workers');
  await Promise.all(second);
  await until(async () => (await call(key, 'a').catch(() => undefined)) !== undefined, 'a worker that serves');
  const third = Array.from({ length: 6 }, (_, i) => hold(31 + i));
  let refused = 0;
  for (const one of third) void one.then((answer) => (isRefused(answer) ? refused++ : 0));
  await until(() => refused === 2, 'two of six to be refused');
  echo.release();
  assert.equal(admitted(await Promise.all(third)), 4);
});

test('whoever hangs up gives the place back', async () => {
  const key = await gateway.addAgent('busy-2');
  const open = [12, 13, 14, 15].map((i) => modernStart(gateway.url('echo'), { name: `hold-${i}`, arguments: {} }, key));
  for (const i of [12, 13, 14, 15]) await echo.called(`hold-${i}`);
  assert.equal(admitted([await call(key, 'hold-16')]), 0);
  for (const one of open) one.destroy();
  await until(async () => {
    const answer = call(key, 'hold-17');
    await Promise.race([answer, echo.called('hold-17')]);
    echo.release();
    return admitted([await answer]) === 1;
  }, 'a place');
});

test('units are spent by what was declared, bytes by what passed, and a loop is broken', async () => {
  const rich = await gateway.addAgent('rich');
  assert.equal(admitted(await burst(3, () => call(rich, 'free'))), 3, 'what costs nothing is never refused');
  const spent: boolean[] = [];
  for (const tool of ['dear-1', 'dear-1', 'dear-1', 'a', 'a', 'a', 'free']) spent.push(isRefused(await call(rich, tool)));
  assert.deepEqual(spent, [false, false, true, false, false, true, false]);

  const heavy = await gateway.addAgent('heavy');
  assert.equal(isRefused(await call(heavy, 'a', { text: 'x'.repeat(9_000) }, 'loose')), false, 'one that is larger than all passes');
  const answer = await call(heavy, 'a');
  assert.match(textAt(answer.result, 'content', 0, 'text'), /Too much data/, 'and is paid for');

  const looping = await gateway.addAgent('looping');
  const looped: boolean[] = [];
  for (let i = 0; i < 6; i++) looped.push(isRefused(await call(looping, 'a', { b: 1, a: [i < 9] }, 'loose')));
  assert.deepEqual(looped, [false, false, false, true, true, true]);
  assert.equal(isRefused(await call(looping, 'a', { b: 2 }, 'loose')), false, 'other arguments are another call');
  const same = await call(looping, 'a', { a: [true], b: 1 }, 'loose');
  assert.equal(isRefused(same), true, 'however they are written');
  const reasons = decisions('looping').map(({ value }) => textAt(value, 'reason'));
  assert.equal(reasons.filter((reason) => reason === 'repeated-call').length, 4);
});

test('a group shares a limit; a limit that a rule names concerns what the rule grants', async () => {
  const keys = await Promise.all(['one', 'two', 'three'].map((name) => gateway.addAgent(`team-${name}`, ['team'])));
  assert.equal(admitted(await burst(30, (i) => call(keys[i % 3] ?? '', 'a'))), 9);
  const key = await gateway.addAgent('ruled');
  assert.equal(admitted(await burst(8, () => call(key, 'a'))), 3);
  assert.equal(admitted(await burst(8, () => call(key, 'b'))), 8);
});

test('another key is no other agent', async () => {
  const key = await gateway.addAgent('rated-keys');
  assert.equal(admitted(await burst(20, () => call(key, 'a'))), 15);
  const added = await gateway.cli('agents', 'key', 'rated-keys', '--output', 'json');
  const second = added.code === 0 ? textAt(JSON.parse(added.stdout), 'key') : '';
  assert.notEqual(second, '', added.stdout + added.stderr);
  assert.equal(admitted(await burst(5, () => call(second, 'a'))), 0);
});

test('what was taken is known to the next control; never more than the limit', async () => {
  const key = await gateway.addAgent('rated-crash');
  let passed = admitted(await burst(5, () => call(key, 'a')));
  assert.equal(passed, 5);
  const [control] = gateway.processes('control');
  process.kill(control ?? assert.fail(), 'SIGKILL');
  // While it is away calls wait a moment, or are refused: they are not let through uncounted.
  passed += admitted(await burst(6, () => call(key, 'a')));
  await until(() => gateway.processes('control').some((pid) => pid !== control), 'another control');
  for (let i = 0; i < 15; i++) passed += admitted([await call(key, 'a')]);
  assert.ok(passed <= 15 && passed >= 11, `${passed} of 15`);
});

test('a reload under load keeps what was taken, and other numbers hold from then on', async () => {
  const key = await gateway.addAgent('rated-reload');
  const before = admitted(await burst(10, () => call(key, 'a')));
  assert.equal(before, 10);
  const during = burst(20, () => call(key, 'a'));
  gateway.reload(config({ ...LIMITS, calls: { agents: ['rated-*'], rate: { calls: 15, periodMs: DAY_MS, burst: 12 } } }));
  const under = admitted(await during);
  assert.ok(under <= 5, `${under} more`);
  await until(async () => (await gateway.cli('limits')).stdout.includes('at most 12 at once'), 'the new limit');
  assert.equal(admitted(await burst(10, () => call(key, 'a'))), 5 - under > 0 ? Math.max(0, 5 - under) : 0);
});

test('the command says what is left, and who is refused', async () => {
  const { stdout, code } = await gateway.cli('limits');
  assert.equal(code, 0);
  assert.match(stdout, /^LIMIT\s+WHAT\s+OF\s+LEFT\s+NEXT/m);
  assert.match(stdout, /^status\s+2 calls in 1 h\s+agent status-1\s+0\s+in \d+m/m);
  assert.match(stdout, /^team\s.*group team\s+0/m);
  const json = await gateway.cli('limits', '--output', 'json');
  assert.equal(at(JSON.parse(json.stdout), 'limits', 0, 'name'), 'calls');
});

test('while control hangs, what is not leased is refused', async () => {
  const key = await gateway.addAgent('status-hang');
  const [control] = gateway.processes('control');
  process.kill(control ?? assert.fail(), 'SIGSTOP');
  try {
    const answer = await call(key, 'a');
    assert.match(textAt(answer.result, 'content', 0, 'text'), /Nobody can say now how much of the limit "status" is left/);
  } finally {
    process.kill(control ?? assert.fail(), 'SIGCONT');
  }
  await until(async () => !isRefused(await call(key, 'a')), 'control to answer');
  assert.ok(decisions('status-hang').some(({ value }) => textAt(value, 'reason') === 'limit-unavailable'));
});

test('what was taken is known to the next gateway', async () => {
  const folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'limits-'));
  const start = (): Promise<Gateway> => startGateway({ config: config(), folder });
  const mine = gateway;
  try {
    gateway = await start();
    const key = await gateway.addAgent('rated-restart');
    const passed = admitted(await burst(10, () => call(key, 'a')));
    assert.equal(passed, 10);
    await gateway.stop();
    gateway = await start();
    const after = admitted(await burst(20, () => call(key, 'a')));
    assert.equal(after, 5, 'after an orderly end nothing is lost');
    await gateway.stop('SIGKILL');
    gateway = await start();
    assert.equal(admitted(await burst(5, () => call(key, 'a'))), 0, 'after a crash nothing is won');
  } finally {
    if (gateway !== mine) await gateway.stop();
    gateway = mine;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
