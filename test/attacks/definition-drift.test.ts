// T03, rug pull: a definition that changes after it was approved. The tools are those of three published servers, as they list them; every
// value in each definition is changed in turn, and each change must be seen. Written in another way, the same definition must not be.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { parseJson } from '../../src/mcp/index.ts';
import type { JsonObject, JsonValue } from '../../src/mcp/index.ts';
import { checkSchema, diffDefinitions, fingerprint, printChanges } from '../../src/tools/index.ts';
import { at, LegacySession, modernCall, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { startRugPullServer } from './rug-pull.fixture.ts';
import type { RugPullServer } from './rug-pull.fixture.ts';

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  everything: ['stdio'],
  memory: [],
  filesystem: [fileURLToPath(new URL('.', import.meta.url))],
};
/** Changes that are tried on each definition, at different places. */
const LEAST_PAIRS = 100;

const definitions: JsonValue[] = [];
const clients: Client[] = [];

before(async () => {
  for (const [name, args] of Object.entries(SERVERS)) {
    const script = fileURLToPath(new URL(`../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`, import.meta.url));
    const client = new Client({ name: 'drift', version: '1' });
    clients.push(client);
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [script, ...args], stderr: 'ignore' }));
    const { tools } = await client.listTools();
    definitions.push(...tools.map((tool) => read(JSON.stringify(tool))));
  }
});
after(() => Promise.all(clients.map((client) => client.close())));

describe('definitions of published tools', () => {
  test('every change of every value, name and place is seen, and shown', () => {
    let pairs = 0;
    for (const definition of definitions) {
      for (const changed of changesOf(definition)) {
        pairs += 1;
        assert.notEqual(fingerprint(changed), fingerprint(definition), JSON.stringify(changed));
        assert.notDeepEqual(printChanges(diffDefinitions(definition, changed)), []);
      }
    }
    assert.ok(pairs >= LEAST_PAIRS, `only ${pairs} pairs`);
  });
  test('another spelling of the same is never an alarm', () => {
    assert.ok(definitions.length >= 20, `only ${definitions.length} definitions`);
    for (const definition of definitions) {
      for (const text of [JSON.stringify(turned(definition), undefined, '\t'), escaped(JSON.stringify(definition))]) {
        assert.equal(fingerprint(read(text)), fingerprint(definition));
        assert.deepEqual(diffDefinitions(definition, read(text)), []);
      }
    }
  });
  test('their schemas can be used', () => {
    for (const definition of definitions)
      if (isObject(definition)) assert.equal(checkSchema(definition['inputSchema'] ?? null), undefined, JSON.stringify(definition['name']));
  });
});

