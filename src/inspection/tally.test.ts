import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileActions } from './actions.ts';
import { countFindings, tallyFindings } from './tally.ts';
import type { FindingClass, Found } from './types.ts';

function found(type: string, of: FindingClass, path: string, confidence: Found['confidence'] = 'high'): Found {
  return { type, class: of, confidence, kind: 'string', start: 0, end: 4, path, layers: [] };
}

const FOUND = [
  found('some-token', 'secret', '$.a'),
  found('email', 'personal', '$.a', 'medium'),
  found('some-token', 'secret', '$.a'),
  found('some-token', 'secret', '$.b'),
  found('maybe-phone', 'personal', '$.c', 'low'),
  found('binary', 'unscanned', '$', 'low'),
];

test('conditions count by class what a detector is sure enough of, and all that was not looked into', () => {
  assert.deepEqual(countFindings(FOUND), { secret: 3, personal: 1, unscanned: 1 });
  assert.deepEqual(countFindings([]), {});
});

test('people read each type in each place once, with what is done about it', () => {
  const actionOf = compileActions({ actions: [] }).on('files', undefined, 'answers');
  assert.deepEqual(
    tallyFindings(FOUND, actionOf).map(({ type, path, action, count }) => [type, path, action, count]),
    [
      ['some-token', '$.a', 'redact', 2],
      ['email', '$.a', 'tag', 1],
      ['some-token', '$.b', 'redact', 1],
      ['maybe-phone', '$.c', 'tag', 1],
      ['binary', '$', 'tag', 1],
    ],
  );
});
