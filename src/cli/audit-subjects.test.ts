import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { SubjectsPort } from '../admin/index.ts';
import { toMac } from '../audit/index.ts';
import type { CallRecord, DecisionRecord } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { writeLog } from './audit.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture } from './cli.fixture.ts';

const SUB = 'sub_00112233445566778899aabb';
const KEY = `${SUB}.2026-11`;
const GONE = 'sub_ffffffffffffffffffffffff.2026-11';
const SECRET = new Uint8Array(32).fill(1);
const nobody = async (): Promise<never> => Promise.reject(new Error('not asked for in this test'));

function place(t: TestContext, subjects: Partial<SubjectsPort>, stdin?: string): CliFixture {
  const ports = fakePorts(fakeAgents, { subjects: { find: nobody, whois: nobody, erase: nobody, match: nobody, ...subjects } });
  return cliFixture(t, { ports, ...(stdin !== undefined && { stdin }) });
}

const digestOf = (value: string): Uint8Array => createHash('sha256').update(value).digest();

/** The gateway: one key is there, another is destroyed. */
function matching(asked: unknown[] = []): Pick<SubjectsPort, 'match'> {
  return {
    match: async (input) => {
      asked.push(input);
      const macs = input.values.map(({ digest, member }) =>
        input.keys.includes(KEY) ? { [KEY]: toMac(SECRET, member, Buffer.from(digest, 'hex')) } : {},
      );
      return ok({ macs });
    },
  };
}

/** A log with a call that commits to arguments and a result, and one of somebody who was erased. */
function writeCommitted(folder: string, args: string, result: string): Promise<void> {
  const decision: DecisionRecord = {
    kind: 'decision',
    id: 'call-7',
    time: Date.parse('2026-11-22T10:00:01.000Z'),
    verdict: 'allow',
    rule: 'readers',
    reason: undefined,
    tenant: 'default',
    agent: undefined,
    user: undefined,
    subject: SUB,
    keyId: 'alias_0011223344556677',
    listener: 'main',
    server: 'files',
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: 'read_file',
    prompt: undefined,
    resource: undefined,
    snapshot: 1,
    requestBytes: 100,
    args: { key: KEY, mac: toMac(SECRET, 'args', digestOf(args)) },
  };
  const outcome: CallRecord = {
    kind: 'outcome',
    id: 'call-7',
    time: decision.time,
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 10,
    gatewayUs: 1,
    serverUs: 1,
    answer: { key: KEY, mac: toMac(SECRET, 'answer', digestOf(result)) },
  };
  const erased: DecisionRecord = { ...decision, id: 'call-8', args: { key: GONE, mac: 'A'.repeat(43) } };
  return writeLog(join(folder, '.sallyport', 'audit', 'worker-0'), decision, outcome, erased);
}

const ARGS = '{"a":1,"b":[true,"x"]}';
const RESULT = '{ "content": [] }';

for (const [what, value, found] of [
  ['arguments, their members in any order', '{ "b": [true, "x"], "a": 1.0 }', 'arguments'],
  ['a result, byte by byte', RESULT, 'result'],
  ['a result with a line break behind it, as an editor leaves it', `${RESULT}\n`, 'result'],
  ['a whole answer', `{"jsonrpc":"2.0","id":7,"result":${RESULT}}`, 'result'],
] as const) {
  test(`audit match finds ${what}`, async (t) => {
    const asked: unknown[] = [];
    const { cwd, run } = place(t, matching(asked), value);
    await writeCommitted(cwd, ARGS, RESULT);
    const { code, stdout } = await run('audit', 'match', '--file', '-', '--reason', 'case 7', '--output', 'json');
    const told: unknown = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.deepEqual(told, {
      matches: [
        { id: 'call-7', time: '2026-11-22T10:00:01.000Z', slot: 'worker-0', seq: found === 'arguments' ? 6 : 7, what: found, key: KEY },
      ],
      tested: 2,
      untestable: 1,
    });
    assert.doesNotMatch(JSON.stringify(asked), /content|true/, 'the value itself stays here');
    assert.match(JSON.stringify(asked), /"reason":"case 7"/);
  });
}

test('audit match says when nothing is of the value, and what could not be tested', async (t) => {
  const { cwd, run } = place(t, matching());
  await writeCommitted(cwd, ARGS, RESULT);
  const { code, stderr } = await run('audit', 'match', '--value', '{"a":2}');
  assert.equal(code, 1);
  assert.match(stderr, /None of the 2 commitments on record is of this value\. 1 more cannot be tested: their keys are destroyed\./);
});

test('audit match looks only into the call that is named', async (t) => {
  const { cwd, run } = place(t, matching());
  await writeCommitted(cwd, ARGS, RESULT);
  assert.equal((await run('audit', 'match', '--value', ARGS, '--id', 'call-7')).code, 0);
  assert.equal((await run('audit', 'match', '--value', ARGS, '--id', 'call-1')).code, 1);
});

test('audit match of a URI needs no quotes', async (t) => {
  const { cwd, run } = place(t, matching());
  await writeCommitted(cwd, '"notes://one?token=7"', RESULT);
  assert.equal((await run('audit', 'match', '--value', 'notes://one?token=7')).code, 0);
});

for (const [what, words] of [
  ['nothing', []],
  ['both', ['--value', 'x', '--file', '-']],
  ['a file that is not there', ['--file', 'nowhere']],
] as const) {
  test(`audit match with ${what} is no question`, async (t) => {
    assert.equal((await place(t, matching()).run('audit', 'match', ...words)).code, 2);
  });
}