for (const era of ['modern', 'legacy'] as const) {
  describe(`the same through the running gateway, from a server of the ${era} era`, () => {
    let gateway: Gateway;
    let server: RugPullServer;
    let key: string;
    let session: LegacySession;
    let tools: readonly Named[];
    before(async () => {
      // Each under a name of its own: three servers in one.
      tools = definitions.filter(isObject).map((definition, at_) => ({ ...definition, name: `tool_${at_}` }));
      server = await startRugPullServer(era, { tools });
      gateway = await startGateway({ config: testConfig({ servers: { drift: { url: server.url } } }) });
      key = await gateway.addAgent('ann');
      session = await LegacySession.open(gateway.url('drift'), { key });
    });
    after(async () => {
      await gateway?.stop();
      await server?.close();
    });

    /** What agents of both eras are shown, each asked twice: there are two workers. */
    const shownTo = async (): Promise<readonly (readonly string[])[]> => {
      const results: unknown[] = [];
      for (let again = 0; again < 2; again++) {
        results.push((await modernCall(gateway.url('drift'), 'tools/list', {}, { key })).result);
        results.push((await session.request('tools/list', {})).result);
      }
      return results.map((result) => {
        const listed = at(result, 'tools');
        return Array.isArray(listed) ? listed.map((one) => textAt(one, 'name')) : ['no list'];
      });
    };

    test('first seen, all of them are shown', async () => {
      for (const names of await shownTo())
        assert.deepEqual(
          names,
          tools.map(({ name }) => name),
        );
    });

    test('every change is caught, and what is only written in another way is not', async () => {
      let pairs = 0;
      for (let round = 0; pairs < LEAST_PAIRS; round += 1) {
        assert.ok(round < MAX_ROUNDS, `only ${pairs} pairs`);
        const changed = tools.map((tool, at_) => (at_ % 2 === round % 2 ? nthChange(tool, round) : undefined));
        server.shown.tools = tools.map((tool, at_) => {
          const other = changed[at_] ?? turned(tool);
          assert.ok(isObject(other));
          return other;
        });
        server.shown.spell = round % 3 === 0 ? (text) => text : escaped;
        const expected = tools.flatMap(({ name }, at_) => (changed[at_] === undefined ? [name] : []));
        for (const names of await shownTo()) assert.deepEqual(names, expected, `round ${round}`);
        pairs += tools.length - expected.length;
      }
      const reached = server.called.length;
      for (const [at_, tool] of tools.entries()) {
        const one = server.shown.tools[at_];
        if (one === undefined || fingerprint(read(JSON.stringify(one))) === fingerprint(tool)) continue;
        const { result } = await modernCall(gateway.url('drift'), 'tools/call', { name: tool.name, arguments: {} }, { key });
        assert.equal(at(result, 'isError'), true, tool.name);
      }
      assert.equal(server.called.length, reached);
    });

    test('as they were, all of them are shown again', async () => {
      server.shown.tools = tools;
      server.shown.spell = (text) => text;
      for (const names of await shownTo())
        assert.deepEqual(
          names,
          tools.map(({ name }) => name),
        );
    });
  });
}

type Named = JsonObject & { readonly name: string };

/** More rounds than this are not needed for as many pairs as are wanted. */
const MAX_ROUNDS = 40;

/** One of the changes that can be made to a tool, another one each round; never of its name, which would make another tool of it. */
function nthChange(tool: Named, round: number): JsonValue {
  const changes = [...changesOf(tool)].filter((changed) => isObject(changed) && changed['name'] === tool.name);
  return changes[(round * 7) % changes.length] ?? tool;
}

/** The definition with one thing changed, for each thing in it. */
function* changesOf(value: JsonValue): Generator<JsonValue> {
  if (typeof value === 'string')
    yield* [`${value} `, value.replace(/.$/, '\u200b'), value === '' ? 'a' : value.slice(1)].filter((text) => text !== value);
  else if (typeof value === 'number') yield* [value + 1, -value - 1, String(value)];
  else if (typeof value === 'boolean') yield* [!value, value ? 1 : 0, String(value)];
  else if (value === null) yield* [false, 'null', {}];
  else if (!isObject(value)) yield* changedList(value);
  else yield* changedObject(value);
}

function* changedList(list: readonly JsonValue[]): Generator<JsonValue> {
  yield [...list, 'ssh_key'];
  if (list.length > 0) yield list.slice(1);
  if (new Set(list.map((element) => JSON.stringify(element))).size > 1) yield list.toReversed();
  for (const [at, element] of list.entries()) for (const changed of changesOf(element)) yield list.with(at, changed);
}

function* changedObject(object: JsonObject): Generator<JsonValue> {
  yield { ...object, 'x-new': true };
  for (const [name, member] of Object.entries(object)) {
    const { [name]: _left, ...rest } = object;
    yield rest;
    yield { ...rest, [`${name}_`]: member };
    for (const changed of changesOf(member)) yield { ...object, [name]: changed };
  }
}

/** The same value with every object's members the other way round. */
function turned(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (!isObject(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, turned(member)]),
  );
}

/** The same text with its letters `e` as escapes, in names and values alike. */
function escaped(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => quoted.replaceAll(/\\.|e/g, (part) => (part === 'e' ? '\\u0065' : part)));
}

function read(text: string): JsonValue {
  const document = parseJson(Buffer.from(text));
  assert.ok(document.ok);
  return document.value.value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
