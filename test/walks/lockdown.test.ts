// The kill switch: whatever is locked can be called no more and hears nothing more, on every worker, in both eras, whatever it holds open; nobody
// else notices; lifted, it works again. Two workers, a connection per request.

import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  createRounds,
  LegacySession,
  legacyAnswers,
  modernCall,
  modernStream,
  readRecords,
  readStatus,
  repositoryRoot,
  sallyport,
  send,
  startEchoServer,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, HttpStream, Rounds, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const TOOLS = ['plain', 'other', 'asked', 'hold-ada', 'hold-bob', 'hold-server', 'hold-tool', 'hold-all', 'hold-dead'];
/** Enough that both workers are asked, whichever the kernel chooses. */
const SAMPLES = 8;

let echo: EchoServer;
let old: ScriptedServer;
let gateway: Gateway;
let rounds: Rounds;
const keys = new Map<string, string>();
const keyOf = (agent: string): string => keys.get(agent) ?? '';

before(async () => {
  echo = await startEchoServer({ tools: TOOLS });
  old = await startScriptedServer(legacyAnswers());
  gateway = await startGateway({
    config: testConfig({
      servers: {
        echo: { url: echo.url },
        second: { url: echo.url },
        stdio: { command: process.execPath, args: [STDIO_SERVER] },
        old: { url: old.url },
      },
      rules: [ALLOW_ALL, { name: 'a-person-says', effect: 'ask', agents: ['*'], servers: ['echo'], tools: ['asked'] }],
      extra: { routes: { '/mcp': { servers: ['echo', 'second', 'stdio'], waitMs: 30_000 } } },
    }),
  });
  for (const agent of ['ada', 'bob', 'cyd', 'dan']) keys.set(agent, await gateway.addAgent(agent));
  rounds = createRounds(old, gateway.url('old'));
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
  await old?.close();
});

const all = (): string => `${gateway.origin}/mcp`;
const call = (server: string, tool: string, agent: string): Promise<RpcAnswer> =>
  modernCall(server === '' ? all() : gateway.url(server), 'tools/call', { name: tool, arguments: {} }, { key: keyOf(agent) });
const works = async (server: string, tool: string, agent: string): Promise<void> => {
  const answer = await call(server, tool, agent);
  assert.equal(at(answer.result, 'isError') ?? false, false, answer.http.body);
  assert.notEqual(answer.result, undefined, answer.http.body);
};
const isLocked = async (server: string, tool: string, agent: string): Promise<void> => {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { result, http } = await call(server, tool, agent);
    assert.equal(at(result, 'isError'), true, http.body);
    assert.match(textAt(result, 'content', 0, 'text'), /^Denied by lockdown: /);
  }
};
/** Whether calls are refused now, by whichever worker; one that is cut while it is under way says nothing yet. */
const refuses = async (agent: string): Promise<boolean> => {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const answer = await call('echo', 'plain', agent).catch(() => undefined);
    if (at(answer?.result, 'isError') !== true) return false;
  }
  return true;
};
/** Whether none is. */
const answers = async (agent: string): Promise<boolean> => {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const answer = await call('echo', 'plain', agent).catch(() => undefined);
    if (answer?.result === undefined || at(answer.result, 'isError') === true) return false;
  }
  return true;
};
const lockdown = async (...words: readonly string[]): Promise<string> => {
  const done = await gateway.cli('lockdown', ...words);
  assert.equal(done.code, 0, done.stderr);
  return done.stdout;
};

/** Everything that can be open at once, several of each, so that both workers hold some. */
async function openEverything(
  agent: string,
  held: string,
): Promise<{ streams: HttpStream[]; calls: Promise<unknown>[]; session: LegacySession }> {
  const key = keyOf(agent);
  const calls = [1, 2, 3, 4].map(() => call('echo', held, agent).catch(String));
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const played = await LegacySession.open(all(), { key });
  calls.push(session.request('tools/call', { name: 'wait', arguments: {} }).catch(String));
  await until(() => (echo.calls.get(held) ?? 0) >= 4, 'the calls to be under way');
  const streams = await Promise.all([
    ...[1, 2, 3].map(() => modernStream(gateway.url('echo'), 'subscriptions/listen', { notifications: {} }, { key })),
    modernStream(all(), 'subscriptions/listen', { notifications: { toolsListChanged: true } }, { key }),
    session.listen(),
    played.listen(),
  ]);
  for (const stream of streams.slice(0, 4)) assert.notEqual(await stream.next(), undefined, 'the stream is open');
  return { streams, calls, session };
}

