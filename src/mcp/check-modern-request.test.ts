// A modern request is taken only if its envelope is whole and every mirrored header agrees with its body. The named cases
// are those of the conformance suite's server-stateless and http-header-validation, then what else an attacker might try.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifyInboundRequest } from '@modelcontextprotocol/server';
import { ERRORS } from '../base/index.ts';
import { checkModernNotification, checkModernRequest, METHODS, parseJson, readMessage } from './index.ts';
import type { JsonObject, JsonValue, Message, ModernHeaders } from './index.ts';

const REVISION = '2026-07-28';
const PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const META: JsonObject = { [PROTOCOL_VERSION]: REVISION, [CAPABILITIES]: { elicitation: {} } };

function message(body: JsonObject): Message {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })));
  assert.ok(document.ok);
  const read = readMessage(document.value);
  assert.ok(read.ok);
  return read.value;
}

function request(method: string, params: JsonObject | undefined = { _meta: META }): Message {
  return message(params === undefined ? { id: 7, method } : { id: 7, method, params });
}

function headersFor(method: string, rest: Partial<ModernHeaders> = {}): ModernHeaders {
  return { protocolVersion: REVISION, method, name: undefined, ...rest };
}

const call = (name: JsonValue, meta: JsonValue = META) => request('tools/call', { name, arguments: {}, _meta: meta });

describe('taken', () => {
  test('everything that a request says of itself', () => {
    const meta = {
      ...META,
      'io.modelcontextprotocol/clientInfo': { name: 'agent', version: '1' },
      'io.modelcontextprotocol/logLevel': 'debug',
      progressToken: 'p1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=b',
      baggage: 'c=d',
      'com.example/own': [1],
    };
    const taken = checkModernRequest(call('echo', meta), headersFor('tools/call', { name: 'echo' }));
    assert.deepEqual(taken, {
      ok: true,
      value: {
        id: 7,
        method: 'tools/call',
        rule: METHODS.get('tools/call'),
        name: 'echo',
        params: { name: 'echo', arguments: {}, _meta: meta },
        revision: REVISION,
        clientCapabilities: { elicitation: {} },
        clientInfo: { name: 'agent', version: '1' },
        logLevel: 'debug',
        progressToken: 'p1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'a=b',
        baggage: 'c=d',
      },
    });
  });
  const cases: readonly (readonly [string, Message, ModernHeaders])[] = [
    ['without clientInfo', request('server/discover'), headersFor('server/discover')],
    ['space around the values', call('echo'), { protocolVersion: ` ${REVISION} `, method: '\ttools/call', name: '  echo  ' }],
    ['a name in base64', call('Hello, 世界'), headersFor('tools/call', { name: '=?base64?SGVsbG8sIOS4lueVjA==?=' })],
    ['a plain name in base64', call('echo'), headersFor('tools/call', { name: '=?base64?ZWNobw==?=' })],
    ['a name with spaces', call('us west 1'), headersFor('tools/call', { name: 'us west 1' })],
    ['a name that looks like base64', call('=?base64?x'), headersFor('tools/call', { name: '=?base64?x' })],
    ['an empty name', call(''), headersFor('tools/call', { name: '' })],
    ['an empty name in base64', call(''), headersFor('tools/call', { name: '=?base64??=' })],
    ['a resource', request('resources/read', { uri: 'file:///a', _meta: META }), headersFor('resources/read', { name: 'file:///a' })],
    ['a task', request('tasks/get', { taskId: 't1', _meta: META }), headersFor('tasks/get', { name: 't1' })],
    ['a trace context that is none', request('tools/list', { _meta: { ...META, traceparent: 7 } }), headersFor('tools/list')],
  ];
  for (const [name, body, headers] of cases) {
    test(name, () => {
      const taken = checkModernRequest(body, headers);
      assert.ok(taken.ok, taken.ok ? '' : taken.error.say);
    });
  }
});

