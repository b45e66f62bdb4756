// Which arguments a tool may have mirrored in headers, and that headers and arguments agree (SEP-2243; threat T10, T48).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkHeaderParams, headerParamValues, scanHeaderParams } from './index.ts';
import type { HeaderParam, JsonObject, JsonValue } from './index.ts';

const mark = (header: JsonValue, type: JsonValue = 'string'): JsonObject => ({ type, 'x-mcp-header': header });
const object = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...rest });

describe('valid schemas', () => {
  const cases: readonly (readonly [string, JsonObject, readonly HeaderParam[]])[] = [
    ['no annotation', object({ a: { type: 'string' } }), []],
    ['an empty schema', {}, []],
    ['a string', object({ region: mark('Region') }), [{ header: 'Region', path: ['region'], type: 'string' }]],
    [
      'an integer and a boolean',
      object({ n: mark('N', 'integer'), b: mark('B', 'boolean') }),
      [
        { header: 'N', path: ['n'], type: 'integer' },
        { header: 'B', path: ['b'], type: 'boolean' },
      ],
    ],
    ['nested', object({ a: object({ b: object({ c: mark('C') }) }) }), [{ header: 'C', path: ['a', 'b', 'c'], type: 'string' }]],
    ['the name of a standard header', object({ a: mark('Method') }), [{ header: 'Method', path: ['a'], type: 'string' }]],
    [
      'every token character',
      object({ a: mark("!#$%&'*+-.^_`|~09azAZ") }),
      [{ header: "!#$%&'*+-.^_`|~09azAZ", path: ['a'], type: 'string' }],
    ],
    ['a property that is called so', object({ 'x-mcp-header': { type: 'string' } }), []],
    ['a property that is called properties', object({ properties: mark('P') }), [{ header: 'P', path: ['properties'], type: 'string' }]],
    [
      'data that looks like one',
      object({ a: { type: 'object', default: mark('A'), examples: [mark('B')], const: mark('C'), enum: [mark('D')] } }),
      [],
    ],
    ['properties that is no object', { properties: 'x' }, []],
  ];
  for (const [name, schema, params] of cases) {
    test(name, () => {
      assert.deepEqual(scanHeaderParams(schema), { ok: true, value: params });
    });
  }
});

describe('invalid schemas', () => {
  const names: readonly (readonly [string, JsonValue])[] = [
    ['empty', ''],
    ['a space', 'a b'],
    ['a colon', 'a:b'],
    ['a line break', 'a\r\nX-Evil: 1'],
    ['beyond ASCII', 'é'],
    ['a control character', 'a\u0000'],
    ['a number', 7],
    ['null', null],
  ];
  const types: readonly JsonValue[] = ['number', 'object', 'array', 'null', ['string', 'null'], null];
  const places: readonly (readonly [string, JsonObject])[] = [
    ['the root', { type: 'string', 'x-mcp-header': 'A' }],
    ['items', object({ a: { type: 'array', items: mark('A') } })],
    ['prefixItems', object({ a: { type: 'array', prefixItems: [mark('A')] } })],
    ['additionalProperties', object({}, { additionalProperties: mark('A') })],
    ['patternProperties', object({}, { patternProperties: { '.*': mark('A') } })],
    ['oneOf', object({}, { oneOf: [object({ a: mark('A') })] })],
    ['allOf', object({ a: { allOf: [mark('A')] } })],
    ['not', object({}, { not: object({ a: mark('A') }) })],
    ['if', object({}, { if: object({ a: mark('A') }) })],
    ['$defs', object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: mark('A') } })],
    ['definitions', object({}, { definitions: { x: object({ a: mark('A') }) } })],
    ['dependentSchemas', object({}, { dependentSchemas: { x: object({ a: mark('A') }) } })],
    ['a keyword nobody knows', object({}, { 'x-vendor': { deep: [mark('A')] } })],
    ['properties below items', object({ a: { type: 'array', items: object({ b: mark('A') }) } })],
  ];
  const cases: readonly (readonly [string, JsonObject, RegExp])[] = [
    ...names.map(([name, header]) => [`a name that is ${name}`, object({ a: mark(header) }), /token/] as const),
    ...types.map((type) => [`the type ${JSON.stringify(type)}`, object({ a: mark('A', type) }), /string, integer or boolean/] as const),
    ['no type', object({ a: { 'x-mcp-header': 'A' } }), /string, integer or boolean/],
    ...places.map(([name, schema]) => [`under ${name}`, schema, /properties alone/] as const),
    ['the same name in other letters', object({ a: mark('Region'), b: mark('REGION') }), /twice/],
    ['one good and one bad', object({ a: mark('A'), b: mark('B', 'number') }), /string, integer or boolean/],
  ];
  for (const [name, schema, reason] of cases) {
    test(name, () => {
      const scanned = scanHeaderParams(schema);
      assert.ok(!scanned.ok);
      assert.match(scanned.error, reason);
    });
  }
});

