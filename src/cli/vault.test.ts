import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentsPort, OpenedRelease, ReleaseInput, ReleaseView, VaultPort } from '../admin/index.ts';
import { createVault, envelopeKey, fingerprintOf, listVault, parseRecipient, vaultFolder, workerVaultFolder } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import { fakePorts } from './admin.fixture.ts';
import { cliFixture, FAKE_NOW } from './cli.fixture.ts';
import type { CliFixture } from './cli.fixture.ts';

const SUBJECT = `sub_${'0'.repeat(24)}`;
const VAULT_KEY = randomBytes(32);
const RELEASE: ReleaseView = {
  id: 'rel_0011223344556677',
  kind: 'envelopes',
  about: '2 envelopes of 1 subject, of call c1',
  envelopes: ['c1.args', 'c1.result'],
  pseudonyms: [SUBJECT],
  reason: 'case 7',
  state: 'approved',
  requestedBy: 'key:ada',
  requestedAt: '2026-11-22T09:00:00.000Z',
  forMs: 3_600_000,
  decidedBy: 'key:bob',
  decidedAt: '2026-11-22T09:30:00.000Z',
  endsAt: '2026-11-22T10:30:00.000Z',
  uses: 1,
  usedAt: null,
};
/** The gateway's halves for what `fill` has sealed last. */
const halves = new Map<string, string>();
const halfOf = (envelope: string): string | null => halves.get(envelope) ?? null;
const opened = (keys: OpenedRelease['keys']): OpenedRelease => ({ release: RELEASE, keys, identities: [] });

const unused = (): never => assert.fail('nobody asks about agents');
const agentless: AgentsPort = { list: unused, add: unused, change: unused, remove: unused, addKey: unused, revokeKeys: unused };

interface Bench extends CliFixture {
  readonly asked: ReleaseInput[];
  /** How often the gateway gave anything. */
  readonly opened: () => number;
}

function bench(t: TestContext, over: Partial<VaultPort> = {}): Bench {
  const asked: ReleaseInput[] = [];
  let uses = 0;
  const vault: VaultPort = {
    list: async () => ok([RELEASE]),
    request: async (input) => {
      asked.push(input);
      return ok({ ...RELEASE, state: 'pending', decidedBy: null, decidedAt: null });
    },
    decide: async ({ decision }) => ok({ ...RELEASE, state: decision === 'approve' ? 'approved' : 'rejected' }),
    open: async () => {
      uses += 1;
      return ok(opened(RELEASE.envelopes.map((envelope) => ({ envelope, half: halfOf(envelope) }))));
    },
    ...over,
  };
  const fixture = cliFixture(t, { ports: fakePorts(agentless, { vault }), env: { SALLYPORT_APPROVER_KEY: 'spk_x' } });
  return { ...fixture, asked, opened: () => uses };
}

/** Makes a key, and a vault with both envelopes of a call. */
async function fill({ cwd, run }: CliFixture): Promise<void> {
  const made = await run('vault', 'keygen', 'incident.key', '--output', 'json');
  const recipient = String(JSON.parse(made.stdout).recipient);
  const vault = createVault({
    folder: workerVaultFolder(join(cwd, 'data'), 0),
    metrics: createMetrics(),
    onFault: (error) => assert.fail(error),
  });
  for (const [id, part, text] of [
    ['c1.args', 'arguments', '{"arguments":{"note":"said\\u001b[2J"}}'],
    ['c1.result', 'result', '{"content":[]}'],
  ] as const) {
    const parts = {
      id,
      call: 'c1',
      part,
      purpose: 'incident',
      time: FAKE_NOW.getTime() - 60_000,
      until: FAKE_NOW.getTime() + 60_000,
      tenant: 'default',
      server: 'files',
      name: 'read',
      subject: SUBJECT,
      key: `${SUBJECT}.2026-11`,
      recipient: fingerprintOf(recipient),
      isCut: false,
    };
    const sealing = { recipient: parseRecipient(recipient) ?? assert.fail(), vaultKey: VAULT_KEY };
    vault.seal(parts, Buffer.from(text), sealing)?.keep();
  }
  await vault.close();
  for await (const { id, head } of listVault(vaultFolder(join(cwd, 'data'))))
    halves.set(id, Buffer.from(envelopeKey(VAULT_KEY, id, head.digest)).toString('base64'));
}