describe('refused', () => {
  const without = (key: string) => Object.fromEntries(Object.entries(META).filter(([name]) => name !== key));
  const discover = (params: JsonObject) => request('server/discover', params);
  const headers = headersFor('server/discover');
  const version = (body: string, header: string | undefined): readonly [Message, ModernHeaders] => [
    discover({ _meta: { ...META, [PROTOCOL_VERSION]: body } }),
    headersFor('server/discover', { protocolVersion: header }),
  ];
  const cases: readonly (readonly [string, number, Message, ModernHeaders])[] = [
    ['missing-meta', -32602, discover({}), headers],
    ['no params', -32602, message({ id: 7, method: 'server/discover' }), headers],
    ['_meta that is no object', -32602, discover({ _meta: 'x' }), headers],
    ['missing-protocol-version', -32602, discover({ _meta: without(PROTOCOL_VERSION) }), headers],
    ['missing-client-capabilities', -32602, discover({ _meta: without(CAPABILITIES) }), headers],
    ['a protocol version that is no string', -32602, discover({ _meta: { ...META, [PROTOCOL_VERSION]: 20260728 } }), headers],
    ['capabilities that are no object', -32602, discover({ _meta: { ...META, [CAPABILITIES]: [] } }), headers],
    ['client info that is no object', -32602, discover({ _meta: { ...META, 'io.modelcontextprotocol/clientInfo': 'me' } }), headers],
    ['a log level that is no string', -32602, discover({ _meta: { ...META, 'io.modelcontextprotocol/logLevel': 3 } }), headers],
    ['a progress token of a wrong type', -32602, discover({ _meta: { ...META, progressToken: {} } }), headers],
    ['a progress token that loses digits', -32602, discover({ _meta: { ...META, progressToken: 1.5 } }), headers],
    ['an unsupported version', -32022, ...version('v999.0.0', 'v999.0.0')],
    ['a legacy version in the envelope', -32022, ...version('2025-11-25', '2025-11-25')],
    ['another version in the header', -32020, ...version('v999.0.0', REVISION)],
    ['no version header', -32020, ...version(REVISION, undefined)],
    ['two versions joined by a proxy', -32020, ...version(REVISION, `${REVISION}, ${REVISION}`)],
    ['another method in the header', -32020, request('tools/list'), headersFor('prompts/list')],
    ['no method header', -32020, request('tools/list'), { ...headersFor(''), method: undefined }],
    ['a method in other letters', -32020, request('tools/list'), headersFor('TOOLS/LIST')],
    ['a base64 method', -32020, request('tools/list'), headersFor('=?base64?dG9vbHMvbGlzdA==?=')],
    ['another name in the header', -32020, call('delete_all'), headersFor('tools/call', { name: 'read_file' })],
    ['no name header', -32020, call('echo'), headersFor('tools/call')],
    ['a name in other letters', -32020, call('echo'), headersFor('tools/call', { name: 'Echo' })],
    ['two names joined by a proxy', -32020, call('echo'), headersFor('tools/call', { name: 'echo, echo' })],
    ['a name twice encoded', -32020, call('echo'), headersFor('tools/call', { name: '=?base64?PT9iYXNlNjQ/WldOb2J3PT0/PQ==?=' })],
    ['a sentinel in other letters', -32020, call('echo'), headersFor('tools/call', { name: '=?Base64?ZWNobw==?=' })],
    ['a name in broken base64', -32020, call('Hello'), headersFor('tools/call', { name: '=?base64?SGVsbG8?=' })],
    ['a name beyond ASCII, as it is', -32020, call('café'), headersFor('tools/call', { name: 'café' })],
    ['an empty header for a name', -32020, call('echo'), headersFor('tools/call', { name: '' })],
    ['a name for a method without one', -32020, request('tools/list'), headersFor('tools/list', { name: 'echo' })],
    [
      'the name of a prompt for a resource',
      -32020,
      request('resources/read', { uri: 'u', name: 'n', _meta: META }),
      headersFor('resources/read', { name: 'n' }),
    ],
    ['no name in the body', -32602, request('tools/call'), headersFor('tools/call', { name: 'echo' })],
    ['a name that is no string', -32602, call(['echo']), headersFor('tools/call', { name: 'echo' })],
    ...[
      'initialize',
      'ping',
      'logging/setLevel',
      'resources/subscribe',
      'resources/unsubscribe',
      'tasks/result',
      'tasks/list',
      'unknown/method',
      'constructor',
      'notifications/cancelled',
      'sampling/createMessage',
    ].map((method) => [`the method ${method}`, -32601, request(method), headersFor(method)] as const),
    [
      'a notification',
      -32600,
      message({ method: 'notifications/cancelled', params: { _meta: META } }),
      headersFor('notifications/cancelled'),
    ],
    ['a result', -32600, message({ id: 7, result: {} }), headersFor('tools/list')],
  ];
  for (const [name, rpc, body, given] of cases) {
    test(`${name}: ${rpc}`, () => {
      const refused = checkModernRequest(body, given);
      assert.ok(!refused.ok);
      assert.equal(ERRORS[refused.error.code].rpc, rpc);
    });
  }
  test('an unsupported version is answered with those that are', () => {
    const refused = checkModernRequest(...version('v999.0.0', 'v999.0.0'));
    assert.deepEqual(!refused.ok && refused.error.data, { supported: [REVISION], requested: 'v999.0.0' });
  });
});

