import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { createHeaderCatalogue } from './index.ts';
import type { HeaderCatalogue } from './index.ts';

const mirroring = (headers: Readonly<Record<string, string>>): JsonObject => ({
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, { type: 'string', 'x-mcp-header': header }])),
  },
});

/** Over tools of one server, each with its approved shapes, the newest at the end. */
function headersOf(tools: Readonly<Record<string, readonly JsonValue[]>>): HeaderCatalogue {
  return createHeaderCatalogue({
    approved: (_server, _kind, name) => (tools[name] ?? []).map((definition, at) => ({ fingerprint: `${name} ${at}`, definition })),
    fingerprints: (_server, _kind, name) => (tools[name] ?? []).map((_, at) => `${name} ${at}`),
  });
}

const catalogue = headersOf({
  plain: [{ inputSchema: { type: 'object', properties: { to: { type: 'string' } } } }],
  one: [mirroring({ to: 'To' })],
  two: [mirroring({ to: 'To' }), mirroring({ to: 'TO', from: 'From' })],
  invalid: [mirroring({ to: 'not a token' })],
  strange: ['no definition', { inputSchema: true }],
});
const args = { to: 'ann', from: 'bob', amount: 5 };

for (const [tool, values] of [
  ['plain', []],
  ['one', ['Mcp-Param-To', 'ann']],
  ['two', ['Mcp-Param-TO', 'ann', 'Mcp-Param-From', 'bob']],
  ['invalid', []],
  ['strange', []],
  ['unknown', []],
] as const) {
  test(`${tool}: what is sent is what its approved shapes mirror, from the body`, () =>
    assert.deepEqual(catalogue.values('desk', tool, args), values));
}

for (const [tool, headers, agrees] of [
  ['one', { 'mcp-param-to': 'ann' }, true],
  ['one', { 'mcp-param-to': 'eve' }, false],
  ['one', {}, false],
  ['two', { 'mcp-param-to': 'ann' }, true],
  ['two', { 'mcp-param-to': 'ann', 'mcp-param-from': 'bob' }, true],
  ['two', { 'mcp-param-to': 'eve', 'mcp-param-from': 'bob' }, false],
  ['plain', { 'mcp-param-to': 'eve' }, true],
  ['unknown', { 'mcp-param-to': 'eve' }, true],
] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>, boolean])[]) {
  test(`${tool} ${JSON.stringify(headers)}: ${agrees ? 'agrees' : 'disagrees'} with the body`, () => {
    const given = new Map<string, string>(Object.entries(headers));
    assert.equal(catalogue.check('desk', tool, args, (name) => given.get(name)).ok, agrees);
  });
}
