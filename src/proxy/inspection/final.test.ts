import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS, parseJson, rereadMessage } from '../../mcp/index.ts';
import type { Found, Surface } from '../../inspection/index.ts';
import type { FinalMessage } from '../bridge/index.ts';
import { NOTHING_FOUND } from '../fakes.fixture.ts';
import { createToolContracts } from '../../tools/index.ts';
import { ofConcern } from './concern.ts';
import { inspectFinal, inspectReplayed } from './final.ts';
import { foundAt, inspectedCall } from './inspected-call.fixture.ts';

const SECRET = 'hush-hush';
const ports = {
  contracts: createToolContracts({
    approved: (_server, _kind, name) => [{ fingerprint: name, definition: {} }],
    fingerprints: (_server, _kind, name) => [name],
  }),
  log: NOTHING_FOUND.log,
};

const result = (value: object): FinalMessage =>
  rereadMessage('result', Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })));
const error = (message: string): FinalMessage =>
  rereadMessage('error', Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32602, message } })));
const said = (text: string): object => ({ resultType: 'complete', content: [{ type: 'text', text }] });
const textOf = ({ document }: FinalMessage): string => Buffer.from(document.bytes).toString();

/** Finds every secret, wherever it stands. */
function everySecret(more: Partial<Found> = {}): (bytes: Uint8Array) => readonly Found[] {
  return (bytes) =>
    [...Buffer.from(bytes).toString('latin1').matchAll(new RegExp(SECRET, 'g'))].map(({ index }) =>
      foundAt(index, index + SECRET.length, more),
    );
}

function shown(
  final: FinalMessage,
  find: (bytes: Uint8Array, surface: Surface) => readonly Found[],
): { readonly final: FinalMessage; readonly call: ReturnType<typeof inspectedCall> } {
  const call = inspectedCall({ look: (bytes, surface, done) => done(find(bytes, surface)), lookNow: find });
  let seen: FinalMessage | undefined;
  inspectFinal(call, final, ports, (one) => (seen = one));
  assert.ok(seen !== undefined, 'at once');
  return { final: seen, call };
}

test('an answer in which nothing is found is the same answer', () => {
  const final = result(said('hello'));
  const one = shown(final, () => []);
  assert.equal(one.final, final);
  assert.equal(one.call.findings, undefined);
});

test('what is found is taken out, and counted without its value', () => {
  const { final, call } = shown(result(said(`a ${SECRET} b ${SECRET}`)), everySecret());
  assert.ok(textOf(final).includes('a [redacted:aws] b [redacted:aws]'));
  assert.deepEqual(
    [...(call.findings?.answers.kinds.values() ?? [])],
    [{ type: 'aws', class: 'secret', count: 2, path: '$.result.content[0].text', action: 'redact' }],
  );
});

test('in errors as well', () => {
  assert.ok(!textOf(shown(error(`no ${SECRET}`), everySecret()).final).includes(SECRET));
});

test('what could not be looked into is kept back, in the form that the agent reads', () => {
  const failed: Found = foundAt(0, 0, { type: 'failed', class: 'unscanned', kind: 'message', path: '$' });
  const kept = shown(result(said(SECRET)), () => [failed]);
  assert.equal(kept.final.kind, 'result');
  assert.match(textOf(kept.final), /"isError":true/);
  assert.match(textOf(kept.final), /could not be looked into \(failed\)/);
  assert.ok(!textOf(kept.final).includes(SECRET));
  assert.equal(kept.call.markedWith, 'answer_withheld');
  assert.equal(shown(error(SECRET), () => [failed]).final.kind, 'error');
});

