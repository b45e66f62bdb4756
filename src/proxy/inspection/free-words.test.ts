import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundAt } from './inspected-call.fixture.ts';
import { isHarmless, withoutSecrets } from './free-words.ts';
import { NOTHING_FOUND } from '../fakes.fixture.ts';

const finding = (more = {}): { lookNow: () => readonly ReturnType<typeof foundAt>[] } => ({ lookNow: () => [foundAt(5, 9, more)] });

test('words go on where nothing is found, or nothing that is sure', () => {
  const ask = (inspector: object): boolean =>
    isHarmless({ inspecting: { ...NOTHING_FOUND, inspector: { ...NOTHING_FOUND.inspector, ...inspector } } }, 'it is hush', 'request');
  assert.ok(ask({}));
  assert.ok(ask(finding({ confidence: 'low' })));
  assert.ok(ask(finding({ class: 'directive' })));
  assert.ok(!ask(finding()));
  assert.ok(!ask(finding({ class: 'unscanned', type: 'failed', kind: 'message' })));
});

test('what is written to a log says what stood there, and not what it was', () => {
  assert.equal(withoutSecrets(finding(), 'bad hush'), 'bad [redacted:aws]');
  assert.equal(withoutSecrets(NOTHING_FOUND.inspector, 'ended with code 3'), 'ended with code 3');
  assert.equal(withoutSecrets(finding({ start: 0, end: 3 }), 'bad hush'), '[redacted]', 'an edit that leaves no text leaves nothing');
});
