// What other tools get: lines that can still be proved, cells that no spreadsheet runs, events that fit the schemas they name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord } from '../encode-record.ts';
import { toEntryKind, toEntryLine } from '../entries/entry.ts';
import type { Entry } from '../entries/entry.ts';
import { toChain, toLine } from '../format.ts';
import type { AuditRecord, DecisionRecord, OutcomeRecord } from '../record.ts';
import { exportEntries } from './export.ts';
import type { ExportFormat } from './export.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');

const DECISION: DecisionRecord = {
  kind: 'decision',
  id: '0123456789abcdef-1',
  time: NOW,
  verdict: 'allow',
  rule: 'readers',
  reason: undefined,
  tenant: 'default',
  agent: 'billing',
  user: undefined,
  subject: 'sub_0123456789abcdef01234567',
  keyId: 'key_1',
  listener: 'main',
  server: 'files',
  era: 'modern',
  revision: '2026-07-28',
  method: 'tools/call',
  tool: 'read_file',
  prompt: undefined,
  resource: undefined,
  snapshot: 3,
  requestBytes: 100,
  findings: [{ type: 'email', class: 'personal', count: 2, path: '$.x', action: 'tag' }],
  args: { key: 'sub_0123456789abcdef01234567.2026-11', mac: 'A'.repeat(43) },
};
const OUTCOME: OutcomeRecord = {
  kind: 'outcome',
  id: DECISION.id,
  time: NOW + 40,
  status: 'rpc_error',
  code: 'upstream_timeout',
  rpcCode: -32_602,
  answerBytes: 512,
  gatewayUs: 1_000,
  serverUs: 39_000,
};

function entryOf(record: AuditRecord, end?: OutcomeRecord): Entry {
  const line = (one: AuditRecord, seq: number): Entry['line'] => {
    const head = encodeRecord(one, seq);
    return toEntryLine(seq, one.time, toLine(head, toChain('', head)).trimEnd());
  };
  const kind = toEntryKind(record.kind);
  assert.ok(kind !== undefined);
  return { slot: 'worker-0', kind, line: line(record, 7), outcome: end === undefined ? undefined : line(end, 9) };
}

async function exported(format: ExportFormat, ...entries: readonly Entry[]): Promise<string> {
  async function* all(): AsyncGenerator<Entry, void, undefined> {
    yield* entries;
  }
  let text = '';
  for await (const piece of exportEntries(all(), format, '1.2.3')) text += piece;
  return text;
}

test('JSON Lines hold the lines of the record byte for byte', async () => {
  const entry = entryOf(DECISION, OUTCOME);
  const text = await exported('jsonl', entry);
  assert.ok(text.includes(`"record":${entry.line.text},"outcome":${entry.outcome?.text ?? ''}}`));
  assert.equal(text.endsWith('}\n'), true);
  assert.equal(JSON.parse(text).record.tool, 'read_file');
});

test('a line that only looks like JSON breaks nothing around it', async () => {
  const text = await exported('jsonl', { slot: 'worker-0', kind: 'other', line: toEntryLine(1, NOW, '{"a":1},"x":{'), outcome: undefined });
  assert.deepEqual(JSON.parse(text), { slot: 'worker-0', kind: 'other', record: '{"a":1},"x":{', outcome: null });
});

