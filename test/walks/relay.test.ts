// A legacy session with a child process lives in one worker, but its requests come to either. Whatever comes to the other one is
// relayed to the owner and judged there, once; when the owner dies, the session is gone and the agent is told so.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  decisionAbout,
  isRunning,
  LegacySession,
  readRecords,
  repositoryRoot,
  servingWorkers,
  startGateway,
  startLoad,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
/** Of so many connections some surely come to the worker that is not the owner. */
const SAMPLES = 16;
const NO_SECRETS = { name: 'no-secrets', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['secret'] };
const ALL = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };

let gateway: Gateway;
let key: string;
let strangerKey: string;
let serial = 0;

before(async () => {
  gateway = await startGateway({
    config: testConfig({
      servers: { stdio: { command: process.execPath, args: [STDIO_SERVER] }, twin: { command: process.execPath, args: [STDIO_SERVER] } },
      rules: [ALL, NO_SECRETS],
      extra: { metrics: { listen: '127.0.0.1:0' } },
    }),
  });
  key = await gateway.addAgent('walker');
  strangerKey = await gateway.addAgent('stranger');
});
after(() => gateway?.stop());

const open = (): Promise<LegacySession> => LegacySession.open(gateway.url('stdio'), { key, capabilities: { sampling: {} } });

test('every request of a session reaches its process, and is recorded once, by the owner', async () => {
  const session = await open();
  const names = Array.from({ length: SAMPLES }, () => `relayed-${serial++}`);
  // Calls that can be told apart on record: of names that its server does not list.
  for (const name of names)
    assert.match(textAt((await call(session, name)).result, 'content', 0, 'text'), /is not on the list of its server/);
  const pids = new Set(await Promise.all(names.map(() => tell(session, 'pid'))));
  assert.equal(pids.size, 1);
  const decisions = readRecords(gateway.dataFolder).filter(
    ({ value }) => names.includes(textAt(value, 'tool')) && at(value, 'kind') === 'decision',
  );
  assert.equal(decisions.length, SAMPLES);
  assert.equal(new Set(decisions.map(({ slot }) => slot)).size, 1);
  for (const { value } of decisions) assert.equal(at(value, 'listener'), 'main', 'the record names the door the agent came through');
  await session.end();
});

test('sessions in both workers at once', async () => {
  const sessions = await Promise.all(Array.from({ length: 6 }, open));
  const owners = new Set<string | undefined>();
  for (const session of sessions) {
    const name = `owner-${serial++}`;
    await call(session, name);
    owners.add(decisionAbout(gateway.dataFolder, name)?.slot);
  }
  const loads = sessions.map((session, index) => startLoad(`relay-load-${index}`, 1, async () => /^\d+$/.test(await tell(session, 'pid'))));
  await until(() => loads.every((load) => load.count > 20), 'load on every session');
  for (const load of loads) assert.deepEqual((await load.stop()).failed, []);
  assert(owners.size >= 1);
  await Promise.all(sessions.map((session) => session.end()));
});

test('the stream for what the server says on its own account is relayed too', async () => {
  const session = await open();
  for (let sample = 0; sample < SAMPLES / 2; sample++) {
    const stream = await listenAgain(session);
    assert.match(String(stream.headers['content-type']), /^text\/event-stream/);
    await tell(session, 'announce');
    assert.equal(at(await nextMessage(stream), 'method'), 'notifications/tools/list_changed');
    stream.close();
  }
  await session.end();
});

test('a question of the server is asked on the stream of the call, and answered on any connection', async () => {
  const session = await open();
  for (let sample = 0; sample < SAMPLES / 2; sample++) {
    const stream = await session.stream('tools/call', { name: 'ask_model', arguments: {} });
    const question = await nextMessage(stream);
    assert.equal(at(question, 'method'), 'sampling/createMessage');
    assert.equal((await session.respond(at(question, 'id'), { said: `answer-${sample}` })).status, 202);
    assert.match(textAt(await nextMessage(stream), 'result', 'content', 0, 'text'), new RegExp(`answer-${sample}`));
  }
  await session.end();
});

