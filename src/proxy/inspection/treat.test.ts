import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionLine, Found } from '../../inspection/index.ts';
import { foundAt, inspectedCall } from './inspected-call.fixture.ts';
import { noteFindings } from './treat.ts';

const tagged = (): ActionLine => ({ action: 'tag' }) as ActionLine;
const kinds = (count: number): Found[] => Array.from({ length: count }, (_, at) => foundAt(0, 1, { type: `kind-${at}` }));

test('findings are noted by type and action, each with how often it was there and where it was first', () => {
  const call = inspectedCall({});
  noteFindings(call, 'answers', [foundAt(0, 1, { path: '$.a' }), foundAt(2, 3, { path: '$.b' }), foundAt(4, 5, { type: 'iban' })], tagged);
  const noted = [...(call.findings?.answers.kinds.values() ?? [])].map(({ type, count, path }) => ({ type, count, path }));
  assert.deepEqual(noted, [
    { type: 'aws', count: 2, path: '$.a' },
    { type: 'iban', count: 1, path: '$.result.content[0].text' },
  ]);
  assert.equal(call.findings?.answers.total, 3);
});

test('what there is no room for is counted', () => {
  const call = inspectedCall({});
  for (const _ of [1, 2]) noteFindings(call, 'requests', kinds(1_000), tagged);
  assert.equal(call.findings?.requests.kinds.size, 64);
  assert.equal(call.findings?.requests.total, 2_000);
});
