// The audit record is an interface: people's tools and auditors' scripts read it for years. Its lines are pinned as literals; a change
// here is a change of format and needs a new `v`.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { encodeRecord } from '../../src/audit/index.ts';
import type { AuditRecord } from '../../src/audit/index.ts';

const pinned: readonly { readonly name: string; readonly record: AuditRecord; readonly line: string }[] = [
  {
    name: 'a decision with every member',
    record: {
      kind: 'decision',
      id: 'c1',
      time: 1,
      verdict: 'deny',
      rule: 'no-deletes',
      reason: 'denied',
      taint: ['private-source', 'untrusted-source'],
      findings: [
        { type: 'vendor-token', class: 'secret', count: 2, path: '$.params.arguments.text', action: 'deny' },
        { type: 'binary', class: 'unscanned', count: 1, path: '$.params.arguments.*', action: 'tag' },
      ],
      findingsTotal: 40,
      tenant: 'default',
      agent: 'laptop',
      user: 'u7',
      keyId: 'k1',
      listener: 'main',
      server: 'tickets',
      era: 'modern',
      revision: '2026-07-28',
      method: 'tools/call',
      tool: 'delete',
      prompt: 'p',
      resource: 'https://host/path?q=1',
      snapshot: 4,
      requestBytes: 99,
    },
    line: '{"v":1,"seq":7,"time":1,"kind":"decision","id":"c1","verdict":"deny","rule":"no-deletes","reason":"denied","taint":["private-source","untrusted-source"],"findings":[{"type":"vendor-token","class":"secret","count":2,"path":"$.params.arguments.text","action":"deny"},{"type":"binary","class":"unscanned","count":1,"path":"$.params.arguments.*","action":"tag"}],"findingsTotal":40,"tenant":"default","agent":"laptop","user":"u7","keyId":"k1","listener":"main","server":"tickets","era":"modern","revision":"2026-07-28","method":"tools/call","tool":"delete","prompt":"p","resource":"https://host/path?\\u2026","snapshot":4,"requestBytes":99',
  },
  {
    name: 'a decision with the fewest members',
    record: {
      kind: 'decision',
      id: 'c2',
      time: 2,
      verdict: 'allow',
      rule: undefined,
      reason: undefined,
      tenant: 'default',
      agent: 'laptop',
      user: undefined,
      keyId: 'k1',
      listener: 'main',
      server: 'tickets',
      era: 'legacy',
      revision: '2025-06-18',
      method: 'ping',
      tool: undefined,
      prompt: undefined,
      resource: undefined,
      snapshot: 4,
      requestBytes: 0,
    },
    line: '{"v":1,"seq":7,"time":2,"kind":"decision","id":"c2","verdict":"allow","tenant":"default","agent":"laptop","keyId":"k1","listener":"main","server":"tickets","era":"legacy","revision":"2025-06-18","method":"ping","snapshot":4,"requestBytes":0',
  },
  {
    name: 'an outcome with every member',
    record: {
      kind: 'outcome',
      id: 'c1',
      time: 3,
      status: 'rpc_error',
      code: 'upstream_timeout',
      questions: ['secret', 'url'],
      findings: [{ type: 'email', class: 'personal', count: 3, path: '$.result.content[0].text', action: 'redact' }],
      rpcCode: -32602,
      answerBytes: 512,
      gatewayUs: 61,
      serverUs: 2_000,
    },
    line: '{"v":1,"seq":7,"time":3,"kind":"outcome","id":"c1","status":"rpc_error","code":"upstream_timeout","questions":["secret","url"],"findings":[{"type":"email","class":"personal","count":3,"path":"$.result.content[0].text","action":"redact"}],"rpcCode":-32602,"answerBytes":512,"gatewayUs":61,"serverUs":2000',
  },
  {
    name: 'what was used before, forgotten',
    record: { kind: 'flow', time: 5, event: 'cleared', tenant: 'default', agent: 'laptop', by: 'ops' },
    line: '{"v":1,"seq":7,"time":5,"kind":"flow","event":"cleared","tenant":"default","agent":"laptop","by":"ops"',
  },
  {
    name: 'an outcome after a crash',
    record: {
      kind: 'outcome',
      id: 'c1',
      time: 3,
      status: 'unknown',
      code: 'outcome_unknown',
      rpcCode: undefined,
      answerBytes: 0,
      gatewayUs: undefined,
      serverUs: undefined,
    },
    line: '{"v":1,"seq":7,"time":3,"kind":"outcome","id":"c1","status":"unknown","code":"outcome_unknown","answerBytes":0',
  },
  {
    name: 'refusals',
    record: { kind: 'refusals', time: 60_000, since: 5, source: '192.0.2.1', reason: 'unauthenticated', count: 1_000 },
    line: '{"v":1,"seq":7,"time":60000,"kind":"refusals","since":5,"source":"192.0.2.1","reason":"unauthenticated","count":1000',
  },
  {
    name: 'a log opened',
    record: { kind: 'log', event: 'opened', time: 4, writer: 'worker-0.1 pid 12' },
    line: '{"v":1,"seq":7,"time":4,"kind":"log","event":"opened","writer":"worker-0.1 pid 12"',
  },
  {
    name: 'a lock that holds',
    record: {
      kind: 'lockdown',
      time: 4,
      event: 'locked',
      lock: '20261122T100000000Z-0a0b0c0d',
      tenant: 'default',
      subject: 'tool',
      name: 'mail/send_*',
      by: 'ops',
      reason: 'it sends "too much"',
      since: '2026-11-22T10:00:00.000Z',
      cut: 3,
    },
    line: '{"v":1,"seq":7,"time":4,"kind":"lockdown","event":"locked","lock":"20261122T100000000Z-0a0b0c0d","tenant":"default","subject":"tool","name":"mail/send_*","by":"ops","reason":"it sends \\"too much\\"","since":"2026-11-22T10:00:00.000Z","cut":3',
  },
  {
    name: 'a log closed',
    record: { kind: 'log', event: 'closed', time: 4 },
    line: '{"v":1,"seq":7,"time":4,"kind":"log","event":"closed"',
  },
  {
    name: 'a torn write',
    record: { kind: 'log', event: 'recovered', time: 4, file: '00000001.log', position: 900, bytes: 12, sha256: 'ab'.repeat(32) },
    line: `{"v":1,"seq":7,"time":4,"kind":"log","event":"recovered","file":"00000001.log","position":900,"bytes":12,"sha256":"${'ab'.repeat(32)}"`,
  },
  {
    name: 'damage',
    record: { kind: 'log', event: 'damaged', time: 4, file: '00000001.log', position: 900 },
    line: '{"v":1,"seq":7,"time":4,"kind":"log","event":"damaged","file":"00000001.log","position":900',
  },
  {
    name: 'a gap',
    record: { kind: 'log', event: 'gap', time: 9, since: 4, records: 3, reason: 'ENOSPC' },
    line: '{"v":1,"seq":7,"time":9,"kind":"log","event":"gap","since":4,"records":3,"reason":"ENOSPC"',
  },
  {
    name: 'the head of a segment',
    record: { kind: 'segment', time: 4, log: 'ab12', slot: 'worker-0', number: 2, bytes: 16_777_216, prev: '0'.repeat(64), carried: 1 },
    line: `{"v":1,"seq":7,"time":4,"kind":"segment","format":"sallyport-audit/1","log":"ab12","slot":"worker-0","number":2,"bytes":16777216,"prev":"${'0'.repeat(64)}","carried":1`,
  },
  {
    name: 'carried calls',
    record: { kind: 'carried', time: 4, ids: ['c1', 'c2'] },
    line: '{"v":1,"seq":7,"time":4,"kind":"carried","ids":["c1","c2"]',
  },
];

for (const { name, record, line } of pinned) {
  it(`the line of ${name}`, () => assert.equal(encodeRecord(record, 7), line));
}
