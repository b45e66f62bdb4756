// Header and body that do not say the same: whoever decides by the header is shown another call than the server would get. Refused
// with 400 and -32020 in every spelling (2026-07-28 basic/transports/streamable-http, "Request Metadata" and "Value Encoding"), and
// the server hears nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, META, modernAnswers, modernCall, modernRequest, startGateway, startScriptedServer, testConfig } from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';
import { fieldLines, fromBothWorkers, isDecision, rawAnswer, rawRequest } from './gateway-target.fixture.ts';

const HEADER_MISMATCH = -32020;

const SCHEMA = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    count: { type: 'integer', 'x-mcp-header': 'Count' },
    dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' },
    where: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
    note: { type: 'string' },
  },
};
const TOOLS = ['mirrored', 'wait', 'Hello, 世界', ' padded ', 'a b', '=?base64?literal?='];

let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        tools: TOOLS.map((name) => ({ name, inputSchema: name === 'mirrored' ? SCHEMA : { type: 'object', additionalProperties: true } })),
        ttlMs: 0,
        cacheScope: 'private',
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
      'prompts/get': { resultType: 'complete', messages: [] },
      'resources/read': { resultType: 'complete', contents: [], ttlMs: 0, cacheScope: 'private' },
    }),
  );
  gateway = await startGateway({ config: testConfig({ servers: { behind: { url: server.url } } }) });
  key = await gateway.addAgent('known');
  // A tool's schema is known once it is approved; here, when it is first listed.
  await fromBothWorkers(
    gateway,
    (record) => isDecision(record, { method: 'tools/list' }),
    () => modernCall(gateway.url('behind'), 'tools/list', {}, { key }),
  );
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

type Lines = readonly string[];

interface Shape {
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Field lines in place of the honest ones of the same name. */
  readonly lines: Lines;
  /** Names of honest fields to leave out. */
  readonly without?: readonly string[];
}

/** The honest request with some of its field lines replaced. */
function craft({ method = 'tools/call', params = { name: 'wait', arguments: {} }, meta = {}, lines, without = [] }: Shape): Buffer {
  const honest = modernRequest(method, params, { key, meta });
  const replaced = new Set([...without, ...lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase())]);
  const kept = fieldLines(honest).filter((line) => !replaced.has(line.slice(0, line.indexOf(':'))));
  return rawRequest('/mcp/behind', [...kept, ...lines], String(honest.body));
}

/** The header of a name that is not plain ASCII must be encoded for the request to be sent at all. */
const sentinel = (text: string | Uint8Array): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