test('policy is the same by way of either worker', async () => {
  const session = await open();
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { result } = await call(session, 'secret');
    assert.equal(at(result, 'isError'), true);
    assert.match(textAt(result, 'content', 0, 'text'), /no-secrets/);
  }
  await session.end();
});

test('the session of another agent, or at another server, is unknown by way of either worker', async () => {
  const session = await open();
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (const [url, who] of [
      [gateway.url('stdio'), strangerKey],
      [gateway.url('twin'), key],
    ] as const) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...session.headers({ authorization: `Bearer ${who}` }), 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pid', arguments: {} } }),
      });
      assert.equal(response.status, 404);
      await response.text();
    }
  }
  assert.match(await tell(session, 'pid'), /^\d+$/, 'its own agent still has it');
  await session.end();
});

test('DELETE by way of either worker ends the session everywhere', async () => {
  for (let round = 0; round < 6; round++) {
    const session = await open();
    const pid = Number(await tell(session, 'pid'));
    const ended = await session.end();
    assert(ended.status >= 200 && ended.status < 300);
    await until(() => !isRunning(pid), 'the end of the process');
    for (let sample = 0; sample < 4; sample++) assert.equal((await session.request('ping')).http.status, 404);
  }
});

test('the owner is killed: its sessions are unknown, the others go on, and a new one opens', async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, open));
  const rows = await servingWorkers(gateway.dataFolder);
  const homes = new Map<LegacySession, number>();
  const pids = new Map<LegacySession, number>();
  for (const session of sessions) {
    const name = `home-${serial++}`;
    await call(session, name);
    homes.set(session, Number(/\d+$/.exec(decisionAbout(gateway.dataFolder, name)?.slot ?? '')?.[0]));
    pids.set(session, Number(await tell(session, 'pid')));
  }
  const slot = homes.get(sessions[0] ?? assert.fail()) ?? -1;
  const victim = rows.find((row) => row.slot === slot);
  assert(victim !== undefined);
  process.kill(victim.pid, 'SIGKILL');
  // At once, while the worker that stays still knows the dead one's name, and later, when it has a successor in the same place.
  for (const when of ['at once', 'later'] as const) {
    for (const session of sessions) {
      const answer = await session.request('ping').catch(String);
      if (homes.get(session) === slot)
        assert(typeof answer === 'string' || answer.http.status === 404, `${when}: ${JSON.stringify(answer)}`);
      else if (typeof answer !== 'string') assert.deepEqual(answer.result, {}, when);
    }
    if (when === 'at once') {
      await until(async () => {
        const now = await servingWorkers(gateway.dataFolder);
        return now.length === 2 && now.every((row) => row.pid !== victim.pid);
      }, 'another worker');
    }
  }
  for (const [session, pid] of pids)
    if (homes.get(session) === slot) await until(() => !isRunning(pid), 'the end of the processes of the dead worker');
  const next = await open();
  for (let sample = 0; sample < SAMPLES; sample++) assert.match(await tell(next, 'pid'), /^\d+$/);
  await next.end();
});

function call(session: LegacySession, name: string): ReturnType<LegacySession['request']> {
  return session.request('tools/call', { name, arguments: {} });
}

async function tell(session: LegacySession, tool: string): Promise<string> {
  const { http, result } = await call(session, tool);
  const text = at(result, 'content', 0, 'text');
  if (typeof text !== 'string') throw new Error(`${tool} was answered ${http.status}: ${http.body}`);
  return text;
}

/** A session has one such stream at a time, and its owner may not have seen yet that the agent closed the one before. */
async function listenAgain(session: LegacySession): Promise<HttpStream> {
  let stream = await session.listen();
  await until(async () => {
    if (stream.status === 200) return true;
    stream.close();
    stream = await session.listen();
    return stream.status === 200;
  }, 'the end of the stream before');
  return stream;
}

async function nextMessage(stream: HttpStream): Promise<unknown> {
  for (;;) {
    const event = await stream.next();
    if (event === undefined) return undefined;
    if (event.json !== undefined && at(event.json, 'jsonrpc') !== undefined) return event.json;
  }
}
