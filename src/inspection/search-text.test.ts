import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileDetectors } from './compile.ts';
import { searchText } from './search-text.ts';
import type { Detector, Engine } from './types.ts';

const KEY: Detector = {
  name: 'k',
  class: 'secret',
  confidence: 'high',
  anchors: { kind: 'literals', literals: ['key='] },
  pattern: 'key=(?P<value>\\S+)',
};

function compile(detector: Detector, validator: () => boolean = () => true): Engine {
  const compiled = compileDetectors([detector], { sweeps: [], readers: [], fold: () => [], validators: new Map([['v', validator]]) });
  assert.ok(compiled.ok);
  return compiled.value;
}

test('what is found is told in the offsets of strings', () => {
  const text = 'é 😀 日本 key=été😀 \ud800 key=b';
  const found = searchText(compile(KEY), text, 'definition');
  assert.deepEqual(
    found.map(({ type, start, end }) => [type, text.slice(start, end)]),
    [
      ['k', 'été😀'],
      ['k', 'b'],
    ],
  );
});

test('the name of a member may be given', () => {
  const named = compile({ ...KEY, anchors: { kind: 'name', literals: ['key'] }, pattern: undefined });
  assert.deepEqual(searchText(named, 'value', 'answer'), []);
  assert.equal(searchText(named, 'value', 'answer', 'my_key').length, 1);
});

test('what was not looked into is said', () => {
  const broken = compile({ ...KEY, validator: 'v' }, () => {
    throw new Error('broken');
  });
  assert.deepEqual(searchText(broken, 'a key=1', 'answer'), [
    { type: 'failed', class: 'unscanned', confidence: 'high', start: 0, end: 7, layers: [] },
  ]);
  const wide = compile({
    ...KEY,
    anchors: { kind: 'literals', literals: ['a'] },
    pattern: undefined,
    validator: 'v',
    before: 256,
    after: 8192,
  });
  const [first] = searchText(wide, 'a'.repeat(100_000), 'answer');
  assert.deepEqual([first?.type, first?.class, first?.end], ['over-budget', 'unscanned', 100_000]);
});
