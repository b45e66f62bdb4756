import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { checkSchema, createArgumentsCheck } from './index.ts';

/** `allOf` in `allOf`, n deep. */
function nested(levels: number): JsonObject {
  let schema: JsonObject = { type: 'string' };
  for (let n = 0; n < levels; n += 1) schema = { allOf: [schema] };
  return schema;
}

/** n lines that ask 2^n schemas. */
function doubling(lines: number): JsonObject {
  const names = Array.from({ length: lines }, (_, n) => n);
  const two = (n: number): JsonObject => ({ allOf: [{ $ref: `#/$defs/d${n}` }, { $ref: `#/$defs/d${n}` }] });
  return { $defs: Object.fromEntries(names.map((n) => [`d${n}`, n === 0 ? { type: 'object' } : two(n - 1)])), ...two(lines - 1) };
}

const usable: readonly (readonly [what: string, schema: JsonObject])[] = [
  ['an empty one', {}],
  ['a tree that refers to itself through its members', { properties: { child: { $ref: '#' } } }],
  [
    'a draft-7 one',
    { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: {} }, properties: { a: { $ref: '#/definitions/a' } } },
  ],
  [
    'references by anchor and by an id inside',
    { $defs: { a: { $anchor: 'x' }, b: { $id: 'other' } }, allOf: [{ $ref: '#x' }, { $ref: 'other' }] },
  ],
  ['a pattern that backtracking engines choke on', { properties: { a: { pattern: '^(a+)+$' } } }],
  ['look-ahead at the begin, as schema libraries write it', { properties: { a: { pattern: '^(?!\\.)(?!.*\\.\\.)[a-z.]+@[a-z]+$' } } }],
  ['keywords that nobody knows', { 'x-mcp-header': 3, kind: {} }],
  [
    'what looks like a reference and is data',
    { properties: { a: { default: { $ref: 'http://169.254.169.254/' }, const: { $ref: '#/no' } } } },
  ],
];
for (const [what, schema] of usable) test(`usable: ${what}`, () => assert.equal(checkSchema(schema), undefined));

const unusable: readonly (readonly [schema: JsonValue, place: string, say: RegExp])[] = [
  ['text', '(all of it)', /is not a schema/],
  [{ $ref: 'http://169.254.169.254/latest/meta-data' }, '$ref', /nothing is fetched/],
  [{ properties: { a: { $ref: 'file:///etc/passwd' } } }, 'properties.a.$ref', /nothing is fetched/],
  [{ properties: { a: { $ref: '#/$defs/none' } } }, 'properties.a.$ref', /names nothing/],
  [{ $ref: '#' }, '(all of it)', /leads back to itself/],
  [{ $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } }, '$defs.a', /leads back to itself/],
  [{ $defs: { a: { $dynamicAnchor: 'a', $dynamicRef: '#a' } } }, '$defs.a', /leads back to itself/],
  [nested(10_000), 'allOf[0].allOf[0].allOf[0].allOf[0]', /more than 64 levels/],
  [doubling(30), '(all of it)', /more than 10000 schemas about one value/],
  [{ allOf: Array.from({ length: 10_001 }, () => ({})) }, '(all of it)', /more than 10000 schemas in it/],
  [{ properties: { a: { pattern: '(a)\\1' } } }, 'properties.a.pattern', /linear time/],
  [{ properties: { a: { pattern: 'a(?=b)' } } }, 'properties.a.pattern', /linear time/],
  [{ properties: { a: { pattern: '((a{100}){100}){100}' } } }, 'properties.a.pattern', /linear time/],
  [{ properties: { a: { pattern: `${'a{1000}'.repeat(9)}` } } }, 'properties.a.pattern', /too large/],
  [{ properties: { a: { pattern: '\\Aa\\z' } } }, 'properties.a.pattern', /different ways/],
  [{ properties: { a: { pattern: '(' } } }, 'properties.a.pattern', /linear time/],
  [{ patternProperties: { '(?<=a)b': {} } }, 'patternProperties["(?<=a)b"]', /linear time/],
  [{ required: 'path' }, 'required', /is not a list of names/],
  [{ type: 'int' }, 'type', /is no type/],
  [{ properties: { a: 'string' } }, 'properties', /not an object of schemas/],
  [{ minLength: -1 }, 'minLength', /is not a count/],
  [{ multipleOf: 0 }, 'multipleOf', /above 0/],
  [{ enum: {} }, 'enum', /is not a list/],
];
describe('not usable', () => {
  for (const [schema, place, say] of unusable)
    test(`${place} ${say.source}`, () => {
      const fault = checkSchema(schema);
      assert.equal(fault?.place, place);
      assert.match(fault.say, say);
      assert.equal(createArgumentsCheck(schema).check({}).kind, 'unvalidated');
    });
});