const DATA = ['--data', 'data'] as const;
const KEY = ['--private-key', 'incident.key'] as const;

test('keygen writes the private half for its owner alone, prints the public one, and never writes over a key', async (t) => {
  const { cwd, run } = bench(t);
  const made = await run('vault', 'keygen', 'incident.key');
  assert.equal(made.code, 0);
  assert.match(made.stdout, /^sallyport-vault1:[A-Za-z0-9_-]{43}\n$/);
  assert.match(made.stderr, /Keep it away from the gateway/);
  const file = join(cwd, 'incident.key');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const written = readFileSync(file, 'utf8');
  assert.ok(written.includes(made.stdout.trim()));
  assert.equal(made.stdout.includes('SALLYPORT-VAULT-KEY'), false);
  for (const [name, says] of [
    ['incident.key', /is there already/],
    ['nowhere/incident.key', /cannot be written/],
  ] as const) {
    const { code, stderr } = await run('vault', 'keygen', name);
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
  assert.equal(readFileSync(file, 'utf8'), written);
});

test('list shows what is sealed, and nothing of what is in it', async (t) => {
  const fixture = bench(t);
  assert.match((await fixture.run('vault', 'list', ...DATA)).stdout, /nothing like that/);
  await fill(fixture);
  const listed = await fixture.run('vault', 'list', ...DATA);
  assert.match(listed.stdout, /c1 +arguments +incident +files +read +sub_0+ +2026-11-22T09:59:00.000Z +2026-11-22T10:01:00.000Z/);
  assert.doesNotMatch(listed.stdout, /said/);
  for (const [filter, count] of [
    [['--server', 'fil*'], 2],
    [['--server', 'mail'], 0],
    [['--purpose', 'billing'], 0],
    [['--call', 'c1', '--subject', SUBJECT], 2],
    [['--from', '30m'], 2],
    [['--to', '30m'], 0],
  ] as const) {
    const { stdout } = await fixture.run('vault', 'list', ...filter, ...DATA, '--output', 'json');
    assert.equal(JSON.parse(stdout).envelopes.length, count, filter.join(' '));
  }
  assert.equal((await fixture.run('vault', 'list', '--from', 'yesterday', ...DATA)).code, 2);
});

test('check says what has no record, and what is not what was sealed', async (t) => {
  const fixture = bench(t);
  const empty = await fixture.run('vault', 'check', ...DATA);
  assert.deepEqual([empty.code, empty.stdout], [0, '0 envelopes are what the record says.\n']);
  await fill(fixture);
  const stray = await fixture.run('vault', 'check', ...DATA);
  assert.deepEqual([stray.code, stray.stdout.split('\n').length], [0, 4]);
  assert.match(stray.stdout, /c1\.args has no record/);
});

test('a request says what, why and for how long', async (t) => {
  const { run, asked } = bench(t);
  const told = await run('vault', 'request', '--call', 'c1', '--call', 'c2', '--reason', 'case 7', '--for', '2h', ...DATA);
  assert.match(told.stdout, /rel_0011223344556677: 2 envelopes of 1 subject, of call c1\.\nAnother person has to approve it/);
  await run('vault', 'request', '--identity', SUBJECT, '--reason', 'case 7', ...DATA);
  assert.deepEqual(
    asked.map(({ kind, calls, pseudonyms, reason, forMs }) => [kind, calls, pseudonyms, reason, forMs]),
    [
      ['envelopes', ['c1', 'c2'], [], 'case 7', 7_200_000],
      ['identity', [], [SUBJECT], 'case 7', 28_800_000],
    ],
  );
});

test('what cannot be meant is not asked', async (t) => {
  const { run, asked } = bench(t);
  for (const [argv, says] of [
    [['--call', 'c1'], /Say why/],
    [['--call', 'c1', '--reason', ' '], /Say why/],
    [['--reason', 'x'], /Say what is asked for/],
    [['--identity', SUBJECT, '--call', 'c1', '--reason', 'x'], /Say what is asked for/],
    [['--call', 'c1', '--reason', 'x', '--for', 'long'], /--for is how long/],
    [['--call', 'c1', '--reason', 'x', '--for', '30d'], /--for is how long, 1m to 7d/],
    [['--call', 'c1', '--reason', 'x', '--key-file', 'nowhere'], /cannot be read/],
    [['--from', 'never', '--reason', 'x'], /--from is/],
  ] as const) {
    const { code, stderr } = await run('vault', 'request', ...argv, ...DATA);
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
  assert.equal(asked.length, 0);
});

test('decisions and the list say who, what and until when', async (t) => {
  const { run } = bench(t);
  assert.match(
    (await run('vault', 'approve', RELEASE.id, ...DATA)).stdout,
    /is approved: 2 envelopes.*key:ada can have it until 2026-11-22T10:30/,
  );
  assert.match((await run('vault', 'reject', RELEASE.id, ...DATA)).stdout, /is rejected: 2 envelopes of 1 subject, of call c1\.\n$/);
  assert.match(
    (await run('vault', 'releases', ...DATA)).stdout,
    /approved +2 envelopes of 1 subject, of call c1 +case 7 +key:ada +key:bob/,
  );
  const none = bench(t, { list: async () => ok([]) });
  assert.match((await none.run('vault', 'releases', ...DATA)).stdout, /Nothing was asked/);
});

test('open puts both halves together, and says for whom', async (t) => {
  const fixture = bench(t);
  await fill(fixture);
  const opened = await fixture.run('vault', 'open', RELEASE.id, ...KEY, ...DATA);
  assert.equal(opened.code, 0, opened.stderr);
  assert.match(opened.stdout, /^rel_0011223344556677, to key:ada, approved by key:bob, until 2026-11-22T10:30:00\.000Z: case 7\n/);
  assert.match(opened.stdout, /c1\.args {2}2026-11-22T09:59:00\.000Z {2}sub_0+ → files read, arguments\n\{"arguments":/);
  const json = await fixture.run('vault', 'open', RELEASE.id, ...KEY, ...DATA, '--output', 'json');
  const [first, second] = json.stdout
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  assert.deepEqual(
    [Object.keys(first ?? {}), second?.['state'], second?.['value']],
    [['release'], 'opened', '{"arguments":{"note":"said\\u001b[2J"}}'],
  );
});

test('nothing is asked of the gateway that could then not be opened', async (t) => {
  const fixture = bench(t);
  await fill(fixture);
  writeFileSync(join(fixture.cwd, 'no.key'), 'x');
  for (const [argv, says] of [
    [[], /Say --private-key FILE/],
    [['--private-key', 'nowhere'], /cannot be read/],
    [['--private-key', 'no.key'], /holds no private key/],
  ] as const) {
    const { code, stderr } = await fixture.run('vault', 'open', RELEASE.id, ...argv, ...DATA);
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
  assert.equal(fixture.opened(), 0);
});

test('what was saved is opened elsewhere, and is sealed until then', async (t) => {
  const fixture = bench(t);
  await fill(fixture);
  const saved = await fixture.run('vault', 'open', RELEASE.id, '--save', 'case-7.release', ...DATA);
  assert.match(saved.stdout, /2 sealed envelopes/);
  const text = readFileSync(join(fixture.cwd, 'case-7.release'), 'utf8');
  assert.doesNotMatch(text, /said/);
  assert.equal((await fixture.run('vault', 'open', RELEASE.id, '--save', 'case-7.release', ...DATA)).code, 1);
  const opened = await fixture.run('vault', 'open', 'case-7.release', ...KEY);
  assert.equal(opened.code, 0, opened.stderr);
  assert.match(opened.stdout, /to key:ada.*\n[^]*said/);
  for (const [damaged, says] of [
    ['', /no saved release/],
    [text.replace('sallyport-release/1', 'sallyport-release/2'), /no saved release/],
    [`${text}{}\n`, /damaged/],
    [`${text}not json\n`, /damaged/],
  ] as const) {
    writeFileSync(join(fixture.cwd, 'damaged'), damaged);
    const { code, stderr } = await fixture.run('vault', 'open', 'damaged', ...KEY);
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
  assert.match((await fixture.run('vault', 'open', 'case-7.release')).stderr, /Say --private-key/);
  assert.match((await fixture.run('vault', 'open', 'nowhere', ...KEY)).stderr, /neither the id of a release/);
});

test('each envelope says why it does not open', async (t) => {
  // By envelope, for which one its half is.
  for (const [keys, states, code] of [
    [{ 'c1.args': null, 'c1.result': 'c1.result' }, ['erased', 'opened'], 0],
    [{ 'c1.args': null, 'c1.result': null }, ['erased', 'erased'], 1],
    [{ 'c1.args': 'c1.args', 'c1.result': 'c1.args' }, ['opened', 'changed'], 1],
    [{ 'c1.args': 'c1.args', 'c9.args': 'c1.args' }, ['opened', 'gone'], 0],
  ] as const) {
    const listed = (): OpenedRelease['keys'] =>
      Object.entries(keys).map(([envelope, of]) => ({ envelope, half: of === null ? null : halfOf(of) }));
    const fixture = bench(t, { open: async () => ok(opened(listed())) });
    await fill(fixture);
    const said = await fixture.run('vault', 'open', RELEASE.id, ...KEY, ...DATA, '--output', 'json');
    const found = said.stdout.trim().split('\n').slice(1);
    assert.deepEqual(
      found.map((line): unknown => JSON.parse(line).state),
      states,
    );
    assert.equal(said.code, code, states.join());
  }
  const fixture = bench(t);
  await fill(fixture);
  await fixture.run('vault', 'keygen', 'other.key');
  const other = await fixture.run('vault', 'open', RELEASE.id, '--private-key', 'other.key', ...DATA);
  assert.equal(other.code, 1);
  assert.match(other.stdout, /sealed to another key/);
});

test('names are told one by one, and whoever was erased has none', async (t) => {
  const identity: ReleaseView = { ...RELEASE, kind: 'identity', envelopes: [] };
  const { run } = bench(t, {
    list: async () => ok([identity]),
    open: async () =>
      ok({
        release: identity,
        keys: [],
        identities: [
          { pseudonym: SUBJECT, kind: 'user', name: 'carol' },
          { pseudonym: 'sub_1', kind: null, name: null },
        ],
      }),
  });
  const told = await run('vault', 'open', RELEASE.id, ...DATA);
  assert.match(told.stdout, /sub_0+ is the user carol\.\nsub_1 was erased/);
});

test('what the gateway refuses is said in its words', async (t) => {
  const refused = async (): ReturnType<VaultPort['open']> =>
    fail({ code: 'approver_refused', detail: 'Somebody else has to approve this.' });
  const { run } = bench(t, {
    list: async () => fail({ code: 'unavailable', detail: 'The keeper does not answer now.' }),
    request: async () => fail({ code: 'envelope_unknown', detail: 'There is no such envelope.' }),
    decide: async () => fail({ code: 'approver_refused', detail: 'Somebody else has to approve this.' }),
    open: refused,
  });
  assert.match((await run('vault', 'releases', ...DATA)).stderr, /keeper does not answer/);
  assert.match((await run('vault', 'request', '--call', 'c1', '--reason', 'x', ...DATA)).stderr, /no such envelope/);
  assert.match((await run('vault', 'approve', RELEASE.id, ...DATA)).stderr, /Somebody else/);
  assert.match((await run('vault', 'open', RELEASE.id, ...DATA)).stderr, /Somebody else/);
});