// Of two errors at once, the version comes first here: what headers a revision wants is not known before the revision is.
describe('refusals have the code that the SDK gives', () => {
  const later = '2027-01-01';
  const metas: readonly JsonObject[] = [
    {},
    META,
    { ...META, [CAPABILITIES]: 1 },
    { ...META, [PROTOCOL_VERSION]: later },
    { [PROTOCOL_VERSION]: REVISION },
  ];
  const headers = [REVISION, later].flatMap((version) => ['tools/list', 'tools/call'].map((method) => ({ version, method })));
  for (const [meta, { version, method }] of metas.flatMap((value) => headers.map((header) => [value, header] as const))) {
    const body = request('tools/list', { _meta: meta });
    const oracle = classifyInboundRequest({
      httpMethod: 'POST',
      body: body.document.value,
      protocolVersionHeader: version,
      mcpMethodHeader: method,
    });
    if (oracle.kind !== 'reject' || (meta[PROTOCOL_VERSION] === later && version === later)) continue;
    test(`${JSON.stringify(meta)}, ${version}, ${method}: ${oracle.code}`, () => {
      const refused = checkModernRequest(body, { protocolVersion: version, method, name: undefined });
      assert.equal(refused.ok ? undefined : ERRORS[refused.error.code].rpc, oracle.code);
    });
  }
});

describe('notifications', () => {
  const method = 'notifications/cancelled';
  const none: ModernHeaders = { protocolVersion: undefined, method: undefined, name: undefined };
  const note = (params: JsonObject = {}, name = method) => message({ method: name, params });
  const cases: readonly (readonly [string, number | undefined, Message, ModernHeaders])[] = [
    ['with everything', undefined, note({ _meta: META }), headersFor(method)],
    ['with a claim only', undefined, note({ _meta: META }), none],
    ['with headers only', undefined, note(), headersFor(method)],
    ['with nothing', undefined, note(), none],
    ['another version in the header', -32020, note({ _meta: META }), { ...none, protocolVersion: '2027-01-01' }],
    ['an unsupported version', -32022, note({ _meta: { [PROTOCOL_VERSION]: '2027-01-01' } }), none],
    ['an unsupported version in the header', -32022, note(), { ...none, protocolVersion: '2027-01-01' }],
    ['a claim that is no string', -32602, note({ _meta: { [PROTOCOL_VERSION]: 7 } }), none],
    ['another method in the header', -32020, note(), { ...none, method: 'notifications/initialized' }],
    ['one of the legacy era', -32601, note({}, 'notifications/initialized'), none],
    ['an unknown one', -32601, note({}, 'notifications/unknown'), none],
    ['a request', -32601, note({}, 'tools/list'), none],
    ['a message with an id', -32600, request('tools/list'), none],
  ];
  for (const [name, rpc, body, headers] of cases) {
    test(`${name}: ${rpc ?? 'taken'}`, () => {
      const checked = checkModernNotification(body, headers);
      assert.equal(checked.ok ? undefined : ERRORS[checked.error.code].rpc, rpc);
    });
  }
});