const VERSION = 'MCP-Protocol-Version';
const mismatches: Readonly<Record<string, Shape>> = {
  'no version': { lines: [], without: ['mcp-protocol-version'] },
  'an empty version': { lines: [`${VERSION}:`] },
  'a legacy version on a modern body': { lines: [`${VERSION}: 2025-11-25`] },
  'a later version': { lines: [`${VERSION}: 2027-01-01`] },
  'two versions in one field': { lines: [`${VERSION}: 2026-07-28, 2026-07-28`] },
  'a version in quotes': { lines: [`${VERSION}: "2026-07-28"`] },
  'a version in a sentinel': { lines: [`${VERSION}: ${sentinel('2026-07-28')}`] },
  'a version with a comment': { lines: [`${VERSION}: 2026-07-28 (modern)`] },
  'another version in the body': { meta: { [META.version]: '2027-01-01' }, lines: [`${VERSION}: 2026-07-28`] },
  'no method': { lines: [], without: ['mcp-method'] },
  'an empty method': { lines: ['Mcp-Method:'] },
  'another method': { lines: ['Mcp-Method: tools/list'] },
  'a method in other case': { lines: ['Mcp-Method: Tools/Call'] },
  'a method in a sentinel': { lines: [`Mcp-Method: ${sentinel('tools/call')}`] },
  'a percent-encoded method': { lines: ['Mcp-Method: tools%2Fcall'] },
  'a method and a second one': { lines: ['Mcp-Method: tools/call, tools/list'] },
  'a method with a slash more': { lines: ['Mcp-Method: tools/call/'] },
  'no name': { lines: [], without: ['mcp-name'] },
  'an empty name': { lines: ['Mcp-Name:'] },
  'an empty sentinel': { lines: ['Mcp-Name: =?base64??='] },
  'another name': { lines: ['Mcp-Name: mirrored'] },
  'a name in other case': { lines: ['Mcp-Name: Wait'] },
  'a name and more': { lines: ['Mcp-Name: wait; allowed'] },
  'a percent-encoded name': { lines: ['Mcp-Name: %77ait'] },
  'a name in quotes': { lines: ['Mcp-Name: "wait"'] },
  'a sentinel of another name': { lines: [`Mcp-Name: ${sentinel('mirrored')}`] },
  'a sentinel of a sentinel': { lines: [`Mcp-Name: ${sentinel(sentinel('wait'))}`] },
  'a sentinel with its name padded': { lines: [`Mcp-Name: ${sentinel(' wait')}`] },
  'a sentinel in capitals is a literal': { lines: ['Mcp-Name: =?BASE64?d2FpdA==?='] },
  'a sentinel without its end is a literal': { lines: ['Mcp-Name: =?base64?d2FpdA=='] },
  'a sentinel without its padding': { lines: ['Mcp-Name: =?base64?d2FpdA?='] },
  'a sentinel with half its padding': { lines: ['Mcp-Name: =?base64?d2FpdA=?='] },
  'a sentinel with too much padding': { lines: ['Mcp-Name: =?base64?d2FpdA====?='] },
  'a sentinel with loose bits': { lines: ['Mcp-Name: =?base64?d2FpdB==?='] },
  'a sentinel with white space inside': { lines: ['Mcp-Name: =?base64?d2Fp dA==?='] },
  'a sentinel with rubbish between its letters': { lines: ['Mcp-Name: =?base64?d2!F#pdA==?='] },
  'a sentinel in the URL alphabet': { params: { name: '>>>???', arguments: {} }, lines: ['Mcp-Name: =?base64?Pj4-Pz8_?='] },
  'a sentinel that is no UTF-8': { lines: [`Mcp-Name: ${sentinel(Uint8Array.of(0x77, 0xff))}`] },
  'a sentinel with an overlong form': { lines: [`Mcp-Name: ${sentinel(Uint8Array.of(0xc1, 0xb7, 0x61, 0x69, 0x74))}`] },
  'a sentinel with a byte order mark': { lines: [`Mcp-Name: ${sentinel('\ufeffwait')}`] },
  'a sentinel with NUL behind the name': { lines: [`Mcp-Name: ${sentinel('wait\0')}`] },
  'a look-alike in a sentinel': { lines: [`Mcp-Name: ${sentinel('wаit')}`] },
  'another normal form in a sentinel': { params: { name: 'é', arguments: {} }, lines: [`Mcp-Name: ${sentinel('e\u0301')}`] },
  'a name of spaces that a field cannot carry': { params: { name: ' padded ', arguments: {} }, lines: ['Mcp-Name:  padded '] },
  'a literal that looks like a sentinel': {
    params: { name: '=?base64?literal?=', arguments: {} },
    lines: ['Mcp-Name: =?base64?literal?='],
  },
  'a name on a method without one': { method: 'tools/list', params: {}, lines: ['Mcp-Name: wait'] },
  'an empty name on a method without one': { method: 'tools/list', params: {}, lines: ['Mcp-Name:'] },
  'another prompt': { method: 'prompts/get', params: { name: 'one' }, lines: ['Mcp-Name: two'] },
  'another resource': { method: 'resources/read', params: { uri: 'file:///a' }, lines: ['Mcp-Name: file:///b'] },
  'another spelling of a resource': { method: 'resources/read', params: { uri: 'file:///a%62' }, lines: ['Mcp-Name: file:///ab'] },
};

for (const [name, shape] of Object.entries(mismatches)) {
  test(`${name}: 400 and -32020, and the server hears nothing`, () => assertMismatch(shape));
}