/** A call that was cut brought nothing of the tool: its connection broke, or it reads why there is no answer. */
function assertCut(answer: unknown): void {
  if (typeof answer === 'string') return assert.match(answer, /ECONNRESET|socket hang up|aborted/);
  const result = at(answer, 'result');
  assert.ok(result === undefined || at(result, 'isError') === true, JSON.stringify(result));
}

/** Reads to the end, however it comes. */
async function endOf(stream: HttpStream): Promise<string> {
  for (let events = 0; events < 100; events++) if ((await stream.next()) === undefined) return 'ended';
  return 'went on';
}

test('an agent: its calls, streams, sessions and rounds end, on every worker; another agent goes on; lifted, it works again', async () => {
  const victim = await openEverything('ada', 'hold-ada');
  const witness = await openEverything('bob', 'hold-bob');
  const [parked, kept] = [await rounds.park(keyOf('ada')), await rounds.park(keyOf('bob'))];

  assert.match(await lockdown('agent', 'ada', '--reason', 'a test'), /Locked: agent ada\. It is in force on all 2 workers\./);
  for (const stream of victim.streams) assert.equal(await endOf(stream), 'ended');
  for (const result of await Promise.all(victim.calls)) assertCut(result);
  await isLocked('echo', 'plain', 'ada');
  await isLocked('stdio', 'pid', 'ada');
  await until(() => rounds.isCancelled(parked.exchange), 'the parked call to be cancelled at its server');
  assert.notEqual(at((await old.take('response')).message, 'error'), undefined, 'its question is taken back');
  assertCut(await rounds.answer(parked, keyOf('ada')));
  assert.equal((await victim.session.request('ping')).result, undefined, 'no message in its session');
  const initialize = await LegacySession.initialize(gateway.url('stdio'), { key: keyOf('ada') });
  assert.equal(initialize.result, undefined, initialize.http.body);
  assert.equal((await modernCall(all(), 'tools/list', {}, { key: keyOf('ada') })).result, undefined);
  // A new key is the same agent.
  const issued = JSON.parse((await gateway.cli('agents', 'key', 'ada', '--output', 'json')).stdout);
  const fresh = await modernCall(
    gateway.url('echo'),
    'tools/call',
    { name: 'plain', arguments: {} },
    { key: textAt(issued, 'text') || textAt(issued, 'key') },
  );
  assert.match(fresh.http.body, /lockdown/);

  await rounds.works(kept, keyOf('bob'));
  echo.release();
  for (const result of await Promise.all(witness.calls.slice(0, 4))) assert.notEqual(at(result, 'result'), undefined, String(result));
  assert.equal((await witness.session.request('ping')).http.status, 200);
  await witness.session.request('tools/call', { name: 'finish', arguments: {} });
  for (const stream of witness.streams) stream.close();

  assert.match(await lockdown('lift', 'agent', 'ada'), /Lifted: agent ada\. It is in force on all 2 workers\./);
  await works('echo', 'plain', 'ada');
  await works('stdio', 'pid', 'ada');
  await works('', 'echo__plain', 'ada');
});

test('a server: its share of a route vanishes and comes back; the others are not affected', async () => {
  const names = async (): Promise<readonly string[]> => {
    const { result } = await modernCall(all(), 'tools/list', {}, { key: keyOf('cyd') });
    const tools = at(result, 'tools');
    return Array.isArray(tools) ? tools.map((tool: unknown) => textAt(tool, 'name')) : [];
  };
  assert.ok((await names()).includes('echo__plain'));
  const opened = await openEverything('cyd', 'hold-server');
  await lockdown('server', 'echo');
  for (const stream of opened.streams.slice(0, 4)) assert.equal(await endOf(stream), 'ended');
  for (const result of await Promise.all(opened.calls.slice(0, 4))) assertCut(result);
  await isLocked('echo', 'plain', 'cyd');
  for (let sample = 0; sample < SAMPLES; sample++) {
    const shown = await names();
    assert.ok(!shown.some((name) => name.startsWith('echo__')), shown.join(' '));
    assert.ok(shown.includes('second__plain'));
  }
  const gone = await call('', 'echo__plain', 'cyd');
  assert.ok(gone.result === undefined || at(gone.result, 'isError') === true, gone.http.body);
  await works('second', 'plain', 'cyd');
  assert.equal((await opened.session.request('tools/call', { name: 'finish', arguments: {} })).http.status, 200);
  for (const stream of opened.streams.slice(4)) stream.close();
  await lockdown('lift', 'server', 'echo');
  await works('echo', 'plain', 'cyd');
  assert.ok((await names()).includes('echo__plain'));
});