test('a text that repeats structured content is looked at again, and keeps all of it back if something is left', () => {
  const both = (value: string): object => ({
    resultType: 'complete',
    content: [{ type: 'text', text: JSON.stringify({ a: value }) }],
    structuredContent: { a: value },
  });
  const whole = shown(result(both(SECRET)), everySecret());
  assert.ok(!textOf(whole.final).includes(SECRET));
  assert.match(textOf(whole.final), /"text":"\{\\"a\\":\\"\[redacted:aws\]\\"\}"/);
  // Found in the text alone: what the structured content still says would be written over it.
  const half = shown(result(both(SECRET)), (bytes) => everySecret()(bytes).slice(0, 1));
  assert.ok(!textOf(half.final).includes(SECRET));
  assert.match(textOf(half.final), /kept back/);
});

test('what the protocol needs as it is stays as it is, and only where it does', () => {
  const cursor = foundAt(0, 1, { path: '$.result.nextCursor', layers: ['base64'] });
  const state = foundAt(0, 1, { path: '$.result.requestState', layers: ['base64'] });
  const id = foundAt(0, 1, { path: '$.id', kind: 'number' });
  const listed = METHODS.get('resources/list');
  const called = METHODS.get('tools/call');
  for (const [rule, surface, left] of [
    [listed, 'answer', [state]],
    [called, 'answer', [cursor, state]],
    [called, 'question', [cursor]],
    [undefined, 'answer', [cursor, state]],
  ] as const) {
    const call = inspectedCall({});
    assert.deepEqual(ofConcern([cursor, state, id], { question: { ...call.question, rule } }, surface), left);
  }
});

test('what an operator planted is no cursor and no state; what merely looks like a secret may be one', () => {
  const { question } = inspectedCall({});
  const planted = foundAt(0, 1, { path: '$.params.cursor', class: 'canary' });
  const alike = foundAt(0, 1, { path: '$.result.nextCursor' });
  assert.deepEqual(ofConcern([planted, alike], { question: { ...question, rule: METHODS.get('resources/list') } }, 'answer'), [planted]);
});

test('that looking ended concerns everybody, wherever it ended', () => {
  const { question } = inspectedCall({});
  const ended = foundAt(0, 0, { type: 'over-budget', class: 'unscanned', kind: 'message', path: '$.result.nextCursor' });
  const binary = { ...ended, type: 'binary' };
  assert.deepEqual(ofConcern([ended, binary], { question: { ...question, rule: METHODS.get('resources/list') } }, 'answer'), [ended]);
});

test('questions are looked at as questions', () => {
  const surfaces: Surface[] = [];
  const see = (_: Uint8Array, surface: Surface): readonly Found[] => {
    surfaces.push(surface);
    return [];
  };
  shown(result({ resultType: 'input_required', inputRequests: {} }), see);
  shown(result(said('x')), see);
  assert.deepEqual(surfaces, ['question', 'answer']);
});

test('a replayed answer is looked into as well, and is not shown where somebody would have to be asked', () => {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: said(`a ${SECRET}`) })));
  assert.ok(document.ok);
  const replayed = inspectReplayed(inspectedCall({ lookNow: everySecret() }), document.value);
  assert.ok(replayed !== undefined && !Buffer.from(replayed.bytes).includes(SECRET));
  const failed: Found = foundAt(0, 0, { type: 'failed', class: 'unscanned', kind: 'message' });
  assert.equal(inspectReplayed(inspectedCall({ lookNow: () => [failed] }), document.value), undefined);
  assert.equal(inspectReplayed(inspectedCall({ lookNow: () => [] }), document.value), document.value);
});

test('an edit that leaves no valid message keeps the answer back, and nothing is thrown', () => {
  const [name, text] = ['"aaaa"', `a ${SECRET}`];
  const final = result({ ...said(text), structuredContent: { aaaa: 1, '[redacted:aws]#0': 2 } });
  const at = textOf(final).indexOf(name) + 1;
  const { final: kept } = shown(final, () => [
    foundAt(at, at + 4, { kind: 'name', path: '$.result.structuredContent.*' }),
    foundAt(0, 3, { path: '$.result' }),
  ]);
  assert.match(textOf(kept), /kept back: what may not be shown cannot be taken out of it/);
});