const mirroredMismatches: Readonly<Record<string, { readonly args: Readonly<Record<string, unknown>>; readonly lines: Lines }>> = {
  'another value': { args: { region: 'eu' }, lines: ['Mcp-Param-Region: us'] },
  'a value in other case': { args: { region: 'eu' }, lines: ['Mcp-Param-Region: EU'] },
  'an empty value': { args: { region: 'eu' }, lines: ['Mcp-Param-Region:'] },
  'no value': { args: { region: 'eu' }, lines: [] },
  'a value for an argument that is absent': { args: {}, lines: ['Mcp-Param-Region: eu'] },
  'a value for an argument that is null': { args: { region: null }, lines: ['Mcp-Param-Region: null'] },
  'a value for an argument of another shape': { args: { region: { toString: 'eu' } }, lines: ['Mcp-Param-Region: eu'] },
  'a broken sentinel': { args: { region: 'eu' }, lines: ['Mcp-Param-Region: =?base64?ZXU?='] },
  'a sentinel of another value': { args: { region: 'eu' }, lines: [`Mcp-Param-Region: ${sentinel('us')}`] },
  'another number': { args: { count: 42 }, lines: ['Mcp-Param-Count: 43'] },
  'an octal number': { args: { count: 42 }, lines: ['Mcp-Param-Count: 042'] },
  'a hexadecimal number': { args: { count: 42 }, lines: ['Mcp-Param-Count: 0x2a'] },
  'a number with an exponent': { args: { count: 42 }, lines: ['Mcp-Param-Count: 4.2e1'] },
  'a number with a sign': { args: { count: 42 }, lines: ['Mcp-Param-Count: +42'] },
  'a boolean in other case': { args: { dry: true }, lines: ['Mcp-Param-Dry-Run: True'] },
  'a boolean as a number': { args: { dry: true }, lines: ['Mcp-Param-Dry-Run: 1'] },
  'the opposite boolean': { args: { dry: false }, lines: ['Mcp-Param-Dry-Run: true'] },
  'another nested value': { args: { where: { city: 'Rome' } }, lines: ['Mcp-Param-City: Oslo'] },
  'a nested value that stands elsewhere': { args: { city: 'Rome' }, lines: ['Mcp-Param-City: Rome'] },
  'one right and one wrong': { args: { region: 'eu', count: 1 }, lines: ['Mcp-Param-Region: eu', 'Mcp-Param-Count: 2'] },
};

for (const [name, { args, lines }] of Object.entries(mirroredMismatches)) {
  test(`a mirrored argument, ${name}: 400 and -32020, and the server hears nothing`, () =>
    assertMismatch({ params: { name: 'mirrored', arguments: args }, lines }));
}

test('a second field of the same name is refused, even if it says the same', async () => {
  const heard = server.seen.length;
  const pairs: readonly Lines[] = [
    [`${VERSION}: 2026-07-28`, 'mcp-protocol-version: 2026-07-28'],
    ['Mcp-Method: tools/call', 'MCP-METHOD: tools/list'],
    ['Mcp-Method: tools/list', 'mcp-method: tools/call'],
    ['Mcp-Name: wait', 'mcp-name: wait'],
    ['Mcp-Name: mirrored', 'Mcp-Name: wait'],
    ['Mcp-Name: wait', `Mcp-Name: ${sentinel('mirrored')}`],
    ['Mcp-Param-Region: eu', 'mcp-param-region: us'],
    ['Mcp-Session-Id: one', 'Mcp-Session-Id: two'],
  ];
  for (const lines of pairs) assert.equal((await rawAnswer(gateway.port, craft({ lines }))).status, 400, lines.join());
  assert.equal(server.seen.length, heard);
});

test('bytes that HTTP leaves open are no spelling of a name', async () => {
  const heard = server.seen.length;
  for (const name of ['Hello, 世界', 'é', 'wait\u0080']) {
    for (const spelling of [Buffer.from(name, 'utf8').toString('latin1'), name]) {
      const answer = await rawAnswer(gateway.port, craft({ params: { name, arguments: {} }, lines: [`Mcp-Name: ${spelling}`] }));
      assert.equal(answer.status, 400);
    }
  }
  assert.equal(server.seen.length, heard);
});

