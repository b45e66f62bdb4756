// One body, two calls: the guard is shown a harmless tool and the server runs another, because two readers take different
// members of the same text, or one takes the header and one the body. Each of these must end at the gateway's door.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ERRORS } from '../../src/base/index.ts';
import { checkModernRequest, parseJson, readMessage } from '../../src/mcp/index.ts';
import type { ModernHeaders } from '../../src/mcp/index.ts';

const META = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
const HEADERS: ModernHeaders = { protocolVersion: '2026-07-28', method: 'tools/call', name: 'read_file' };

/** The JSON-RPC code of the refusal; undefined if the request would be carried. */
function codeOf(body: string | Uint8Array, headers: ModernHeaders = HEADERS): number | undefined {
  const document = parseJson(Buffer.from(body));
  if (!document.ok) return ERRORS[document.error.code].rpc;
  const message = readMessage(document.value);
  if (!message.ok) return ERRORS[message.error.code].rpc;
  const request = checkModernRequest(message.value, headers);
  return request.ok ? undefined : ERRORS[request.error.code].rpc;
}

const call = (params: string, more = '') => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params},${META}}${more}}`;

test('the call that all of these pretend to be is carried', () => {
  assert.equal(codeOf(call('"name":"read_file","arguments":{"path":"/tmp/a"}')), undefined);
});

describe('two members of one name', () => {
  const bodies: readonly (readonly [string, string])[] = [
    ['the tool twice', call('"name":"read_file","name":"delete_all"')],
    ['the tool twice, the second escaped', call('"name":"read_file","n\\u0061me":"delete_all"')],
    ['an argument twice', call('"name":"read_file","arguments":{"path":"/tmp/a","path":"/etc/shadow"}')],
    ['an argument twice, far down', call('"name":"read_file","arguments":{"a":[{"b":{"c":1,"c":2}}]}')],
    ['the arguments twice', call('"name":"read_file","arguments":{},"arguments":{"path":"/etc/shadow"}')],
    ['the method twice', call('"name":"read_file"', ',"method":"tools/list"')],
    ['the params twice', call('"name":"read_file"', `,"params":{"name":"delete_all",${META}}`)],
    ['the id twice', call('"name":"read_file"', ',"id":2')],
    ['the envelope twice', call(`"name":"read_file",${META}`)],
    [
      'behind a hundred others',
      call(`"name":"read_file","arguments":{"path":1,${Array.from({ length: 100 }, (_, n) => `"a${n}":0`).join()},"path":2}`),
    ],
  ];
  for (const [name, body] of bodies) {
    test(name, () => {
      assert.doesNotThrow(() => JSON.parse(body), 'an ordinary parser sees nothing wrong');
      assert.equal(codeOf(body), -32600);
    });
  }
});

describe('members that some readers assign to a prototype', () => {
  for (const key of ['__proto__', '\\u005f\\u005fproto__', '__pr\\u006fto__']) {
    test(key, () => {
      assert.equal(codeOf(call(`"name":"read_file","arguments":{"${key}":{"path":"/etc/shadow"}}`)), -32600);
    });
  }
  test('constructor and prototype are ordinary arguments and stay so', () => {
    const body = call('"name":"read_file","arguments":{"constructor":{"prototype":{"polluted":true}}}');
    assert.equal(codeOf(body), undefined);
    assert.equal('polluted' in {}, false);
  });
});

describe('more than one message', () => {
  for (const [name, body, code] of [
    ['a batch', `[${call('"name":"read_file"')}]`, -32600],
    ['two texts', call('"name":"read_file"') + call('"name":"delete_all"'), -32700],
    ['a second text behind a NUL', `${call('"name":"read_file"')}\u0000${call('"name":"delete_all"')}`, -32700],
    ['a call that is an answer as well', call('"name":"read_file"', ',"result":{}'), -32600],
  ] as const) {
    test(name, () => {
      assert.equal(codeOf(body), code);
    });
  }
});

describe('text that readers decode in different ways', () => {
  const bytesIn = (bytes: readonly number[]) => {
    const [before = '', after = ''] = call('"name":"read_file","arguments":{"path":"@"}').split('@');
    return Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
  };
  for (const [name, body, code] of [
    ['a byte order mark', `\ufeff${call('"name":"read_file"')}`, -32700],
    ['UTF-16', Buffer.from(call('"name":"read_file"'), 'utf16le'), -32700],
    ['an overlong solidus', bytesIn([0xc0, 0xaf]), -32700],
    ['an overlong quote', bytesIn([0xc0, 0xa2]), -32700],
    ['a lead byte that could swallow the quote', bytesIn([0xc3]), -32700],
    ['an encoded surrogate', bytesIn([0xed, 0xa0, 0x80]), -32700],
    ['an escaped half of a character', call('"name":"read_file","arguments":{"path":"\\ud800"}'), -32600],
    ['a control character', call('"name":"read_file","arguments":{"path":"a\nb"}'), -32700],
  ] as const) {
    test(name, () => {
      assert.equal(codeOf(body), code);
    });
  }
});

describe('numbers that readers round in different ways', () => {
  const idOf = (id: string) => call('"name":"read_file"').replace('"id":1', `"id":${id}`);
  for (const id of ['9007199254740993', '1e400', '1.5', '-9007199254740992', '12345678901234567890']) {
    test(`the id ${id}`, () => {
      assert.equal(codeOf(idOf(id)), -32600);
    });
  }
  test('an argument is flagged, whatever it is spelled like', () => {
    for (const number of ['9007199254740993', '9007199254740993.0', '-1e999']) {
      const document = parseJson(Buffer.from(call(`"name":"read_file","arguments":{"amount":${number}}`)));
      assert.equal(document.ok && document.value.lossy, true);
    }
  });
});

describe('a header and a body that differ (MCP 2026-07-28, header/body validation)', () => {
  const body = call('"name":"delete_all"');
  const harmless: readonly (readonly [string, Partial<ModernHeaders>])[] = [
    ['a harmless name', {}],
    ['a harmless name in base64', { name: '=?base64?cmVhZF9maWxl?=' }],
    ['no name', { name: undefined }],
    ['both names', { name: 'read_file, delete_all' }],
    ['the name in other letters', { name: 'Delete_All' }],
    ['the name in broken base64', { name: '=?base64?ZGVsZXRlX2FsbA?=' }],
    ['the name in a sentinel of other letters', { name: '=?BASE64?ZGVsZXRlX2FsbA==?=' }],
    ['the name encoded twice', { name: '=?base64?PT9iYXNlNjQ/WkdWc1pYUmxYMkZzYkE9PT89?=' }],
    ['the name behind a no-break space', { name: '\u00a0delete_all' }],
    ['a harmless method', { name: 'delete_all', method: 'tools/list' }],
    ['the method in other letters', { name: 'delete_all', method: 'Tools/Call' }],
    ['no method', { name: 'delete_all', method: undefined }],
    ['an older version', { name: 'delete_all', protocolVersion: '2025-11-25' }],
    ['no version', { name: 'delete_all', protocolVersion: undefined }],
    ['two versions', { name: 'delete_all', protocolVersion: '2026-07-28, 2025-11-25' }],
  ];
  for (const [name, headers] of harmless) {
    test(name, () => {
      assert.equal(codeOf(body, { ...HEADERS, ...headers }), -32020);
    });
  }
  test('a name where the method has none', () => {
    const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${META}}}`;
    assert.equal(codeOf(list, { ...HEADERS, method: 'tools/list' }), -32020);
    assert.equal(codeOf(list, { ...HEADERS, method: 'tools/list', name: undefined }), undefined);
  });
});