for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\uff1d1', "=HYPERLINK('http://x')", '=cmd|x', '"=1'])
  test(`a tool called ${JSON.stringify(name)} is no formula in a spreadsheet`, async () => {
    const [, row = ''] = (await exported('csv', entryOf({ ...DECISION, tool: name }))).split('\r\n');
    // Quoted, and whatever could begin a formula is behind an apostrophe, which spreadsheets take for the sign of text.
    for (const cell of row.match(/"(?:[^"]|"")*"/g) ?? []) assert.doesNotMatch(cell.slice(1, -1), /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u);
    assert.equal(row.match(/"/g)?.length, 2 * (row.match(/"(?:[^"]|"")*"/g)?.length ?? 0) + 2 * (row.match(/""/g)?.length ?? 0));
  });

test('CSV has one row for a call, as many cells as headings, and numbers as they are', async () => {
  const text = await exported('csv', entryOf(DECISION, OUTCOME));
  const [headings = '', row = '', rest] = text.split('\r\n');
  const names = headings.split(',').map((one) => one.slice(1, -1));
  const cells = row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  assert.equal(cells.length, names.length);
  assert.equal(rest, '');
  const cell = (name: string): string | undefined => cells[names.indexOf(name)];
  assert.equal(cell('rpcCode'), '-32602');
  assert.equal(cell('status'), '"rpc_error"');
  assert.equal(cell('foundInRequest'), '"email 2 tag"');
  assert.equal(cell('time'), '"2026-11-22T10:00:00.000Z"');
});

test('OCSF events of calls are API Activity with all that the class requires', async () => {
  const event = JSON.parse(await exported('ocsf', entryOf(DECISION, OUTCOME)));
  for (const required of [
    'activity_id',
    'actor',
    'api',
    'category_uid',
    'class_uid',
    'metadata',
    'severity_id',
    'src_endpoint',
    'time',
    'type_uid',
  ])
    assert.ok(required in event, required);
  assert.equal(event.type_uid, event.class_uid * 100 + event.activity_id);
  assert.deepEqual(event.metadata.product, { name: 'Sallyport', vendor_name: 'Sallyport', version: '1.2.3' });
  assert.equal(event.metadata.uid, 'worker-0:7');
  assert.deepEqual(event.api, {
    operation: 'tools/call',
    version: '2026-07-28',
    service: { name: 'files' },
    request: { uid: DECISION.id },
    response: { code: -32_602, error: 'upstream_timeout' },
  });
  assert.deepEqual([event.action, event.status, event.status_detail, event.duration], ['Allowed', 'Failure', 'rpc_error', 40]);
  assert.deepEqual(event.actor.user, { uid: DECISION.subject, name: 'billing', credential_uid: 'key_1' });
  assert.equal(event.unmapped.record.findings[0].type, 'email');
  assert.equal('chain' in event.unmapped.record, false);
});

for (const [verdict, disposition] of [
  ['allow', 'Allowed'],
  ['ask', 'Delayed'],
  ['deny', 'Blocked'],
] as const)
  test(`in OCSF a call that was decided '${verdict}' was ${disposition}`, async () => {
    const event = JSON.parse(await exported('ocsf', entryOf({ ...DECISION, verdict })));
    assert.deepEqual([event.disposition, event.action_id], [disposition, verdict === 'allow' ? 1 : 2]);
    assert.equal(event.status_id, verdict === 'allow' ? 0 : 2);
  });

const OTHERS: readonly (readonly [record: AuditRecord, classUid: number, operation: string | undefined])[] = [
  [
    {
      kind: 'act',
      time: NOW,
      act: 'act_1',
      action: 'keys.revoke',
      outcome: 'refused',
      by: 'key:ops',
      via: 'api',
      tenant: 'default',
      target: 'k',
      reason: 'no',
    },
    6003,
    'keys.revoke',
  ],
  [{ kind: 'flow', time: NOW, event: 'cleared', tenant: 'default', agent: 'a', by: 'ops' }, 6003, 'flow.cleared'],
  [{ kind: 'refusals', time: NOW, since: NOW - 9, source: '192.0.2.1', reason: 'unauthenticated', count: 4 }, 6003, 'request'],
  [{ kind: 'log', event: 'closed', time: NOW }, 0, undefined],
  [{ kind: 'checkpoint', time: NOW, note: 'a\nb' }, 0, undefined],
];
for (const [record, classUid, operation] of OTHERS)
  test(`OCSF has a class for ${record.kind}`, async () => {
    const event = JSON.parse(await exported('ocsf', entryOf(record)));
    assert.equal(event.class_uid, classUid);
    assert.equal(event.type_uid, event.class_uid * 100 + event.activity_id);
    assert.equal(event.api?.operation, operation);
    if (classUid === 6003) assert.ok(Object.keys(event.actor).length > 0 && Object.keys(event.src_endpoint).length > 0);
  });

test('OpenTelemetry gets requests of bounded size, by log, with 64-bit numbers as text', async () => {
  const entry = entryOf(DECISION, OUTCOME);
  const lines = (await exported('otlp', ...Array.from({ length: 450 }, (_, at) => ({ ...entry, slot: `worker-${at % 2}` }))))
    .trimEnd()
    .split('\n');
  const requests = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    requests.map(({ resourceLogs }) => resourceLogs.map((one: { scopeLogs: [{ logRecords: [] }] }) => one.scopeLogs[0].logRecords.length)),
    [
      [100, 100],
      [100, 100],
      [25, 25],
    ],
  );
  const [first] = requests[0].resourceLogs;
  assert.deepEqual(first.resource.attributes.at(-1), { key: 'service.instance.id', value: { stringValue: 'worker-0' } });
  const record = first.scopeLogs[0].logRecords[0];
  assert.equal(record.timeUnixNano, `${NOW}000000`);
  assert.deepEqual(
    [record.severityText, record.eventName, record.body.stringValue],
    ['WARN', 'sallyport.call', 'call allow files read_file rpc_error'],
  );
  const attributes = Object.fromEntries(record.attributes.map(({ key, value }: { key: string; value: object }) => [key, value]));
  assert.deepEqual(attributes['gen_ai.tool.name'], { stringValue: 'read_file' });
  assert.deepEqual(attributes['mcp.method.name'], { stringValue: 'tools/call' });
  assert.deepEqual(attributes['error.type'], { stringValue: 'upstream_timeout' });
  assert.deepEqual(attributes['sallyport.requestBytes'], { intValue: '100' });
  assert.deepEqual(attributes['sallyport.outcome.serverUs'], { intValue: '39000' });
  assert.deepEqual(attributes['sallyport.args.mac'], { stringValue: 'A'.repeat(43) });
  assert.deepEqual(attributes['sallyport.findings'], { arrayValue: { values: [{ stringValue: 'email 2 tag' }] } });
});

test('nothing on record is an empty export', async () => {
  assert.equal(await exported('jsonl'), '');
  assert.equal(await exported('otlp'), '');
  assert.match(await exported('csv'), /^"time","slot".*\r\n$/);
});
