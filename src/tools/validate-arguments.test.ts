import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { createArgumentsCheck } from './index.ts';

const FILE: JsonObject = {
  type: 'object',
  properties: {
    path: { type: 'string', minLength: 1, pattern: '^/srv/' },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
    mode: { enum: ['text', 'bytes'] },
    filter: { type: 'object', properties: { tag: { type: 'array', items: { type: 'string' }, uniqueItems: true } }, required: ['tag'] },
    meta: { type: 'object' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
  required: ['path'],
};

describe('what is wrong is said in one sentence', () => {
  const rows: readonly (readonly [args: JsonValue, place: string, say: string])[] = [
    [null, '(all of it)', 'arguments should be an object.'],
    [{}, '(all of it)', 'arguments should have the member path.'],
    [{ path: 7 }, 'path', 'arguments.path should be a text.'],
    [{ path: '' }, 'path', 'arguments.path should have at least 1 characters.'],
    [{ path: '/etc/passwd' }, 'path', 'arguments.path should match ^/srv/.'],
    [{ path: '/srv/a', limit: 1.5 }, 'limit', 'arguments.limit should be a whole number.'],
    [{ path: '/srv/a', limit: 101 }, 'limit', 'arguments.limit should be at most 100.'],
    [{ path: '/srv/a', mode: 'secret' }, 'mode', 'arguments.mode should be one of "text", "bytes".'],
    [{ path: '/srv/a', filter: {} }, 'filter', 'arguments.filter should have the member tag.'],
    [{ path: '/srv/a', filter: { tag: ['a', 1] } }, 'filter.tag[1]', 'arguments.filter.tag[1] should be a text.'],
    [{ path: '/srv/a', filter: { tag: ['a', 'a'] } }, 'filter.tag', 'arguments.filter.tag should not have the same element twice.'],
    [{ path: '/srv/a', labels: { 'my secret': 1 } }, 'labels.*', 'arguments.labels["my secret"] should be a text.'],
  ];
  for (const [args, place, say] of rows)
    test(say, () => assert.deepEqual(createArgumentsCheck(FILE).check(args), { kind: 'invalid', place, say }));
  test('of several forms the one that was nearly met is spoken of', () => {
    const schema = { properties: { to: { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'integer' } } }] } } };
    const checked = createArgumentsCheck(schema).check({ to: { id: 'x' } });
    assert.deepEqual(checked, { kind: 'invalid', place: 'to.id', say: 'arguments.to.id should be a whole number.' });
  });
  test('no value is repeated, and no name of the caller’s is recorded', () => {
    const canary = 'canary-4711';
    for (const args of [
      { path: canary },
      { path: '/srv/', mode: canary },
      { path: '/srv/', limit: canary },
      { path: '/srv/', [canary]: 1 },
    ]) {
      const checked = createArgumentsCheck(FILE).check(args);
      assert.ok(checked.kind === 'invalid');
      assert.ok(!checked.place.includes(canary));
      if (!Object.hasOwn(args, canary)) assert.ok(!checked.say.includes(canary));
    }
  });
});

describe('undeclared arguments', () => {
  const rows: readonly (readonly [what: string, schema: JsonObject, args: JsonObject, strict: boolean, plain: boolean])[] = [
    ['at the top', FILE, { path: '/srv/a', ssh_key: 'x' }, false, true],
    ['further in', FILE, { path: '/srv/a', filter: { tag: [], ssh_key: 'x' } }, false, true],
    ['where the schema leaves an object open', FILE, { path: '/srv/a', meta: { any: 1 } }, true, true],
    ['where the schema speaks of them', FILE, { path: '/srv/a', labels: { any: 'x' } }, true, true],
    ['of a tool that takes none', { type: 'object' }, { a: 1 }, false, true],
    ['where they are declared to be allowed', { additionalProperties: true }, { a: 1 }, true, true],
    ['that are required but not described', { required: ['a'] }, { a: 1 }, true, true],
    ['declared in one part of several', { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] }, { a: 1, b: 1 }, true, true],
    ['declared in no part of several', { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] }, { a: 1, c: 1 }, false, true],
    ['behind a reference', { $ref: '#/$defs/a', $defs: { a: { properties: { a: {} } } } }, { b: 1 }, false, true],
    [
      'in the branch that holds',
      { anyOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: {} }, required: ['b'] }] },
      { a: 1, b: 1 },
      false,
      true,
    ],
    [
      'inside `not` the schema keeps its meaning',
      { properties: { a: { not: { properties: { b: {} }, required: ['c'] } } } },
      { a: { c: 1 } },
      false,
      false,
    ],
    [
      'one of two counts as the schema says',
      { properties: { a: { oneOf: [{ properties: { b: {} } }, {}] } } },
      { a: { c: 1 } },
      false,
      false,
    ],
    ['by the name of what every object has', { properties: {} }, { constructor: 1 }, false, true],
  ];
  for (const [what, schema, args, strict, plain] of rows)
    test(what, () => {
      assert.equal(createArgumentsCheck(schema).check(args).kind === 'valid', strict, 'strict');
      assert.equal(createArgumentsCheck(schema, { strict: false }).check(args).kind === 'valid', plain, 'plain');
    });
});

