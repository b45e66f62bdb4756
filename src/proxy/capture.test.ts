import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  createSubject,
  createVault,
  createVaultKey,
  DEFAULT_AUDIT,
  envelopeKey,
  listVault,
  MAX_MESSAGE_BYTES,
  openEnvelope,
  printRecipient,
  readEnvelope,
} from '../audit/index.ts';
import type { AuditSettings, CallRecord, Subject, Vault } from '../audit/index.ts';
import type { Snapshot } from '../config/index.ts';
import { createHeaderList } from '../http/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Arrival, Ports } from './exchange.ts';
import { ANN, bed, fakeReply, modern, rule } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const privateKey = createVaultKey();
const PURPOSE = { name: 'incident', recipient: printRecipient(privateKey), expires: '2999-12-31', keepDays: 30 };
const ARGUMENTS = { path: '/srv/canary-request' };
const [BODY, HEADERS] = modern('tools/call', { name: 'list_tickets', arguments: ARGUMENTS });
const VAULT_KEY = new Uint8Array(32).fill(2);

function newSubject(): Subject {
  return createSubject({
    pseudonym: 'sub_0011',
    keyName: 'sub_0011.2026-01',
    commitmentKey: new Uint8Array(32).fill(1),
    vaultKey: new Uint8Array(VAULT_KEY),
  });
}

interface CaptureBed {
  readonly road: Bed;
  readonly vault: Vault;
  readonly subject: Subject;
  arrive(): SeenReply;
  answer(body: Uint8Array): void;
  /** What lies in the vault once all of it is written, opened, by id. */
  opened(): Promise<Readonly<Record<string, { readonly text: string; readonly isCut: boolean }>>>;
  records<Kind extends CallRecord['kind']>(kind: Kind): readonly Extract<CallRecord, { kind: Kind }>[];
}

function captureBed(
  t: TestContext,
  audit: Partial<AuditSettings> = {},
  vaultOf: (vault: Vault) => Ports['vault'] = (vault) => vault,
): CaptureBed {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const road = bed([{ ...rule('all', 'allow'), capture: 'incident' }]);
  const vault = createVault({ folder: join(folder, 'worker-0'), metrics: createMetrics(), onFault: () => {} });
  const snapshot: Snapshot = { ...road.ports.snapshot(), audit: { ...DEFAULT_AUDIT, purposes: [PURPOSE], ...audit } };
  const subject = newSubject();
  const ports: Ports = { ...road.ports, vault: vaultOf(vault), subjects: { know: (_, done) => done(subject) }, snapshot: () => snapshot };
  return {
    road,
    vault,
    subject,
    arrive: () => {
      const reply = fakeReply();
      const arrival: Arrival = {
        method: 'POST',
        headers: createHeaderList(Object.keys(HEADERS), Object.values(HEADERS)),
        body: Buffer.from(JSON.stringify(BODY)),
        peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
        route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
        relayed: false,
        principal: ANN,
        snapshot,
        reply,
        arrivedUs: 1_000,
      };
      carry(arrival, ports);
      return reply;
    },
    answer: (body) => {
      road.server.handler?.onHead(200, JSON_HEAD);
      road.server.handler?.onBody(body);
      road.server.handler?.onEnd();
    },
    opened: async () => {
      await vault.close();
      const found: Record<string, { text: string; isCut: boolean }> = {};
      for await (const { id, head, path } of listVault(folder)) {
        const bytes = (await readEnvelope(path)) ?? assert.fail();
        const opened = openEnvelope(head, bytes, { privateKey, envelopeKey: envelopeKey(VAULT_KEY, id, head.digest) });
        found[id] = { text: typeof opened === 'string' ? assert.fail(opened) : Buffer.from(opened).toString(), isCut: head.isCut };
      }
      return found;
    },
    records: (kind) => road.audit.records.filter((one): one is Extract<CallRecord, { kind: typeof kind }> => one.kind === kind),
  };
}

const result = (more: object): string => JSON.stringify({ resultType: 'complete', content: [], ...more });
const answerOf = (text: string): Uint8Array => Buffer.from(`{"jsonrpc":"2.0","id":1,"result":${text}}`);

test('what went to the server and what was released is sealed, and on record', async (t) => {
  const bench = captureBed(t);
  bench.arrive();
  const text = result({ note: 'canary-answer' });
  bench.answer(answerOf(text));
  const [decision] = bench.records('decision');
  const [outcome] = bench.records('outcome');
  assert.deepEqual([decision?.verdict, decision?.capture?.id, decision?.capture?.purpose], ['allow', 'call-1.args', 'incident']);
  assert.equal(outcome?.capture?.id, 'call-1.result');
  const opened = await bench.opened();
  assert.deepEqual(Object.keys(opened), ['call-1.args', 'call-1.result']);
  assert.match(opened['call-1.args']?.text ?? '', /"arguments":\{"path":"\/srv\/canary-request"\}/);
  assert.equal(opened['call-1.result']?.text, text);
  assert.equal(bench.vault.heldBytes, 0);
});

