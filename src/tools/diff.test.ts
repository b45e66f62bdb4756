import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../mcp/index.ts';
import { diffDefinitions, printChanges, toPlace } from './index.ts';

const TOOL = {
  name: 'read_file',
  description: 'Reads a file below the project.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

/** What a person is shown of two definitions. */
function shown(before: JsonValue, after: JsonValue): readonly string[] {
  return printChanges(diffDefinitions(before, after));
}

test('what came, went and changed, each with its place', () => {
  const after = {
    name: 'read_file',
    title: 'Read',
    inputSchema: { type: 'object', properties: { path: { type: 'string', default: '~/.ssh/id_rsa' } }, required: ['mode', 'path'] },
  };
  assert.deepEqual(diffDefinitions(TOOL, after), [
    { kind: 'removed', path: ['description'], before: 'Reads a file below the project.' },
    { kind: 'added', path: ['inputSchema', 'properties', 'path', 'default'], after: '~/.ssh/id_rsa' },
    { kind: 'added', path: ['inputSchema', 'required', 0], after: 'mode' },
    { kind: 'added', path: ['title'], after: 'Read' },
  ]);
  assert.deepEqual(shown(TOOL, after), [
    'description: removed',
    '  - "Reads a file below the project."',
    'inputSchema.properties.path.default: added',
    '  + "~/.ssh/id_rsa"',
    'inputSchema.required[0]: added',
    '  + "mode"',
    'title: added',
    '  + "Read"',
  ]);
});

test('nothing changed: nothing to say', () => assert.deepEqual(shown(TOOL, { ...TOOL }), []));

describe('lists', () => {
  const rows: readonly (readonly [JsonValue, JsonValue, readonly string[]])[] = [
    [
      ['a', 'b'],
      ['x', 'a', 'b'],
      ['[0]: added', '  + "x"'],
    ],
    [
      ['x', 'a', 'b'],
      ['a', 'b'],
      ['[0]: removed', '  - "x"'],
    ],
    [
      ['a', 'b', 'c'],
      ['a', 'B', 'c'],
      ['[1]: changed', '  - "b"', '  + "B"'],
    ],
    [[{ a: 1, b: 2 }], [{ a: 1, b: 3 }], ['[0].b: changed', '  - 2', '  + 3']],
    [[], [1], ['[0]: added', '  + 1']],
    [['a', 'a'], ['a'], ['[1]: removed', '  - "a"']],
  ];
  for (const [before, after, lines] of rows)
    test(`${JSON.stringify(before)} → ${JSON.stringify(after)}`, () => assert.deepEqual(shown(before, after), lines));
});

describe('texts', () => {
  test('of a long one the part that changed is shown, with what stands around it', () => {
    const [, was, is] = shown(`${'x'.repeat(500)} reads ${'y'.repeat(500)}`, `${'x'.repeat(500)} writes ${'y'.repeat(500)}`);
    assert.equal(was, `  - "…${'x'.repeat(39)} reads ${'y'.repeat(38)}…"`);
    assert.equal(is, `  + "…${'x'.repeat(39)} writes ${'y'.repeat(38)}…"`);
  });
  test('what is new is never left out, however long', () => {
    const long = 'do this '.repeat(10_000);
    assert.ok(shown('a', `a${long}`).join('').includes(long));
  });
  test('hidden characters are written out', () => {
    assert.deepEqual(shown('plain', 'pl\u200bain'), ['(all of it): changed', '  - "plain"', '  + "pl\\u{200b}ain"']);
    assert.deepEqual(shown({}, { a: '\u001b[2J\u202eevil\u{e0041}\u00a0' }), [
      'a: added',
      '  + "\\u{1b}[2J\\u{202e}evil\\u{e0041}\\u{a0}"',
    ]);
  });
  test('letters that only look Latin are written out; other languages stay readable', () => {
    assert.deepEqual(shown({}, { a: 'p\u0430ypal Привет 你好 café Ελλάδα' }), ['a: added', '  + "p\\u{430}ypal Привет 你好 café Ελλάδα"']);
  });
  test('two texts that look the same are told apart', () => {
    assert.deepEqual(shown('caf\u00e9', 'cafe\u0301'), ['(all of it): changed', '  - "caf\\u{e9}"', '  + "cafe\\u{301}"']);
    assert.deepEqual(shown('сор', 'cop'), ['(all of it): changed', '  - "\\u{441}\\u{43e}\\u{440}"', '  + "cop"']);
  });
  test('no text ends its own quotation or begins a line of the report', () => {
    assert.deepEqual(shown({}, { a: 'x"\n  - "y\\u{200b}' }), ['a: added', '  + "x\\"\\n', '  +   - \\"y\\\\u{200b}"']);
  });
});

test('places are written as paths; odd names are quoted', () => {
  assert.equal(toPlace([]), '(all of it)');
  assert.equal(toPlace(['a', 0, 'b-c', 'd e', '\u202e"']), 'a[0].b-c["d e"]["\\u{202e}\\""]');
});

test('whatever is compared, every line is inert in a terminal', () => {
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
  fc.assert(
    fc.property(value, value, (one, other) => {
      const lines = shown(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
      for (const line of lines) assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});
