// Request smuggling: bytes that one reader takes for the body of a request and another for the next request. The answer is always
// the same: the message is refused, nothing behind it is read, the connection is closed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, attack, startTarget } from './http-target.fixture.ts';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: gateway.test\r\n\r\n';
const CHUNKED_HIDDEN = `0\r\n\r\n${HIDDEN}`;

function post(fields: readonly string[], body: string): string {
  return `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`;
}

const shapes: readonly (readonly [name: string, bytes: string, status?: number])[] = [
  ['CL.TE', post([`Content-Length: ${CHUNKED_HIDDEN.length}`, 'Transfer-Encoding: chunked'], CHUNKED_HIDDEN)],
  ['TE.CL', post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`)],
  ['CL.CL, different', post(['Content-Length: 0', `Content-Length: ${HIDDEN.length}`], HIDDEN)],
  ['CL.CL, equal', post([`Content-Length: ${HIDDEN.length}`, `Content-Length: ${HIDDEN.length}`], HIDDEN)],
  ['CL.CL in one field', post([`Content-Length: 0, ${HIDDEN.length}`], HIDDEN)],
  [
    'CL.0: a length on a method without body',
    `GET /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  ],
  ['0.CL: no length at all', post([], HIDDEN), 411],
  ['a length with a plus', post([`Content-Length: +${HIDDEN.length}`], HIDDEN)],
  ['a length with white space inside', post(['Content-Length: 1 0'], HIDDEN)],
  ['an octal length', post([`Content-Length: 0${HIDDEN.length}`], HIDDEN)],
  ['a hexadecimal length', post([`Content-Length: 0x${HIDDEN.length.toString(16)}`], HIDDEN)],
  ['a length of other digits', post(['Content-Length: \xb2'], HIDDEN)],
  ['a length that wraps at 2^32', post([`Content-Length: ${2 ** 32 + HIDDEN.length}`], HIDDEN), 413],
  ['a length that wraps at 2^64', post(['Content-Length: 18446744073709551616'], HIDDEN)],
  ['a length with NUL', post(['Content-Length: 0\0'], HIDDEN)],
  ['white space in front of the colon of a length', post([`Content-Length : ${HIDDEN.length}`], HIDDEN)],
  ['a length with an underscore: another field', post([`Content_Length: ${HIDDEN.length}`], HIDDEN), 411],
  ['a folded length', post(['Content-Length:', ` ${HIDDEN.length}`], HIDDEN)],
  ['TE hidden behind a fold', post(['X: y', ' Transfer-Encoding: chunked', `Content-Length: ${CHUNKED_HIDDEN.length}`], CHUNKED_HIDDEN)],
  ['TE: xchunked', post(['Transfer-Encoding: xchunked'], CHUNKED_HIDDEN)],
  ['TE: chunked in capitals', post(['Transfer-Encoding: CHUNKED'], CHUNKED_HIDDEN)],
  ['TE: identity, chunked', post(['Transfer-Encoding: identity, chunked'], CHUNKED_HIDDEN)],
  ['TE: chunked, identity', post(['Transfer-Encoding: chunked, identity'], CHUNKED_HIDDEN)],
  ['TE twice', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], CHUNKED_HIDDEN)],
  ['TE twice, once empty', post(['Transfer-Encoding:', 'Transfer-Encoding: chunked'], CHUNKED_HIDDEN)],
  ['TE with a vertical tab', post(['Transfer-Encoding:\x0bchunked', `Content-Length: ${CHUNKED_HIDDEN.length}`], CHUNKED_HIDDEN)],
  [
    'TE with a space in front of the colon',
    post(['Transfer-Encoding : chunked', `Content-Length: ${CHUNKED_HIDDEN.length}`], CHUNKED_HIDDEN),
  ],
  ['TE behind a bare LF', post([`Content-Length: ${CHUNKED_HIDDEN.length}`, 'X: y\nTransfer-Encoding: chunked'], CHUNKED_HIDDEN)],
  ['TE behind a bare CR', post([`Content-Length: ${CHUNKED_HIDDEN.length}`, 'X: y\rTransfer-Encoding: chunked'], CHUNKED_HIDDEN)],
  ['TE behind NUL', post([`Content-Length: ${CHUNKED_HIDDEN.length}`, 'X: y\0Transfer-Encoding: chunked'], CHUNKED_HIDDEN)],
  ['TE in HTTP/1.0', `POST /mcp HTTP/1.0\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED_HIDDEN}`, 505],
  ['a head that ends in LF LF', `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\n\n${HIDDEN}`],
  ['a head that ends in CRLF LF', `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\r\n\n${HIDDEN}`],
  ['a head that ends in LF CRLF', `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\n\r\n${HIDDEN}`],
  ['a head that ends in CR CR', `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\r\r${HIDDEN}`],
  ['empty lines in front', `\r\n\r\n${post(['Content-Length: 0'], '')}`],
  [
    'an upgrade to HTTP/2 in plain text',
    `GET /mcp HTTP/1.1\r\nHost: gateway.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n\r\n`,
  ],
  [
    'a websocket',
    `GET /mcp HTTP/1.1\r\nHost: gateway.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  ],
  ['a tunnel', 'CONNECT gateway.test:443 HTTP/1.1\r\nHost: gateway.test:443\r\n\r\n', 501],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
];

for (const [name, bytes, status] of shapes) {
  test(`${name}: refused, and nothing behind it is read`, async (t) => assertRefused(await startTarget(t), bytes, status));
}

test('a request in the body of an honest request stays a body', async (t) => {
  const target = await startTarget(t);
  const { statuses } = await attack(target.port, post([`Content-Length: ${HIDDEN.length}`, 'Connection: close'], HIDDEN));
  assert.deepEqual(statuses, [200]);
  assert.deepEqual(target.reached, [`POST /mcp ${HIDDEN}`.trimEnd()]);
});

test('a request whose body the handler never asked for does not become the next request', async (t) => {
  const target = await startTarget(t, {
    handler: {
      onHead: (request) => {
        request.respond(401, []);
        return 'answered';
      },
    },
  });
  const { statuses } = await attack(target.port, post([`Content-Length: ${HIDDEN.length}`], HIDDEN));
  assert.deepEqual(statuses, [401]);
  assert.deepEqual(target.reached, []);
});
