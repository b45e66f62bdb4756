// An entry as the API shows it: what it says, and nothing else whatever somebody has made of the log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recordSchema, RECORD_ENDPOINTS } from '../../admin/contract-records.ts';
import { ENTRY_KINDS } from '../../audit/index.ts';
import type { Entry, EntryLine } from '../../audit/index.ts';
import { detailsOf, toRecordView } from './record-view.ts';

const { details: detailsSchema } = RECORD_ENDPOINTS.readRecord.response.shape;

function line(members: Readonly<Record<string, unknown>>, time = 1_790_000_000_000): EntryLine {
  return { seq: 4, time, text: '', members };
}

function entry(kind: Entry['kind'], members: Readonly<Record<string, unknown>>, outcome?: Readonly<Record<string, unknown>>): Entry {
  return { slot: 'worker-0', kind, line: line(members), outcome: outcome === undefined ? undefined : line(outcome, 1_790_000_000_250) };
}

/** Only what is there. */
function said(one: Entry): object {
  return Object.fromEntries(Object.entries(toRecordView(one, false)).filter(([, value]) => value !== null));
}

test('a call with its end', () => {
  const found = [{ type: 'email', class: 'personal', count: 2, path: '$.result', action: 'redact' }];
  const call = entry(
    'call',
    { kind: 'decision', id: 'a-1', verdict: 'allow', rule: 'readers', agent: 'ada', server: 'files', tool: 'read', requestBytes: 10 },
    { kind: 'outcome', id: 'a-1', status: 'ok', findings: found, findingsTotal: 9, answerBytes: 5, gatewayUs: 60, serverUs: 900 },
  );
  assert.deepEqual(said(call), {
    log: 'worker-0',
    seq: 4,
    time: '2026-09-21T14:13:20.000Z',
    kind: 'call',
    id: 'a-1',
    verdict: 'allow',
    rule: 'readers',
    agent: 'ada',
    server: 'files',
    tool: 'read',
    status: 'ok',
    endedAt: '2026-09-21T14:13:20.250Z',
    requestBytes: 10,
    answerBytes: 5,
    gatewayUs: 60,
    serverUs: 900,
    isUnderWay: false,
    isWithheld: false,
    findings: [{ ...found[0], where: 'answer' }],
    findingsTotal: 9,
  });
});

test('what was done, by whom, and to what, of every kind of entry', () => {
  const facts = (one: Entry): unknown[] => {
    const { id, by, action, target, status, reason } = toRecordView(one, false);
    return [id, by, action, target, status, reason];
  };
  const act = { kind: 'act', act: 'act_1', action: 'agents.add', outcome: 'done', by: 'os:ops', target: 'ada', reason: 'new here' };
  assert.deepEqual(facts(entry('act', act)), ['act_1', 'os:ops', 'agents.add', 'ada', 'done', 'new here']);
  const lock = { kind: 'lockdown', event: 'locked', lock: 'lck_1', subject: 'server', name: 'crm', by: 'ops', reason: 'breach' };
  assert.deepEqual(facts(entry('lockdown', lock)), ['lck_1', 'ops', 'locked', 'crm', null, 'breach']);
  const refusals = { kind: 'refusals', source: '192.0.2.7', reason: 'unauthenticated', count: 30 };
  assert.deepEqual(facts(entry('refusals', refusals)), [null, null, null, '192.0.2.7', null, 'unauthenticated']);
  assert.deepEqual(detailsOf(entry('refusals', refusals), false), { count: 30 });
});

test('details of an act stand by their names; a name that must not be shown is in none', () => {
  const act = { kind: 'act', act: 'act_1', action: 'holds.add', details: { about: 'agent ada, from May', days: 3 } };
  assert.deepEqual(detailsOf(entry('act', act), false), { about: 'agent ada, from May', days: 3 });
  assert.deepEqual(detailsOf(entry('act', act), true), { about: '(withheld)', days: 3 });
});

test('whatever somebody has written into a log, the answer is as the contract says', () => {
  const names = Object.keys(recordSchema.shape);
  const others = [
    'keyId',
    'event',
    'outcome',
    'findingsTotal',
    'withheld',
    'details',
    'chain',
    '__proto__',
    'constructor',
    'mono',
    'source',
  ];
  const members = fc.dictionary(fc.constantFrom(...names, ...others), fc.oneof(fc.jsonValue(), fc.double(), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(
      fc.constantFrom(...ENTRY_KINDS),
      members,
      fc.option(members),
      fc.double(),
      fc.boolean(),
      (kind, first, second, time, hides) => {
        const one: Entry = { slot: 'worker-0', kind, line: line(first, time), outcome: second === null ? undefined : line(second, time) };
        recordSchema.parse(toRecordView(one, hides));
        detailsSchema.parse(JSON.parse(JSON.stringify(detailsOf(one, hides))));
      },
    ),
    { numRuns: 300 },
  );
});