const PARAMS: readonly HeaderParam[] = [
  { header: 'Region', path: ['region'], type: 'string' },
  { header: 'N', path: ['deep', 'n'], type: 'integer' },
  { header: 'B', path: ['b'], type: 'boolean' },
];

describe('headers that agree with the arguments', () => {
  const cases: readonly (readonly [string, JsonObject | undefined, Record<string, string>])[] = [
    ['nothing', undefined, {}],
    ['nothing annotated', { other: 1 }, {}],
    ['null is as good as absent', { region: null, deep: { n: null } }, {}],
    ['all three', { region: 'us-west1', deep: { n: 42 }, b: true }, { region: 'us-west1', n: '42', b: 'true' }],
    ['false', { b: false }, { b: 'false' }],
    ['an integer spelled as a decimal', { deep: { n: 42 } }, { n: '42.0' }],
    ['a negative integer', { deep: { n: -42 } }, { n: '-42' }],
    ['base64', { region: 'Hello, 世界' }, { region: '=?base64?SGVsbG8sIOS4lueVjA==?=' }],
    ['a literal without prefix', { region: 'SGVsbG8=' }, { region: 'SGVsbG8=' }],
    ['a literal without suffix', { region: '=?base64?SGVsbG8=' }, { region: '=?base64?SGVsbG8=' }],
    ['space around', { region: 'a b' }, { region: '  a b\t' }],
    ['an empty string', { region: '' }, { region: '' }],
    ['an empty string in base64', { region: '' }, { region: '=?base64??=' }],
    ['a structured argument is left to the schema', { region: { a: 1 }, b: [true] }, {}],
  ];
  for (const [name, args, headers] of cases) {
    test(name, () => {
      assert.deepEqual(
        checkHeaderParams(PARAMS, args, (header) => headers[header.replace('mcp-param-', '')]),
        { ok: true, value: undefined },
      );
    });
  }
});

describe('headers that do not', () => {
  const cases: readonly (readonly [string, JsonObject | undefined, Record<string, string>])[] = [
    ['another value', { region: 'eu' }, { region: 'us' }],
    ['other letters', { region: 'eu' }, { region: 'EU' }],
    ['missing', { region: 'eu' }, {}],
    ['missing for an empty string', { region: '' }, {}],
    ['missing for false', { b: false }, {}],
    ['missing for zero', { deep: { n: 0 } }, {}],
    ['nothing to mirror', {}, { region: 'eu' }],
    ['nothing to mirror in no arguments', undefined, { n: '1' }],
    ['nothing to mirror in null', { region: null }, { region: 'null' }],
    ['a structured argument', { region: ['eu'] }, { region: 'eu' }],
    ['an argument that the prototype lends', {}, { region: 'x' }],
    ['broken padding', { region: 'Hello' }, { region: '=?base64?SGVsbG8?=' }],
    ['a broken alphabet', { region: 'Hello' }, { region: '=?base64?SGVs!!!bG8=?=' }],
    ['another integer', { deep: { n: 42 } }, { n: '43' }],
    ['an integer in hexadecimal', { deep: { n: 42 } }, { n: '0x2a' }],
    ['an integer with a leading zero', { deep: { n: 42 } }, { n: '042' }],
    ['an integer with an exponent', { deep: { n: 1000 } }, { n: '1e3' }],
    ['no integer at all', { deep: { n: 0 } }, { n: '' }],
    ['an integer for a string', { region: '42' }, { region: '42.0' }],
    ['a boolean as a number', { b: true }, { b: '1' }],
    ['a boolean in other letters', { b: true }, { b: 'True' }],
  ];
  for (const [name, args, headers] of cases) {
    test(name, () => {
      const checked = checkHeaderParams(PARAMS, args, (header) => headers[header.replace('mcp-param-', '')]);
      assert.ok(!checked.ok);
      assert.equal(checked.error.code, 'header_mismatch');
      assert.match(checked.error.say, /^The header Mcp-Param-/);
    });
  }
  test('members of Object.prototype are no arguments', () => {
    const params: readonly HeaderParam[] = [{ header: 'C', path: ['constructor', 'name'], type: 'string' }];
    assert.ok(checkHeaderParams(params, {}, () => undefined).ok);
    assert.deepEqual(headerParamValues(params, {}), []);
  });
});

test('what to send', () => {
  assert.deepEqual(headerParamValues(PARAMS, undefined), []);
  assert.deepEqual(headerParamValues(PARAMS, { region: ' é', deep: { n: -7 }, b: false }), [
    'Mcp-Param-Region',
    '=?base64?IMOp?=',
    'Mcp-Param-N',
    '-7',
    'Mcp-Param-B',
    'false',
  ]);
  assert.deepEqual(headerParamValues(PARAMS, { region: '', deep: 'x', b: null }), ['Mcp-Param-Region', '=?base64??=']);
});