test('what the gateway does not do is said: audit match', async (t) => {
  const { cwd, run } = place(t, { match: async () => fail({ code: 'unavailable', detail: 'The keeper does not answer now.' }) });
  await writeCommitted(cwd, ARGS, RESULT);
  const { code, stderr } = await run('audit', 'match', '--value', ARGS);
  assert.equal(code, 1);
  assert.match(stderr, /keeper does not answer/);
});

test('audit whois takes a pseudonym or a name, and a reason', async (t) => {
  const asked: unknown[] = [];
  const { run } = place(t, {
    whois: async (input) => ok((asked.push(input), { tenant: 'default', kind: 'agent' as const, name: 'desk-7' })),
    find: async (input) => ok((asked.push(input), { pseudonym: input.name === 'desk-7' ? SUB : null })),
  });
  assert.deepEqual(await run('audit', 'whois', SUB, '--reason', 'case 7'), {
    code: 0,
    stdout: `${SUB} is the agent desk-7.\n`,
    stderr: '',
  });
  assert.equal((await run('audit', 'whois', 'desk-7', '--reason', 'case 7')).stdout, `The agent desk-7 is on record as ${SUB}.\n`);
  const none = await run('audit', 'whois', 'ann@example.org', '--user', '--reason', 'case 7');
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /Nothing was ever on record about the user/);
  assert.equal((await run('audit', 'whois', SUB, '--reason', ' ')).code, 2);
  assert.deepEqual(asked, [
    { pseudonym: SUB, reason: 'case 7' },
    { kind: 'agent', name: 'desk-7', reason: 'case 7' },
    { kind: 'user', name: 'ann@example.org', reason: 'case 7' },
  ]);
});

test('who shows a key of their own is on record by it', async (t) => {
  const shown: unknown[] = [];
  const { cwd, run } = place(t, {
    whois: async (_, who) => ok((shown.push(who?.key?.reveal()), { tenant: 'default', kind: 'agent' as const, name: 'desk-7' })),
  });
  writeFileSync(join(cwd, 'ada.key'), 'spk_ada\n');
  await run('audit', 'whois', SUB, '--reason', 'case 7', '--key-file', 'ada.key');
  await run('audit', 'whois', SUB, '--reason', 'case 7');
  assert.deepEqual(shown, ['spk_ada', undefined]);
  assert.equal((await run('audit', 'whois', SUB, '--reason', 'case 7', '--key-file', 'nowhere')).code, 2);
});

test('audit erase says what is gone, and which workers may still hold something', async (t) => {
  const asked: unknown[] = [];
  const silent: string[] = [];
  const { run } = place(t, {
    erase: async (input) => ok((asked.push(input), { pseudonym: SUB, months: 3, workers: 2, confirmed: 2 - silent.length, silent })),
  });
  const done = await run('audit', 'erase', 'desk-7', '--reason', 'Art. 17');
  assert.deepEqual([done.code, done.stderr], [0, '']);
  assert.match(done.stdout, /keys of 3 months are destroyed\. 2 of 2 workers/);
  silent.push('worker 1');
  const left = await run('audit', 'erase', SUB, '--reason', 'Art. 17');
  assert.equal(left.code, 1);
  assert.match(left.stderr, /worker 1/);
  assert.deepEqual(asked, [
    { kind: 'agent', name: 'desk-7', reason: 'Art. 17' },
    { kind: 'pseudonym', name: SUB, reason: 'Art. 17' },
  ]);
});

test('audit erase says which records keep the name, and does not say that nobody can tell', async (t) => {
  const { run, cwd } = place(t, { erase: async () => ok({ pseudonym: SUB, months: 1, workers: 2, confirmed: 2, silent: [] }) });
  await writeCommitted(cwd, '{}', '{}');
  // The calls of `billing` have the name, those of the pseudonym have none.
  const named = await run('audit', 'erase', 'billing', '--reason', 'Art. 17');
  assert.equal(named.code, 0, named.stderr);
  assert.match(named.stdout, /2 records have the name itself, and keep it until their time is over/);
  assert.doesNotMatch(named.stdout, /nobody can say/);
  const hidden = await run('audit', 'erase', SUB, '--reason', 'Art. 17');
  assert.match(hidden.stdout, /^Erased: nobody can say any more whose the pseudonym was/);
  assert.doesNotMatch(hidden.stdout, /name itself/);
  const json = await run('audit', 'erase', 'billing', '--reason', 'Art. 17', '--output', 'json');
  assert.equal(JSON.parse(json.stdout).namedRecords, 2);
});

test('a pseudonym with a slip in it is not taken for a name', async (t) => {
  for (const verb of ['whois', 'erase']) {
    const { code, stderr } = await place(t, {}).run('audit', verb, 'sub_xx', '--reason', 'a');
    assert.deepEqual([code, stderr], [2, 'sallyport: sub_xx is no pseudonym: those are sub_ and 24 hex digits.\n']);
  }
});

test('audit erase without a reason, or without a gateway, erases nobody', async (t) => {
  assert.equal((await place(t, {}).run('audit', 'erase', 'desk-7')).code, 2);
  const { cwd, run } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\n');
  assert.equal((await run('audit', 'erase', 'desk-7', '--reason', 'Art. 17')).code, 4);
});

test('audit tail shows a pseudonym where no name is on record', async (t) => {
  const { cwd, run } = place(t, {});
  await writeCommitted(cwd, ARGS, RESULT);
  assert.match((await run('audit', 'tail')).stdout, new RegExp(`allow  ${SUB} → files  tools/call read_file`));
});
