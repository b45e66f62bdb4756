// What people do to the gateway, and what it does by itself, is on record: every change before it is done and how it ended, also where a process dies in
// the middle; nothing is changed that cannot be put there, and the kill switch waits for none of it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { at, readRecords, startEchoServer, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

let echo: EchoServer;
let gateway: Gateway;
const keys: string[] = [];

before(async () => {
  echo = await startEchoServer({ tools: ['plain'] });
  gateway = await startGateway({ config: config() });
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

test('the gateway, its processes and its config are on record from the start', async () => {
  await until(() => names('process.start').length >= 4, 'everything has begun');
  const [start] = actsOf('gateway.start');
  assert.equal(textAt(start, 'by'), 'gateway');
  assert.equal(at(start, 'details', 'node'), process.version);
  assert.deepEqual(names('process.start').map(toRole).toSorted(), ['keeper', 'runner', 'worker', 'worker']);
  const [applied] = actsOf('config.apply');
  assert.deepEqual(
    [textAt(applied, 'outcome'), textAt(applied, 'via'), textAt(applied, 'target')],
    ['done', 'file', join(gateway.folder, 'sallyport.yaml')],
  );
  assert.match(textAt(at(applied, 'details'), 'digest') ?? '', /^[0-9a-f]{64}$/);
});

test('commands that change something are on record in two halves, with who and what', async () => {
  keys.push(await gateway.addAgent('billing', ['finance']));
  for (const line of [
    ['agents', 'key', 'billing', '--label', 'laptop'],
    ['agents', 'set', 'billing', '--group', 'eu'],
    ['agents', 'revoke', 'billing'],
    ['agents', 'revoke', 'nobody'],
    ['lockdown', 'server', 'echo', '--reason', 'to be looked at'],
    ['lockdown', 'lift', 'server', 'echo'],
    ['agents', 'remove', 'billing'],
    ['reload'],
  ])
    await gateway.cli(...line);
  const told = [
    'agents.add',
    'keys.issue',
    'agents.change',
    'keys.revoke',
    'lockdown.lock',
    'lockdown.lift',
    'agents.remove',
    'config.reload',
  ];
  await until(() => outcomesOf('config.reload').length === 2, 'the last of them is there');
  assert.deepEqual(
    told.map((action) => [action, outcomesOf(action).join(' ')]),
    [
      ['agents.add', 'begun done'],
      ['keys.issue', 'begun done'],
      ['agents.change', 'begun done'],
      ['keys.revoke', 'begun done begun refused'],
      ['lockdown.lock', 'done'],
      ['lockdown.lift', 'done'],
      ['agents.remove', 'begun done'],
      ['config.reload', 'begun done'],
    ],
  );
  const [, issued] = actsOf('keys.issue');
  assert.equal(textAt(issued, 'target'), 'billing');
  assert.equal(textAt(issued, 'via'), 'cli');
  assert.match(textAt(issued, 'by') ?? '', /^os:./);
  const [locked] = actsOf('lockdown.lock');
  assert.deepEqual(
    [textAt(locked, 'target'), textAt(locked, 'reason'), at(locked, 'details', 'confirmed')],
    ['echo', 'to be looked at', 2],
  );
  const [, , , refused] = actsOf('keys.revoke');
  assert.equal(at(refused, 'details', 'code'), 'agent_unknown');
  for (const key of keys) assert.ok(!wholeRecord().includes(key.slice(-20)), 'the text of a key is on record');
});

test('a config that is wrong is on record as refused, with its digest and where, and not with what it says', async () => {
  gateway.reload({ ...config(), policy: { rules: [{ name: 'CANARY-in-the-config', effect: 'perhaps' }] } });
  await until(() => outcomesOf('config.apply').includes('refused'), 'it is refused');
  const refused = actsOf('config.apply').find((act) => textAt(act, 'outcome') === 'refused');
  assert.match(textAt(at(refused, 'details'), 'path') ?? '', /^policy/);
  assert.doesNotMatch(JSON.stringify(refused), /CANARY/);
  const reloads = actsOf('config.reload').map((act) => [textAt(act, 'outcome'), textAt(act, 'reason'), textAt(act, 'via')]);
  assert.deepEqual(reloads.slice(-2), [
    ['begun', 'SIGHUP', 'file'],
    ['refused', 'SIGHUP', 'file'],
  ]);
  gateway.reload(config());
  await until(() => textAt(actsOf('config.apply').at(-1), 'outcome') === 'done', 'the right one is in force again');
});

test('a process that dies is on record, and so is the one that comes for it', async () => {
  for (const role of ['keeper', 'worker', 'control'] as const) {
    const [pid] = gateway.processes(role);
    const began = role === 'control' ? 'control.start' : 'process.start';
    const before = actsOf(began).length;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await until(() => actsOf('process.end').some((act) => isLost(act, role)), `the death of the ${role} is there`);
    await until(() => actsOf(began).length > before, 'its successor is there');
  }
});

test('audit tail reads them out', async () => {
  const { stdout } = await gateway.cli('audit', 'tail', '--limit', 'all');
  assert.match(
    stdout,
    /done {5}agents\.add billing {2}by os:\S+.* \(cli\) {2}groups=finance priority=interactive key=\S+ {2}act_[0-9a-f]{16}/,
  );
  assert.match(stdout, /refused {2}keys\.revoke nobody {2}by os:.*code=agent_unknown/);
});

test('control dies in the middle of changes: none is in the store without a beginning on record, none was answered without an end', async () => {
  const answered: string[] = [];
  let isOver = false;
  const adding = (async () => {
    for (let number = 0; !isOver; number++) if ((await addAgent(`crash-${number}`)) === 201) answered.push(`crash-${number}`);
  })();
  try {
    for (let round = 0; round < 3; round++) {
      const already = answered.length;
      await until(() => answered.length > already + 3, 'some are added');
      const [pid] = gateway.processes('control');
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    const already = answered.length;
    await until(() => answered.length > already, 'control is back');
  } finally {
    isOver = true;
    await adding;
  }
  const acts = actsOf('agents.add');
  const having = (outcome: string): Set<unknown> =>
    new Set(acts.filter((act) => textAt(act, 'outcome') === outcome).map((act) => textAt(act, 'target')));
  const [begun, done] = [having('begun'), having('done')];
  const { stdout } = await gateway.cli('agents', 'list', '--output', 'json');
  const stored: unknown = at(JSON.parse(stdout), 'agents');
  assert.ok(Array.isArray(stored) && stored.length >= answered.length);
  for (const agent of stored) assert.ok(begun.has(textAt(agent, 'name')), `${textAt(agent, 'name')} came without a beginning`);
  for (const name of answered) assert.ok(done.has(name), `${name} was answered without an end`);
  assert.ok(actsOf('control.start').length >= 1);
});

test('where control cannot write its log nothing is changed; the kill switch works all the same', async () => {
  // A control that has only just begun would put its own claim over the one that takes its log away.
  await until(async () => (await addAgent('recorded')) === 201, 'control has its log');
  // Whoever takes the claim of a log away takes the log away.
  writeFileSync(join(gateway.dataFolder, 'audit', 'control', 'writer'), `${'0'.repeat(32)} 1 000000000001\n`);
  await until(async () => (await addAgent('unrecorded')) === 503, 'it is refused');
  // A control that has just begun refuses too, for a moment, and has its log still.
  await until(() => /the audit log cannot be written/.test(gateway.logs()), 'it knows that it has no log');
  assert.doesNotMatch((await gateway.cli('agents', 'list')).stdout, /unrecorded/);
  const before = actsOf('config.apply').length;
  gateway.reload();
  await until(() => /the config is not read again/.test(gateway.logs()), 'it says why');
  assert.equal(actsOf('config.apply').length, before);
  const locked = await gateway.cli('lockdown', 'server', 'echo');
  assert.equal(locked.code, 0, locked.stderr);
  assert.match(locked.stdout, /in force on all 2 workers/);
});

function config(): object {
  return testConfig({ servers: { echo: { url: echo.url } } });
}

function actsOf(action: string): readonly unknown[] {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => textAt(value, 'kind') === 'act' && textAt(value, 'action') === action);
}

function outcomesOf(action: string): readonly string[] {
  return actsOf(action).map((act) => textAt(act, 'outcome') ?? '');
}

function names(action: string): readonly string[] {
  return actsOf(action).map((act) => textAt(act, 'target') ?? '');
}

function toRole(name: string): string {
  return name.split(/[-.]/)[0] ?? name;
}

function isLost(act: unknown, role: string): boolean {
  return textAt(act, 'outcome') === 'failed' && toRole(textAt(act, 'target') ?? '') === role;
}

/** All that stands in the folders of the logs, as it stands there. */
function wholeRecord(): string {
  const audit = join(gateway.dataFolder, 'audit');
  return readdirSync(audit, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

/** Asks for an agent without a key; the status, or 0 where nobody answers. */
function addAgent(name: string): Promise<number> {
  const socketPath = relative(process.cwd(), join(gateway.dataFolder, 'run', 'admin.sock'));
  return new Promise((resolve) => {
    let token: string;
    try {
      token = readFileSync(`${socketPath}.token`, 'utf8');
    } catch {
      return void setTimeout(() => resolve(0), 20);
    }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const outgoing = request({ socketPath, method: 'POST', path: '/api/v1/agents', headers, agent: false });
    outgoing.on('error', () => setTimeout(() => resolve(0), 20));
    outgoing.on('response', (response) =>
      response
        .on('error', () => resolve(0))
        .on('end', () => resolve(response.statusCode ?? 0))
        .resume(),
    );
    outgoing.end(JSON.stringify({ name, key: null }));
  });
}
