import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from '../agents/index.ts';
import type { AgentRecord } from '../agents/index.ts';
import { fakeSource } from './files.fixture.ts';
import { compileSnapshot, digestOf, isSnapshotDocument, loadConfig, nextRevision, parseSnapshotDocument } from './index.ts';
import type { ConfigShard, Snapshot, SnapshotDocument } from './index.ts';

const configOf = (text: string): ConfigShard => {
  const loaded = loadConfig(text, fakeSource());
  assert.ok(loaded.ok);
  return loaded.value.shard;
};
const TEXT = `version: 1
listen: { anonymous: visitor }
servers: { files: { command: x }, tickets: { url: "https://tickets.example/mcp" } }
policy: { rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }] }
`;
const CONFIG = configOf(TEXT);
const key = createKey(new Uint8Array(32).fill(1));
const ADA: AgentRecord = {
  tenant: 'default',
  name: 'ada',
  groups: [],
  attributes: {},
  priority: 'interactive',
  keys: [{ id: key.id, sha256: key.sha256, createdAt: '2026-01-01T00:00:00Z', expiresAt: null, label: '' }],
};
const AGENTS = { agents: [ADA] };
const DOCUMENT = nextRevision(undefined, { config: CONFIG, agents: AGENTS });
const compile = (document: SnapshotDocument, previous?: Snapshot): Snapshot => {
  const compiled = compileSnapshot(document, previous);
  assert.ok(compiled.ok);
  return compiled.value;
};

test('a snapshot knows the servers, their routes, the agents and what they may', () => {
  const snapshot = compile(DOCUMENT);
  assert.equal(snapshot.revision, 1);
  const usual = { discovery: undefined, overLimit: undefined };
  assert.deepEqual(
    [...snapshot.routes],
    [
      ['/mcp/files', { kind: 'server', path: '/mcp/files', key: 'files', ...usual }],
      ['/mcp/tickets', { kind: 'server', path: '/mcp/tickets', key: 'tickets', ...usual }],
      ['/mcp', { kind: 'aggregate', path: '/mcp', key: '/mcp', members: ['files', 'tickets'], names: 'prefixed', waitMs: 5_000, ...usual }],
    ],
  );
  assert.deepEqual([...snapshot.servers.keys()], ['files', 'tickets']);
  assert.equal(snapshot.listeners[0]?.anonymous, 'visitor');
  const principal = snapshot.agents.authenticate(`Bearer ${key.text.reveal()}`, 0);
  assert.ok(principal);
  assert.equal(snapshot.policy.decide(principal, 'files', { kind: 'server' }).kind, 'allow');
  assert.ok(Object.isFrozen(snapshot));
});

test('a change rebuilds only its shard', () => {
  const first = compile(DOCUMENT);
  const agentsChanged = nextRevision(DOCUMENT, { config: CONFIG, agents: { agents: [] } });
  const second = compile(agentsChanged, first);
  assert.equal(second.revision, 2);
  assert.equal(second.policy, first.policy);
  assert.equal(second.routes, first.routes);
  assert.notEqual(second.agents, first.agents);
  const configChanged = nextRevision(agentsChanged, { config: { ...CONFIG, workers: 7 }, agents: agentsChanged.shards.agents });
  const third = compile(configChanged, second);
  assert.equal(third.agents, second.agents);
  assert.notEqual(third.policy, second.policy);
});

test('without a change there is no new revision', () => {
  assert.equal(nextRevision(DOCUMENT, DOCUMENT.shards), DOCUMENT);
  assert.equal(
    nextRevision(DOCUMENT, { config: configOf(TEXT), agents: structuredClone(AGENTS) }),
    DOCUMENT,
    'equal content counts, not identity',
  );
});

test('a digest names the content, not its order or its spelling', () => {
  const { workers, ...rest } = CONFIG;
  assert.equal(digestOf({ ...rest, workers }), digestOf(CONFIG));
  assert.equal(digestOf(JSON.parse(JSON.stringify(CONFIG))), digestOf(CONFIG), 'also after a way through JSON, where undefined is absent');
  assert.notEqual(digestOf({ ...CONFIG, workers: workers + 1 }), digestOf(CONFIG));
  assert.match(digestOf(AGENTS), /^[0-9a-f]{64}$/);
});

test('a document survives the disk', () => {
  const parsed = parseSnapshotDocument(JSON.stringify(DOCUMENT));
  assert.ok(parsed.ok);
  assert.equal(nextRevision(parsed.value, DOCUMENT.shards), parsed.value);
  assert.equal(compile(parsed.value).routes.size, 3);
});

test('a damaged or foreign document is refused as a whole', () => {
  const text = JSON.stringify(DOCUMENT);
  const told = (changed: string) => {
    const parsed = parseSnapshotDocument(changed);
    return !parsed.ok && parsed.error;
  };
  assert.equal(told(text.slice(0, -1)), 'is not JSON');
  assert.equal(told(''), 'is not JSON');
  assert.equal(told(text.replace('"format":1', '"format":2')), 'is not a snapshot of format 1');
  assert.equal(told(text.replace('"ada"', '"eve"')), 'is damaged: its agents shard does not have the digest written beside it');
  assert.equal(told(text.replace('"allow"', '"deny"')), 'is damaged: its config shard does not have the digest written beside it');
});

test('a message is a document only with the whole frame', () => {
  const { format, revision, digests, shards } = DOCUMENT;
  assert.equal(isSnapshotDocument(DOCUMENT), true);
  const broken: readonly unknown[] = [
    undefined,
    null,
    [],
    'x',
    {},
    { format: 2, revision, digests, shards },
    { format, revision: 1.5, digests, shards },
    { format, revision, digests: { config: 'x' }, shards },
    { format, revision, digests: { agents: 'x' }, shards },
    { format, revision, shards },
    { format, revision, digests },
    { format, revision, digests, shards: { config: CONFIG } },
    { format, revision, digests, shards: { agents: AGENTS } },
    { format, revision, digests, shards: { config: { ...CONFIG, policy: undefined }, agents: AGENTS } },
    { format, revision, digests, shards: { config: { ...CONFIG, servers: {} }, agents: AGENTS } },
    { format, revision, digests, shards: { config: CONFIG, agents: { agents: {} } } },
  ];
  for (const value of broken) assert.equal(isSnapshotDocument(value), false);
});

test('a policy that cannot be compiled keeps the snapshot from being made', () => {
  const rule = { name: 'r', effect: 'allow', agents: ['*'], groups: [], servers: ['nowhere'] } as const;
  const compiled = compileSnapshot(nextRevision(undefined, { config: { ...CONFIG, policy: { rules: [rule] } }, agents: AGENTS }));
  assert.deepEqual(!compiled.ok && compiled.error, ['policy.rules[0].servers[0] is not a server of this config.']);
});