test('what the vault does not take is not carried, and on record as that', async (t) => {
  const bench = captureBed(t, {}, () => ({ seal: () => undefined, reserve: () => false, free: () => {} }));
  const reply = bench.arrive();
  assert.equal(reply.status, 503);
  assert.equal(bench.road.server.requests.length, 0);
  const [decision] = bench.records('decision');
  assert.deepEqual([decision?.verdict, decision?.reason, decision?.capture], ['deny', 'vault-unavailable', undefined]);
  assert.deepEqual(bench.records('outcome'), []);
});

test('where the log takes nothing, nothing stays in the vault', async (t) => {
  const bench = captureBed(t);
  bench.road.audit.takes = false;
  assert.equal(bench.arrive().status, 503);
  assert.deepEqual(await bench.opened(), {});
});

for (const [what, audit] of [
  ['a purpose that has ended', { purposes: [{ ...PURPOSE, expires: '1969-12-31' }] }],
  ['a purpose that there is not', { purposes: [] }],
  ['a profile that refuses it', { capture: 'refused' as const }],
] as const) {
  test(`nothing is sealed for ${what}, and the call is carried`, async (t) => {
    const bench = captureBed(t, audit);
    const reply = bench.arrive();
    bench.answer(answerOf(result({})));
    assert.equal(reply.status, 200);
    assert.equal(bench.records('decision')[0]?.capture, undefined);
    assert.deepEqual(await bench.opened(), {});
  });
}

test('of somebody who was erased nothing is sealed any more, not even the answer that was on its way', async (t) => {
  const bench = captureBed(t);
  bench.arrive();
  bench.subject.forget();
  bench.answer(answerOf(result({ note: 'canary' })));
  assert.deepEqual(Object.keys(await bench.opened()), ['call-1.args']);
  assert.equal(bench.records('outcome')[0]?.capture, undefined);
  assert.equal(bench.vault.heldBytes, 0);
});

test('what the gateway says instead of an answer is not sealed', async (t) => {
  const bench = captureBed(t);
  bench.arrive();
  bench.answer(Buffer.from('no json'));
  assert.equal(bench.records('outcome')[0]?.status, 'failed');
  assert.deepEqual(Object.keys(await bench.opened()), ['call-1.args']);
  assert.equal(bench.vault.heldBytes, 0);
});

test('an answer that passes in pieces is sealed as far as an envelope holds', async (t) => {
  const bench = captureBed(t);
  bench.arrive();
  const body = answerOf(result({ note: 'x'.repeat(MAX_MESSAGE_BYTES) }));
  const { handler } = bench.road.server;
  handler?.onHead(200, JSON_HEAD);
  for (let at = 0; at < body.length; at += 64 * 1024) handler?.onBody(body.subarray(at, at + 64 * 1024));
  handler?.onEnd();
  assert.equal(bench.records('outcome')[0]?.status, 'ok');
  const sealed = (await bench.opened())['call-1.result'];
  assert.equal(sealed?.isCut, true);
  assert.equal(sealed?.text, Buffer.from(body.subarray(0, MAX_MESSAGE_BYTES)).toString());
  assert.equal(bench.vault.heldBytes, 0);
});

test('of an answer on a stream its result is sealed, and not what was said on the way', async (t) => {
  const bench = captureBed(t);
  const reply = bench.arrive();
  const event = (message: object): Buffer => Buffer.from(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  const { handler } = bench.road.server;
  handler?.onHead(200, createHeaderList(['content-type'], ['text/event-stream']));
  handler?.onBody(event({ method: 'notifications/message', params: { level: 'info', data: 'on the way' } }));
  handler?.onBody(event({ id: 1, result: { resultType: 'complete', content: [], note: 'canary-answer' } }));
  handler?.onEnd();
  assert.match(reply.body, /canary-answer/);
  const sealed = (await bench.opened())['call-1.result'];
  assert.equal(sealed?.text, result({ note: 'canary-answer' }));
  assert.equal(bench.records('outcome')[0]?.capture?.id, 'call-1.result');
});

test('what a call is told that fails at its server is sealed too', async (t) => {
  const bench = captureBed(t);
  bench.arrive();
  bench.answer(Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"canary"}}'));
  assert.equal(bench.records('outcome')[0]?.status, 'rpc_error');
  assert.match((await bench.opened())['call-1.result']?.text ?? '', /canary/);
});

test('an answer for which there is no room goes out unsealed, and its record says so', async (t) => {
  const bench = captureBed(t, {}, (vault) => ({ seal: (...asked) => vault.seal(...asked), reserve: () => false, free: () => {} }));
  const reply = bench.arrive();
  bench.answer(answerOf(result({})));
  assert.equal(reply.status, 200);
  assert.equal(bench.records('outcome')[0]?.capture, undefined);
  assert.deepEqual(Object.keys(await bench.opened()), ['call-1.args']);
});
