import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AdminPorts, LockdownPort } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { FAKE_STATUS, fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';

const LOCK = { id: 'one', kind: 'agent', name: 'ada', reason: 'leaked', by: 'ops', since: '2026-11-22T10:00:00.000Z' } as const;
const IN_FORCE = { workers: 2, confirmed: 2, silent: [], fault: null };
const STUCK = { workers: 2, confirmed: 1, silent: ['worker 1 (process 4713)'], fault: null };
const FAULT = 'has bad.json, which is not JSON';

/** A gateway whose switch answers like this. */
function gatewayWith(change: Partial<LockdownPort>): AdminPorts {
  const nothing = async (): Promise<never> => {
    throw new Error('not asked for in this test');
  };
  return fakePorts(fakeAgents, { lockdown: { read: nothing, lock: nothing, lift: nothing, ...change } });
}

test('a lock is asked of the gateway, with who and why, and said to be in force', async (t) => {
  const asked: unknown[] = [];
  const { run } = cliFixture(t, {
    ports: gatewayWith({
      lock: async (input) => {
        asked.push({ ...input, by: input.by === '' ? 'nobody' : 'somebody' });
        return ok({ lock: LOCK, isKnown: true, ...IN_FORCE });
      },
    }),
  });
  const done = await run('lockdown', 'agent', 'ada', '--reason', 'leaked', '--data', '.');
  assert.deepEqual([done.code, done.stdout], [0, 'Locked: agent ada. It is in force on all 2 workers.\n'], done.stderr);
  assert.deepEqual(asked, [{ kind: 'agent', name: 'ada', reason: 'leaked', by: 'somebody' }]);
});

test('a name that nothing has, and a worker that does not answer, are said and end with 1', async (t) => {
  const unknown = cliFixture(t, { ports: gatewayWith({ lock: async () => ok({ lock: LOCK, isKnown: false, ...IN_FORCE }) }) });
  const typo = await unknown.run('lockdown', 'agent', 'ada', '--data', '.');
  assert.equal(typo.code, 1);
  assert.match(typo.stderr, /There is no agent 'ada' now/);
  const stuck = cliFixture(t, { ports: gatewayWith({ lock: async () => ok({ lock: LOCK, isKnown: true, ...STUCK }) }) });
  const half = await stuck.run('lockdown', 'agent', 'ada', '--data', '.');
  assert.equal(half.code, 1);
  assert.match(half.stdout, /in force on 1 of 2 workers/);
  assert.match(half.stderr, /1 of 2 workers did not say that they go by it: worker 1 \(process 4713\)\. End/);
});

for (const [what, ports] of [
  ['no gateway answers', undefined],
  ['it hangs', gatewayWith({ lock: async () => fail({ code: 'gateway_unreadable', detail: 'no answer within 4 s' }) })],
  ['it breaks', gatewayWith({ lock: async () => fail({ code: 'internal', detail: 'broken' }) })],
] as const)
  test(`where ${what}, the lock is written where workers look, and lifted there`, async (t) => {
    const { run, cwd } = cliFixture(t, ports === undefined ? {} : { ports });
    mkdirSync(join(cwd, 'data'));
    const locked = await run('lockdown', 'all', '--data', 'data');
    assert.equal(locked.code, 0, locked.stderr);
    assert.match(locked.stdout, /The gateway did not answer; .* within a second by themselves/);
    assert.equal(readdirSync(join(cwd, 'data', 'lockdown')).filter((name) => name.endsWith('.json')).length, 1);
    if (ports !== undefined) return;
    const shown = await run('lockdown', '--data', 'data');
    assert.match(shown.stdout, /^LOCKED +SINCE +BY +REASON\neverything +2026-11-22T10:00:00.000Z/);
    const lifted = await run('lockdown', 'lift', 'all', '--data', 'data');
    assert.match(lifted.stdout, /^Lifted: everything\. /);
    assert.match((await run('lockdown', '--data', 'data')).stdout, /^Nothing is locked\.\n\nLIFTED/);
  });

test('what is refused is not done around the gateway', async (t) => {
  const { run, cwd } = cliFixture(t, { ports: gatewayWith({ lock: async () => fail({ code: 'malformed', detail: 'No.' }) }) });
  mkdirSync(join(cwd, 'data'));
  assert.equal((await run('lockdown', 'agent', 'ada', '--data', 'data')).code, 2);
  assert.deepEqual(readdirSync(join(cwd, 'data')), []);
});

test('a data folder that is not there is not made: a lock in it would stop nothing', async (t) => {
  const { run } = cliFixture(t);
  const done = await run('lockdown', 'all', '--data', 'nowhere');
  assert.equal(done.code, 4);
  assert.match(done.stderr, /There is no data folder .*nowhere/);
});

test('what makes no sense is refused before anything is asked', async (t) => {
  const { run } = cliFixture(t, { ports: gatewayWith({}) });
  const lines = [
    'lockdown group staff',
    'lockdown agent',
    'lockdown all everything',
    'lockdown lift',
    'lockdown lift agent',
    'lockdown lift all x',
    'lockdown lift agent ada --every',
  ];
  for (const line of lines) assert.equal((await run(...line.split(' '), '--data', '.')).code, 2, line);
  assert.equal((await run('lockdown', 'agent', `a${String.fromCharCode(27)}[2J`, '--data', '.')).code, 2);
});

test('what cannot be read is shown with the way out, and lifted with everything else', async (t) => {
  const { run, cwd } = cliFixture(t);
  mkdirSync(join(cwd, 'data', 'lockdown'), { recursive: true });
  writeFileSync(join(cwd, 'data', 'lockdown', 'bad.json'), '{');
  const shown = await run('lockdown', '--data', 'data');
  assert.match(
    shown.stdout,
    /EVERYTHING IS LOCKED, .* has bad\.json, which is not JSON\. Repair it, or lift everything: sallyport lockdown lift --every/,
  );
  assert.equal((await run('lockdown', 'lift', '--every', '--data', 'data')).code, 0);
  assert.match((await run('lockdown', '--data', 'data')).stdout, /^Nothing is locked/);
});

test('what is lifted while everything is locked for another reason says so, and blames no worker', async (t) => {
  const inForce = { workers: 1, confirmed: 0, silent: ['worker 0 (process 4712)'], fault: FAULT };
  const { run } = cliFixture(t, {
    ports: gatewayWith({ lift: async ({ kind }) => ok({ lifted: kind === 'all' ? [] : [LOCK], ...inForce }) }),
  });
  const lifted = await run('lockdown', 'lift', 'agent', 'ada', '--data', '.');
  assert.deepEqual([lifted.code, lifted.stdout], [1, 'Lifted: agent ada.\n']);
  assert.match(lifted.stderr, /^sallyport: EVERYTHING IS LOCKED, .* has bad\.json, which is not JSON\. Repair it, .*lift --every\n$/);
  const all = await run('lockdown', 'lift', 'all', '--data', '.');
  assert.equal(all.code, 1);
  assert.match(all.stderr, /^sallyport: Nobody has locked everything; .*\nEVERYTHING IS LOCKED, .* has bad\.json/);
});

test('one worker is one worker', async (t) => {
  const lock = async (): ReturnType<LockdownPort['lock']> =>
    ok({ lock: LOCK, isKnown: true, workers: 1, confirmed: 1, silent: [], fault: null });
  const { run } = cliFixture(t, { ports: gatewayWith({ lock }) });
  assert.equal((await run('lockdown', 'agent', 'ada', '--data', '.')).stdout, 'Locked: agent ada. It is in force on the one worker.\n');
});

test('a lock in a folder that was taken away does not lift what nobody knows any more', async (t) => {
  const { run, cwd } = cliFixture(t);
  mkdirSync(join(cwd, 'data'));
  assert.equal((await run('lockdown', 'agent', 'ada', '--data', 'data')).code, 0);
  rmSync(join(cwd, 'data', 'lockdown'), { recursive: true });
  assert.match((await run('lockdown', '--data', 'data')).stdout, /EVERYTHING IS LOCKED, .* does not exist/);
  const done = await run('lockdown', 'agent', 'zz', '--data', 'data');
  assert.match(done.stdout, /^Locked: agent zz\..*\nEVERYTHING IS LOCKED, .* has gone\.json/);
  assert.match((await run('lockdown', '--data', 'data')).stdout, /EVERYTHING IS LOCKED, .*taken away[^]*agent zz/);
  assert.equal((await run('lockdown', 'lift', '--every', '--data', 'data')).code, 0);
  assert.match((await run('lockdown', '--data', 'data')).stdout, /^Nothing is locked/);
});

test('a data folder in which nothing was ever locked has nothing locked', async (t) => {
  const { run, cwd } = cliFixture(t);
  mkdirSync(join(cwd, 'data'));
  assert.equal((await run('lockdown', '--data', 'data')).stdout, 'Nothing is locked.\n');
  assert.deepEqual(readdirSync(join(cwd, 'data')), []);
});

test('the status begins with what is locked', async (t) => {
  const ports = fakePorts(fakeAgents, { status: async () => ok({ ...FAKE_STATUS, lockdown: { locks: [LOCK], fault: null } }) });
  const { run } = cliFixture(t, { ports });
  assert.match((await run('status', '--data', '.')).stdout, /^LOCKED DOWN {2}agent ada, since 2026-11-22T10:00:00\.000Z, by ops: leaked\n/);
});