describe('meanings that are easily got wrong', () => {
  const rows: readonly (readonly [schema: JsonObject, value: JsonValue, holds: boolean])[] = [
    [{ type: 'integer' }, 1.0, true],
    [{ const: 1 }, true, false],
    [{ enum: [[1], { a: 1 }] }, { a: 1.0 }, true],
    [{ multipleOf: 0.1 }, 0.3, true],
    [{ multipleOf: 0.01 }, 4.35, true],
    [{ multipleOf: 0.5 }, 1e308, true],
    [{ maxLength: 1 }, '😀', true],
    [{ minLength: 2 }, '😀', false],
    [{ pattern: '^.$' }, '\n', false],
    [{ pattern: '^\\s$' }, '\u00a0', true],
    [{ pattern: '^\\p{Letter}+$' }, 'éà', true],
    [{ pattern: '^(?!a)(?=.*b)[a-c]+$' }, 'cab', true],
    [{ pattern: '^(?!a)(?=.*b)[a-c]+$' }, 'abc', false],
    [{ minimum: 5, exclusiveMinimum: true }, 5, false],
    [{ items: [{ type: 'string' }], additionalItems: false }, ['a', 1], false],
    [{ dependencies: { a: ['b'], c: { required: ['d'] } } }, { a: 1, c: 1 }, false],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', $ref: '#/definitions/a', definitions: { a: {} }, type: 'string' }, 1, true],
    [{ contains: { type: 'number' }, minContains: 2, maxContains: 3 }, [1, 'a', 2], true],
    [{ prefixItems: [true], contains: { const: 'x' }, unevaluatedItems: false }, [1, 'x', 'y'], false],
    [{ propertyNames: { maxLength: 2 } }, { abc: 1 }, false],
    [JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}'), { a: 1, c: 1 }, false],
    [{ required: ['__proto__'] }, {}, false],
  ];
  for (const [schema, value, holds] of rows)
    test(`${JSON.stringify(schema)} ${holds ? 'takes' : 'refuses'} ${JSON.stringify(value)}`, () =>
      assert.equal(createArgumentsCheck(schema, { strict: false }).check(value).kind, holds ? 'valid' : 'invalid'));
});

describe('bounds', () => {
  test('what costs too much is not valid', () => {
    const check = createArgumentsCheck({ properties: { a: { items: { type: 'string' } } } }, { maxSteps: 100 });
    assert.equal(check.check({ a: Array.from({ length: 50 }, () => 'x') }).kind, 'valid');
    assert.equal(check.check({ a: Array.from({ length: 200 }, () => 'x') }).kind, 'unvalidated');
  });
  test('running out never turns a prohibition into a permission', () => {
    const check = createArgumentsCheck({ not: { properties: { a: { items: { type: 'string' } } } } }, { strict: false, maxSteps: 10 });
    assert.equal(check.check({ a: Array.from({ length: 200 }, () => 'x') }).kind, 'unvalidated');
  });
  test('a pattern over a long text is paid for', () => {
    const check = createArgumentsCheck({ properties: { a: { pattern: '(x+x+)+y' } } }, { strict: false });
    assert.equal(check.check({ a: 'x'.repeat(10_000_000) }).kind, 'unvalidated');
  });
  test('a value as deep as its schema allows does not use up the stack', () => {
    let value: JsonValue = {};
    for (let n = 0; n < 60; n += 1) value = { child: value };
    const tree: JsonObject = {
      $defs: { a: { anyOf: [{ allOf: [{ oneOf: [{ properties: { child: { $ref: '#/$defs/a' } } }] }] }] } },
      $ref: '#/$defs/a',
    };
    assert.equal(createArgumentsCheck(tree).check(value).kind, 'valid');
    for (let n = 0; n < 5_000; n += 1) value = { child: value };
    assert.equal(createArgumentsCheck(tree).check(value).kind, 'unvalidated');
  });
});

test('strict only ever refuses more, whatever the schema', () => {
  const { schema } = fc.letrec<{ schema: JsonObject; inner: JsonObject; one: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      fc.constantFrom<JsonObject>({}, { type: 'integer' }, { properties: { a: {} } }),
      tie('one'),
    ),
    inner: tie('schema'),
    one: fc.oneof(
      ...['not', 'additionalProperties', 'if', 'else', 'unevaluatedProperties'].map((keyword) =>
        tie('inner').map((inner) => ({ [keyword]: inner })),
      ),
      ...['oneOf', 'anyOf', 'allOf'].map((keyword) => fc.tuple(tie('inner'), tie('inner')).map((inner) => ({ [keyword]: inner }))),
      fc.tuple(tie('inner'), tie('inner')).map(([a, rest]) => ({ properties: { a }, required: ['a'], ...rest })),
      fc.tuple(tie('inner'), tie('inner')).map(([one, other]) => ({ ...one, ...other })),
    ),
  }));
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.constant('x'),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(schema, value, (one, args) => {
      const strict = createArgumentsCheck(one).check(args);
      const plain = createArgumentsCheck(one, { strict: false }).check(args);
      assert.ok(strict.kind !== 'valid' || plain.kind === 'valid');
    }),
    { numRuns: 2_000 },
  );
});
