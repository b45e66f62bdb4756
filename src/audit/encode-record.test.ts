import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { createCallIds } from './call-ids.ts';
import { LINE_MAX_BYTES, parseFrame, toChain, toLine } from './format.ts';
import { decision, outcome } from './log.fixture.ts';
import { encodeRecord } from './encode-record.ts';
import { MAX_RECORDED_FINDINGS } from './record.ts';
import { toRecordedUri } from './recorded-uri.ts';

const parse = (head: string): Record<string, unknown> => JSON.parse(`${head}}`);

describe('a record as text', () => {
  it('is one line of ASCII and valid JSON, whatever strangers call their things', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 20 }), (long, short) => {
        const record = decision(short, { tool: long, prompt: short, resource: long, agent: long, rule: short, method: long, user: short });
        const head = encodeRecord(record, 1);
        assert.match(head, /^[ -~]+$/);
        assert.equal(parse(head)['kind'], 'decision');
        const line = toLine(head, toChain('', head));
        assert.equal(parseFrame(line.slice(0, -1))?.head, head);
      }),
    );
  });

  it('stays small however long the names are', () => {
    const long = '\u202e'.repeat(100_000);
    const head = encodeRecord(
      decision(long, { tool: long, prompt: long, resource: long, agent: long, rule: long, method: long, user: long, server: long }),
      1,
    );
    assert.ok(head.length < 16_000, `${head.length} bytes`);
  });

  it('stays one line that can be read back, however much was found', () => {
    const long = '\u202e'.repeat(1_000);
    const findings = Array.from({ length: 100 }, () => ({ type: long, class: long, count: 1, path: long, action: long }));
    const head = encodeRecord(decision(long, { tool: long, findings, findingsTotal: 100 }), 1);
    assert.ok(head.length < LINE_MAX_BYTES, `${head.length} bytes`);
    const { findings: listed, findingsTotal } = parse(head);
    assert.deepEqual([Array.isArray(listed) && listed.length, findingsTotal], [MAX_RECORDED_FINDINGS, 100]);
  });

  it('says nothing of findings where there are none', () => {
    assert.doesNotMatch(encodeRecord(decision('a', { findings: [], findingsTotal: 0 }), 1), /findings/);
  });

  it('cannot be given a second member by a name', () => {
    const head = encodeRecord(decision('a', { tool: 'x","verdict":"deny","y":"' }), 1);
    assert.equal(parse(head)['verdict'], 'allow');
    assert.equal(head.match(/"verdict":/g)?.length, 1);
  });

  for (const broken of [Number.NaN, Infinity, -1, 1e300, 0.5]) {
    it(`stays valid when a number is ${broken}`, () => {
      const head = encodeRecord(
        outcome('a', { time: broken, answerBytes: broken, rpcCode: broken, gatewayUs: broken, serverUs: broken }),
        1,
      );
      const { time, answerBytes } = parse(head);
      assert.ok(Number.isSafeInteger(time) && Number.isSafeInteger(answerBytes));
    });
  }
});

const uris: readonly [uri: string, recorded: string][] = [
  ['file:///home/project/notes.txt', 'file:///home/project/notes.txt'],
  ['https://host/path?token=secret#part', 'https://host/path?…'],
  ['https://host/path#part', 'https://host/path#…'],
  ['https://user:secret@host:8443/path', 'https://…@host:8443/path'],
  ['https://user:sec@ret@host', 'https://…@host'],
  ['https://host/@scope/pkg', 'https://host/@scope/pkg'],
  ['data:text/plain;base64,c2VjcmV0', 'data:text/plain,…'],
  ['DATA:,secret', 'DATA:,…'],
  ['data:secret', 'data:…'],
  ['note:shopping', 'note:shopping'],
  ['?secret', '?…'],
  ['', ''],
];

describe('a resource URI on record', () => {
  for (const [uri, recorded] of uris) {
    it(`${uri} is ${recorded}`, () => assert.equal(toRecordedUri(uri), recorded));
  }

  it('reaches the line shortened', () => {
    assert.equal(
      parse(encodeRecord(decision('a', { tool: undefined, resource: 'https://u:p@host/x?q=secret' }), 1))['resource'],
      'https://…@host/x?…',
    );
  });

  it('never throws and never keeps a query', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (uri) => !toRecordedUri(`s://h/p?${uri}`).includes('?', 8)));
  });
});

describe('call ids', () => {
  it('differ within a process and between processes', () => {
    const one = createCallIds(new Uint8Array(8));
    const other = createCallIds(new Uint8Array(8).fill(255));
    assert.deepEqual([one(), one(), other()], ['0000000000000000-1', '0000000000000000-2', 'ffffffffffffffff-1']);
  });

  it('need enough randomness', () => assert.throws(() => createCallIds(new Uint8Array(7)), RangeError));
});
