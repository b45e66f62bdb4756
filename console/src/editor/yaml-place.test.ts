import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAt } from './yaml-place.ts';

/** The place of the `|` in a text. */
function placeOf(marked: string): ReturnType<typeof placeAt> {
  const at = marked.indexOf('|');
  return placeAt(marked.slice(0, at) + marked.slice(at + 1), at);
}

const CASES: readonly (readonly [name: string, marked: string, path: string, at: string, word: string])[] = [
  ['an empty document', '|', '', 'start', ''],
  ['a key at the top', 'rul|', '', 'start', 'rul'],
  ['a new item', 'rules:\n  - |', 'rules.[]', 'start', ''],
  ['a key of an item', 'rules:\n  - name: a\n    eff|', 'rules.[]', 'start', 'eff'],
  ['a value', 'rules:\n  - name: a\n    effect: al|', 'rules.[].effect', 'value', 'al'],
  ['a list in brackets', 'rules:\n  - servers: [files, wea|', 'rules.[].servers.[]', 'value', 'wea'],
  ['a list below its key', 'rules:\n  - servers:\n      - fi|', 'rules.[].servers.[]', 'start', 'fi'],
  ['a list as far in as its key', 'rules:\n- name: a\n  servers:\n  - fi|', 'rules.[].servers.[]', 'start', 'fi'],
  ['a mapping in brackets: key', 'rules:\n  - approval: { appr|', 'rules.[].approval', 'start', 'appr'],
  ['a mapping in brackets: value', 'rules:\n  - approval: { notRequester: t|', 'rules.[].approval.notRequester', 'value', 't'],
  ['a list within a mapping in brackets', 'flow: { trustTrace: [a, b|', 'flow.trustTrace.[]', 'value', 'b'],
  ['what follows a nested mapping', 'flow:\n  windowMs: 1\n|', '', 'start', ''],
  ['what follows a text of several lines', 'rules:\n  - when: >-\n      a: b\n      c\n    eff|', 'rules.[]', 'start', 'eff'],
  ['a closed list', 'rules:\n  - servers: [files]\n    |', 'rules.[]', 'start', ''],
  ['a quoted key', '"rules":\n  - "name": "x|', 'rules.[].name', 'value', 'x'],
];

for (const [name, marked, path, at, word] of CASES) {
  test(`finds where it stands: ${name}`, () => {
    const place = placeOf(marked);
    assert.deepEqual([place?.path.join('.'), place?.at, place?.word], [path, at, word]);
  });
}

test('knows the keys beside it, above and below', () => {
  assert.deepEqual(placeOf('rules:\n  - name: a\n    |\n    effect: allow\n  - tools: [x]')?.siblings, ['name', 'effect']);
});

test('says nothing in a comment, where a # in quotes begins none', () => {
  assert.equal(placeOf('rules: # he|'), undefined);
  assert.equal(placeOf('name: "# he|')?.at, 'value');
});

test('says nothing within a text of several lines', () => {
  assert.equal(placeOf('rules:\n  - when: >-\n      args.|'), undefined);
});