test('a notification whose header names another one is refused', async () => {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1, _meta: { [META.version]: '2026-07-28' } },
  });
  const lines = ['Content-Type: application/json', 'Accept: application/json, text/event-stream', `Authorization: Bearer ${key}`];
  for (const [method, version] of [
    ['tools/call', '2026-07-28'],
    ['notifications/cancelled', '2025-11-25'],
  ]) {
    const answer = await rawAnswer(
      gateway.port,
      rawRequest('/mcp/behind', [...lines, `Mcp-Method: ${method}`, `${VERSION}: ${version}`], body),
    );
    assert.equal(answer.status, 400);
    assert.equal(at(answer.json, 'error', 'code'), HEADER_MISMATCH);
  }
});

test('a field that only looks like one that decides decides nothing, and does not reach the server as one', async () => {
  const lookalikes = [
    'Mcp_Method: tools/list',
    'X-Mcp-Name: mirrored',
    'Mcp-Names: mirrored',
    'X-HTTP-Method-Override: DELETE',
    'X-Original-URL: /mcp/other',
  ];
  const answer = await rawAnswer(gateway.port, craft({ lines: lookalikes }));
  assert.equal(answer.status, 200);
  const { headers } = lastHeard();
  assert.equal(headers['mcp-method'], 'tools/call');
  assert.equal(headers['mcp-name'], 'wait');
  for (const line of lookalikes) assert.equal(headers[line.slice(0, line.indexOf(':')).toLowerCase()], undefined, line);
});

test('what agrees in any allowed spelling goes on, in the one spelling of the body', async () => {
  const agreeing: readonly (readonly [Shape, string])[] = [
    [{ lines: ['Mcp-Name:  \t wait \t'] }, 'wait'],
    [{ lines: [`Mcp-Name: ${sentinel('wait')}`] }, 'wait'],
    [{ params: { name: 'a b', arguments: {} }, lines: ['MCP-NAME: a b'] }, 'a b'],
    [
      { params: { name: 'Hello, 世界', arguments: {} }, lines: [`Mcp-Name: ${sentinel('Hello, 世界')}`] },
      '=?base64?SGVsbG8sIOS4lueVjA==?=',
    ],
    [{ params: { name: ' padded ', arguments: {} }, lines: [`Mcp-Name: ${sentinel(' padded ')}`] }, '=?base64?IHBhZGRlZCA=?='],
    [
      { params: { name: '=?base64?literal?=', arguments: {} }, lines: [`Mcp-Name: ${sentinel('=?base64?literal?=')}`] },
      '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=',
    ],
  ];
  for (const [shape, sent] of agreeing) {
    const answer = await rawAnswer(gateway.port, craft(shape));
    assert.equal(answer.status, 200, `${shape.lines.join()}: ${answer.body}`);
    assert.equal(lastHeard().headers['mcp-name'], sent);
  }
  const mirrored = { name: 'mirrored', arguments: { region: 'eu', count: 42, dry: true, where: { city: 'Ōsaka' } } };
  const lines = [
    `Mcp-Param-Region: ${sentinel('eu')}`,
    'mcp-param-count: 42.0',
    'Mcp-Param-Dry-Run: true',
    `Mcp-Param-City: ${sentinel('Ōsaka')}`,
    'Mcp-Param-Unknown: of nobody',
  ];
  assert.equal((await rawAnswer(gateway.port, craft({ params: mirrored, lines }))).status, 200);
  const { headers } = lastHeard();
  assert.deepEqual(
    ['region', 'count', 'dry-run', 'city', 'unknown'].map((name) => headers[`mcp-param-${name}`]),
    ['eu', '42', 'true', sentinel('Ōsaka'), undefined],
  );
});

async function assertMismatch(shape: Shape): Promise<void> {
  const heard = server.seen.length;
  const answer = await rawAnswer(gateway.port, craft(shape));
  assert.equal(answer.status, 400, answer.body);
  assert.equal(at(answer.json, 'error', 'code'), HEADER_MISMATCH, answer.body);
  assert.equal(at(answer.json, 'id'), 1, 'the refusal names the request');
  assert.equal(server.seen.length, heard, 'the server heard of it');
}

function lastHeard(): ScriptedServer['seen'][number] {
  const last = server.seen.at(-1);
  assert(last !== undefined);
  return last;
}