test('a tool: refused and not listed, on its own route and on one with several; a call of it under way is cut, another is not', async () => {
  const held = [1, 2, 3, 4].map(() => call('echo', 'hold-tool', 'cyd').catch(String));
  const beside = [1, 2].map(() => call('echo', 'hold-all', 'cyd'));
  await until(() => (echo.calls.get('hold-tool') ?? 0) >= 4 && (echo.calls.get('hold-all') ?? 0) >= 2, 'the calls');
  await lockdown('tool', 'echo/hold-t*');
  await lockdown('tool', 'plain');
  for (const result of await Promise.all(held)) assertCut(result);
  await isLocked('echo', 'hold-tool', 'cyd');
  await isLocked('second', 'plain', 'cyd');
  await works('echo', 'other', 'cyd');
  for (const url of [gateway.url('echo'), all()]) {
    const listed = (await modernCall(url, 'tools/list', {}, { key: keyOf('cyd') })).http.body;
    assert.match(listed, /other/);
    assert.doesNotMatch(listed, /"(echo__|second__)?plain"/);
    assert.doesNotMatch(listed, /"(echo__)?hold-tool"/);
  }
  echo.release();
  for (const answer of await Promise.all(beside)) assert.equal(at(answer.result, 'isError') ?? false, false, answer.http.body);
  await lockdown('lift', '--every');
  await works('echo', 'plain', 'cyd');
});

test('calls that wait for a person end, and nobody is asked any more', async () => {
  const waiting = [1, 2, 3, 4].map(() => call('echo', 'asked', 'dan').catch(String));
  const pending = async (): Promise<number> => {
    const listed: unknown = JSON.parse((await gateway.cli('approvals', 'list', '--output', 'json')).stdout || 'null');
    return JSON.stringify(listed).split('"asked"').length - 1;
  };
  await until(async () => (await pending()) > 0, 'a person to be asked');
  await lockdown('agent', 'dan');
  for (const result of await Promise.all(waiting)) assertCut(result);
  assert.equal(echo.calls.get('asked'), undefined, 'nothing reached the server');
  await lockdown('lift', 'agent', 'dan');
});

test('several messages in one body of 2025-03-26: each is refused', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key: keyOf('dan'), version: '2025-03-26' });
  const message = (id: number, name: string): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });
  await lockdown('tool', 'stdio/pid');
  const { body } = await session.post([message(1, 'pid'), message(2, 'received')]);
  assert.match(body, /Denied by lockdown: /);
  assert.match(body, /notifications\/initialized/, 'the other is answered');
  await lockdown('lift', 'tool', 'stdio/pid');
});

test('everything: also while control hangs', async () => {
  const held = [1, 2, 3, 4].map(() => call('echo', 'hold-dead', 'dan').catch(String));
  await until(() => (echo.calls.get('hold-dead') ?? 0) >= 4, 'the calls');
  const [control] = gateway.processes('control');
  assert.ok(control !== undefined);
  process.kill(control, 'SIGSTOP');
  try {
    assert.match(await lockdown('all', '--reason', 'control hangs'), /its workers see it within a second by themselves/);
    for (const result of await Promise.all(held)) assertCut(result);
    await until(() => refuses('dan'), 'the workers to see it');
    await isLocked('echo', 'plain', 'dan');
    assert.match(await lockdown(), /everything .* control hangs/);
    assert.match(await lockdown('lift', 'all'), /Lifted: everything/);
    await until(() => answers('dan'), 'it to work again');
  } finally {
    process.kill(control, 'SIGCONT');
  }
  // What the commands gave up on is not done a second time by a control that comes back.
  assert.match(await lockdown(), /^Nothing is locked/);
  await works('echo', 'plain', 'dan');
});

test('what cannot be read locks everything, says so, and is lifted by name', async () => {
  const file = join(gateway.dataFolder, 'lockdown', '20260101T000000000Z-00000000.json');
  writeFileSync(file, '{"format":1,"kind":"agent","na');
  await until(() => refuses('bob'), 'everything to be locked');
  await isLocked('echo', 'plain', 'bob');
  const shown = await gateway.cli('lockdown');
  assert.match(shown.stdout, /EVERYTHING IS LOCKED.*20260101T000000000Z-00000000\.json.*lift --every/);
  assert.match((await send(`${gateway.origin}/readyz`, { method: 'GET' })).body, /a lockdown is in force/);
  await lockdown('lift', '--every');
  await works('echo', 'plain', 'bob');

  rmSync(join(gateway.dataFolder, 'lockdown'), { recursive: true });
  await until(() => refuses('bob'), 'a folder that is gone to lock everything');
  const more = await gateway.cli('lockdown', 'agent', 'nobody');
  assert.match(more.stdout, /EVERYTHING IS LOCKED, .*gone\.json, which stands for the locks of a folder that was taken away/);
  await isLocked('echo', 'plain', 'bob');
  await lockdown('lift', '--every');
  await until(() => answers('bob'), 'it to work again');
});

