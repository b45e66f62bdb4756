import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, readDiscover, readInitialize } from './verdict.ts';
import type { Evidence, ProbeAnswer } from './verdict.ts';

const answer = (status: number | undefined, value: ProbeAnswer['value']): ProbeAnswer => ({ status, value });
const MODERN: Evidence = { kind: 'speaks', revisions: ['2026-07-28'] };
const LEGACY: Evidence = { kind: 'speaks', revisions: ['2025-11-25'] };
const NOT: Evidence = { kind: 'not' };

const discovers: readonly (readonly [string, ProbeAnswer, Evidence['kind']])[] = [
  ['a discover result', answer(200, { result: { supportedVersions: ['2026-07-28'] } }), 'speaks'],
  [
    'an unsupported-version error that names versions',
    answer(400, { error: { code: -32022, data: { supported: ['2027-01-01'] } } }),
    'speaks',
  ],
  ['an unsupported-version error that names none', answer(400, { error: { code: -32022 } }), 'not'],
  ['a header mismatch alone', answer(400, { error: { code: -32020 } }), 'not'],
  ['what a session server answers before initialize', answer(400, { error: { code: -32000 }, id: null }), 'not'],
  ['method not found', answer(200, { error: { code: -32601 } }), 'not'],
  ['no body', answer(404, undefined), 'not'],
  ['an empty list of versions', answer(200, { result: { supportedVersions: [] } }), 'not'],
  ['401', answer(401, undefined), 'unclear'],
  ['403', answer(403, { result: { supportedVersions: ['2026-07-28'] } }), 'unclear'],
  ['a server fault', answer(503, undefined), 'unclear'],
];
for (const [name, given, expected] of discovers) {
  test(`server/discover: ${name} is ${expected}`, () => assert.equal(readDiscover(given).kind, expected));
}

const initializes: readonly (readonly [string, ProbeAnswer, Evidence['kind']])[] = [
  ['a legacy result', answer(200, { result: { protocolVersion: '2025-06-18' } }), 'speaks'],
  ['a result that names a modern revision', answer(200, { result: { protocolVersion: '2026-07-28' } }), 'not'],
  ['an error', answer(404, { error: { code: -32601 } }), 'not'],
  ['a list', answer(200, []), 'not'],
  ['a server fault', answer(500, undefined), 'unclear'],
];
for (const [name, given, expected] of initializes) {
  test(`initialize: ${name} is ${expected}`, () => assert.equal(readInitialize(given).kind, expected));
}

test('a dual-era server has both, sorted', () => {
  const verdict = judge(MODERN, LEGACY, 'streamable', 1_000);
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.value.revisions, ['2025-11-25', '2026-07-28']);
  assert.deepEqual([verdict.value.modern, verdict.value.legacy], [true, true]);
});

test('a legacy verdict goes stale sooner than a modern one, because it would be wrong in silence', () => {
  const modern = judge(MODERN, NOT, 'streamable', 0);
  const legacy = judge(NOT, LEGACY, 'streamable', 0);
  assert.ok(modern.ok && legacy.ok);
  assert.ok(legacy.value.staleAtMs < modern.value.staleAtMs);
});

test('nothing known is a reason, not a verdict', () => {
  const busy = judge({ kind: 'unclear', reason: 'It answers 503.', code: 'upstream_unreachable' }, NOT, 'streamable', 0);
  const silent = judge(NOT, { kind: 'unclear', reason: 'silence', code: 'upstream_timeout' }, 'streamable', 0);
  const stranger = judge(NOT, NOT, 'streamable', 0);
  assert.ok(!busy.ok && !silent.ok && !stranger.ok);
  assert.match(busy.error.reason, /503/);
  assert.equal(silent.error.code, 'upstream_timeout');
  assert.match(stranger.error.reason, /neither server\/discover nor initialize/);
});
