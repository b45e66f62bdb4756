import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from './yaml.ts';

const told = (text: string): readonly string[] => {
  const source = readYaml(text);
  return source.ok ? [] : source.error.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

const refused: readonly (readonly [what: string, text: string, ...told: readonly string[]])[] = [
  ['an empty file', '', '1:1 is empty'],
  ['only a comment', '# nothing\n', '1:1 is empty'],
  ['only a document mark', '---\n', '1:1 is empty'],
  ['a key twice', 'a: 1\nb: 2\na: 3', '3:1 has the key a twice'],
  ['a key twice, in two spellings', '1: a\n"1": b', '2:1 has the key 1 twice'],
  ['a tag', 'a: !env X', '1:4 has a tag; tags are not used in configs'],
  ['a tag that YAML itself has', 'a: !!binary aGk=', '1:13 has a tag; tags are not used in configs'],
  ['two documents', 'a: 1\n---\nb: 2', '2:1 has a second document'],
  ['another YAML', '%YAML 1.1\n---\na: off', '1:1 asks for YAML 1.1'],
  ['a tab', 'a:\n\tb: 1', '2:1 is indented with a tab'],
  ['a list for a key', '? [a]\n: b', '1:3 has a key that is no text'],
  ['__proto__ for a key', 'a: { __proto__: 1 }', '1:6 has a key that cannot be used'],
  ['an alias of nothing', 'a: *x', '1:4 has an alias of nothing'],
  ['an alias inside what it means', 'a: &a [*a]', '1:8 has an alias of nothing'],
  ['a star without quotes', 'a: [*]', '1:5 has an alias or anchor without a name'],
  ['brackets too deep', `a: ${'['.repeat(70)}${']'.repeat(70)}`, '1:68 is nested more than 64 deep'],
  ['something that is no YAML', 'a: b: c', '1:4 is not valid YAML: Nested mappings are not allowed in compact mappings'],
];
for (const [what, text, ...expected] of refused) {
  test(`${what} is refused`, () => {
    assert.deepEqual(told(text), expected);
  });
}

test('a few lines of aliases that would expand to gigabytes are refused', () => {
  const lines = Array.from(
    { length: 9 },
    (_, i) =>
      `a${i}: &a${i} [${
        i === 0
          ? 'x'
          : Array(20)
              .fill(`*a${i - 1}`)
              .join(', ')
      }]`,
  );
  assert.match(told(lines.join('\n'))[0] ?? '', /expands to more than 1000000 values/);
});

test('aliases that make it deeper than it looks are refused', () => {
  const lines = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} ${'['.repeat(9)}${i === 0 ? 'x' : `*a${i - 1}`}${']'.repeat(9)}`);
  assert.deepEqual(told(lines.slice(0, 7).join('\n')), []);
  assert.match(told(lines.join('\n'))[0] ?? '', /nested more than 64 deep/);
});

test('an anchor given again means the nearer one, also inside another anchor', () => {
  const source = readYaml('a: &x 1\nb: &y [*x]\nc: &x 2\nd: [*x, *y]');
  assert.deepEqual(source.ok && source.value.value, { a: 1, b: [1], c: 2, d: [2, [1]] });
});

test('brackets without end do not exhaust the stack', () => {
  for (const text of ['['.repeat(200_000), '{a: '.repeat(200_000), '- '.repeat(200_000), '? '.repeat(50_000)])
    assert.ok(told(text).length > 0);
});

test('a text too large for a config is refused unread', () => {
  assert.deepEqual(told(`# ${'x'.repeat(16 * 1024 * 1024)}`), ['1:1 is too large for a config']);
});

test('values are those of YAML 1.2: off and no are words', () => {
  const source = readYaml('a: off\nb: no\nc: 012\nd: 1e3\ne: null\nf: ~\ng: true\nh: 2026-01-01\n7: x\n<<: y');
  assert.deepEqual(source.ok && source.value.value, {
    a: 'off',
    b: 'no',
    c: 12,
    d: 1000,
    e: null,
    f: null,
    g: true,
    h: '2026-01-01',
    '7': 'x',
    '<<': 'y',
  });
});

test('everything can be found again; what is not there, at what is nearest', () => {
  const source = readYaml('a: 1\nb:\n  - x\n  - c: &it\n      d: 2\ne: *it\nf:\n');
  assert.ok(source.ok);
  const at = (path: readonly (string | number)[], part: 'key' | 'value' = 'value') => {
    const { line, column } = source.value.locate(path, part);
    return `${line}:${column}`;
  };
  const places: readonly (readonly [readonly (string | number)[], string, string])[] = [
    [[], '1:1', '1:1'],
    [['a'], '1:1', '1:4'],
    [['b'], '2:1', '3:3'],
    [['b', 0], '3:5', '3:5'],
    [['b', 1, 'c', 'd'], '5:7', '5:10'],
    [['b', 7], '3:3', '3:3'],
    [['b', 'x'], '3:3', '3:3'],
    [['e', 'd'], '5:7', '5:10'],
    [['f'], '7:1', '7:3'],
    [['f', 'x'], '7:3', '7:3'],
    [['z'], '1:1', '1:1'],
    [['a', 'x'], '1:4', '1:4'],
  ];
  for (const [path, key, value] of places) assert.deepEqual([at(path, 'key'), at(path, 'value')], [key, value], path.join('.'));
});