test('it is on record, by every worker: what, when, by whom, why, and how much was cut', async () => {
  const records = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'kind') === 'lockdown');
  const ofAda = records.filter(({ value }) => textAt(value, 'name') === 'ada');
  for (const event of ['locked', 'lifted']) {
    const slots = new Set(ofAda.filter(({ value }) => textAt(value, 'event') === event).map(({ slot }) => slot));
    assert.equal(slots.size, 2, event);
  }
  const [first] = ofAda;
  assert.equal(textAt(first?.value, 'reason'), 'a test');
  assert.notEqual(textAt(first?.value, 'by'), '');
  assert.ok(ofAda.reduce((sum, { value }) => sum + Number(at(value, 'cut')), 0) > 0);
  assert.ok(records.some(({ value }) => textAt(value, 'event') === 'unreadable'));
  const denied = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'reason') === 'lockdown');
  assert.ok(denied.length > 0);
  const tail = await gateway.cli('audit', 'tail', '--limit', 'all');
  assert.match(tail.stdout, /locked {2}agent ada {2}\(a test\) {2}by /);
  assert.equal((await gateway.cli('audit', 'verify')).code, 0);
});

for (const [what, spoil] of [
  ['locked by another process', lockStore],
  ['removed', removeStore],
  ['spoilt, and control dies over it', spoilStore],
] as const) {
  test(`the store is ${what}: the switch works`, async () => {
    await using own = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } } }) });
    const key = await own.addAgent('fay');
    const answer = async (): Promise<string> =>
      (await modernCall(own.url('echo'), 'tools/call', { name: 'plain', arguments: {} }, { key })).http.body;
    assert.doesNotMatch(await answer(), /isError/);
    const restore = spoil(own);
    try {
      const locked = await own.cli('lockdown', 'agent', 'fay', '--reason', 'the store is broken');
      assert.equal(locked.code, 0, locked.stderr);
      // A call that is under way when the lock reaches its worker is cut.
      const isLockedNow = async (): Promise<boolean> => {
        for (let sample = 0; sample < SAMPLES; sample++) if (!/Denied by lockdown/.test(await answer().catch(String))) return false;
        return true;
      };
      await until(isLockedNow, 'every worker to refuse it');
      assert.match((await own.cli('lockdown')).stdout, /agent fay .* the store is broken/);
      const lifted = await own.cli('lockdown', 'lift', 'agent', 'fay');
      assert.equal(lifted.code, 0, lifted.stderr);
      await until(async () => !/isError/.test(await answer()), 'it to work again');
    } finally {
      restore();
    }
  });
}

test('a gateway that starts while something is locked is locked from the first', async () => {
  const stopped = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } } }) });
  const key = await stopped.addAgent('eve');
  const { folder } = stopped;
  await stopped.cli('lockdown', 'agent', 'eve');
  const again = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } } }), folder: await moved(stopped) });
  try {
    const { http } = await modernCall(again.url('echo'), 'tools/call', { name: 'plain', arguments: {} }, { key });
    assert.match(http.body, /lockdown/);
    assert.equal(textAt(await readStatus(again.dataFolder), 'lockdown', 'locks', 0, 'name'), 'eve');
    const status = await sallyport(['status', '--data', again.dataFolder]);
    assert.match(status.stdout, /^LOCKED DOWN {2}agent eve, since /);
    await again.stop();
    const lifted = await sallyport(['lockdown', 'lift', 'agent', 'eve', '--data', again.dataFolder]);
    assert.equal(lifted.code, 0, lifted.stderr);
  } finally {
    await again.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Ends a gateway and keeps its folder. */
async function moved(running: Gateway): Promise<string> {
  process.kill(running.pid, 'SIGTERM');
  await until(() => running.workers().length === 0 && running.processes('control').length === 0, 'the first gateway to end');
  return running.folder;
}

/** Nobody else can write it until it is given back. */
function lockStore(running: Gateway): () => void {
  const database = new DatabaseSync(join(running.dataFolder, 'state.sqlite'), { timeout: 10_000 });
  database.exec('BEGIN EXCLUSIVE');
  return () => database.close();
}

function removeStore(running: Gateway): () => void {
  for (const name of storeFiles(running)) rmSync(name);
  return () => {};
}

function spoilStore(running: Gateway): () => void {
  for (const name of storeFiles(running)) writeFileSync(name, 'this is no database any more');
  for (const control of running.processes('control')) process.kill(control, 'SIGKILL');
  return () => {};
}

function storeFiles({ dataFolder }: Gateway): readonly string[] {
  const names = readdirSync(dataFolder).filter((name) => name.startsWith('state.sqlite'));
  assert.ok(names.length > 0);
  return names.map((name) => join(dataFolder, name));
}
