import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { createToolContracts } from './index.ts';
import type { Approved } from './index.ts';

const STRICT: JsonObject = { type: 'object', properties: { a: { type: 'integer' } } };

/** Contracts over tools of one server, each with its approved shapes, the newest at the end. */
function contractsOf(
  tools: Readonly<Record<string, readonly JsonValue[]>>,
): ReturnType<typeof createToolContracts> & { readonly read: () => number } {
  let reads = 0;
  const approved = (name: string): readonly Approved[] =>
    (tools[name] ?? []).map((definition, index) => ({ fingerprint: `${name} ${index}`, definition }));
  const contracts = createToolContracts({
    approved: (_server, _kind, name) => {
      reads++;
      return approved(name);
    },
    fingerprints: (_server, _kind, name) => approved(name).map(({ fingerprint }) => fingerprint),
  });
  return { ...contracts, read: () => reads };
}

describe('arguments', () => {
  const contracts = contractsOf({
    one: [{ inputSchema: STRICT }],
    two: [{ inputSchema: STRICT }, { inputSchema: { type: 'object', properties: { b: { type: 'string' } } } }],
    none: [{}],
    broken: [{ inputSchema: { $ref: 'http://169.254.169.254/' } }],
    mended: [{ inputSchema: { $ref: '#' } }, { inputSchema: STRICT }],
  });
  const rows: readonly (readonly [tool: string, args: JsonValue, strict: string, schema: string])[] = [
    ['one', { a: 1 }, 'valid', 'valid'],
    ['one', { a: 'x' }, 'invalid', 'invalid'],
    ['one', { a: 1, ssh_key: 'x' }, 'invalid', 'valid'],
    ['one', { a: null }, 'valid', 'valid'],
    ['one', { a: null, ssh_key: null }, 'invalid', 'valid'],
    ['one', ['a'], 'invalid', 'invalid'],
    ['one', null, 'invalid', 'invalid'],
    ['two', { a: 1 }, 'valid', 'valid'],
    ['two', { b: 'x' }, 'valid', 'valid'],
    ['two', { a: 1, b: 'x' }, 'invalid', 'valid'],
    ['none', {}, 'valid', 'valid'],
    ['none', { a: 1 }, 'invalid', 'valid'],
    ['broken', {}, 'unusable', 'unusable'],
    ['mended', { a: 1 }, 'valid', 'valid'],
    ['unknown', {}, 'unusable', 'unusable'],
  ];
  for (const [tool, args, strict, schema] of rows)
    test(`${tool} ${JSON.stringify(args)}: ${strict}, by the schema alone ${schema}`, () => {
      assert.equal(contracts.checkArguments('desk', tool, args, 'strict').kind, strict);
      assert.equal(contracts.checkArguments('desk', tool, args, 'schema').kind, schema);
    });

  test('a schema is read once, however often it is called', () => {
    const once = contractsOf({ one: [{ inputSchema: STRICT }] });
    for (let calls = 0; calls < 10; calls++) once.checkArguments('desk', 'one', { a: calls }, 'strict');
    assert.equal(once.read(), 1);
  });
});

test('results are held against what the shape approved last promises', () => {
  const output = { type: 'object', properties: { found: { type: 'integer' } }, required: ['found'] };
  const contracts = contractsOf({ plain: [{}], promising: [{ outputSchema: output }], changed: [{ outputSchema: output }, {}] });
  const kindOf = (tool: string, value: JsonValue | undefined): string | undefined => contracts.checkResult('desk', tool, value)?.kind;
  assert.equal(kindOf('plain', { found: 'x' }), undefined);
  assert.equal(kindOf('promising', { found: 1, more: true }), 'valid');
  assert.equal(kindOf('promising', { found: 'x' }), 'invalid');
  assert.equal(kindOf('promising', undefined), 'invalid');
  assert.equal(kindOf('changed', { found: 'x' }), undefined);
  assert.deepEqual([contracts.hasOutput('desk', 'plain'), contracts.hasOutput('desk', 'promising')], [false, true]);
});

test('a prompt takes what it declares', () => {
  const contracts = contractsOf({ daily: [{ name: 'daily', arguments: [{ name: 'day' }] }] });
  assert.equal(contracts.checkPrompt('desk', 'daily', { day: 'x' }).kind, 'valid');
  assert.equal(contracts.checkPrompt('desk', 'daily', {}).kind, 'valid');
  assert.equal(contracts.checkPrompt('desk', 'daily', { day: 'x', more: 'y' }).kind, 'invalid');
  assert.equal(contracts.checkPrompt('desk', 'weekly', {}).kind, 'unusable');
});

describe('a definition that nobody can use', () => {
  const contracts = contractsOf({});
  const annotated = (name: string, header: JsonValue, type = 'string'): JsonObject => ({
    inputSchema: { type: 'object', properties: { [name]: { type, 'x-mcp-header': header } } },
  });
  const rows: readonly (readonly [definition: JsonObject, fault: RegExp | undefined])[] = [
    [annotated('region', 'Region'), undefined],
    [annotated('region', 'Method'), undefined],
    [annotated('author', 'Author'), undefined],
    [annotated('tokens', 'Max-Tokens'), undefined],
    [annotated('query', 'Authorization'), /wants the argument query in a header/],
    [annotated('query', 'X-Api-Key'), /wants the argument query/],
    [annotated('accessToken', 'Region'), /wants the argument accessToken/],
    [annotated('PASSWORD', 'Region'), /wants the argument PASSWORD/],
    [annotated('query', 'Proxy-Authorization'), /wants the argument query/],
    [annotated('query', 'a b'), /no.* HTTP token|not an HTTP token/],
    [annotated('query', 'Region', 'number'), /no string, integer or boolean/],
    [{ inputSchema: 7 }, /input schema cannot be used/],
    [{ outputSchema: { $ref: 'https://example.com/' } }, /output schema cannot be used/],
  ];
  for (const [index, [definition, fault]] of rows.entries())
    test(`${JSON.stringify(definition)}: ${fault?.source ?? 'usable'}`, () => {
      const said = contracts.faultOf({ kind: 'tool', name: 'x', fingerprint: String(index) }, definition);
      if (fault === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', fault);
    });
});
