// Requests on which HTTP implementations are known to disagree, and plain ones on which they had better not. Each is meant to be
// followed by one more, honest request: where that one begins is the question.

/** Bytes (as Latin-1 text) under a name. */
export type Sample = readonly [name: string, bytes: string];

const HOST = 'Host: gateway.test';
const INNER = 'GET /inner HTTP/1.1\r\nHost: gateway.test\r\n\r\n';

function head(line: string, ...fields: readonly string[]): string {
  return `${[line, ...fields].join('\r\n')}\r\n\r\n`;
}

function post(fields: readonly string[], body: string): string {
  return head('POST /probe HTTP/1.1', HOST, ...fields) + body;
}

function chunked(body: string, ...fields: readonly string[]): string {
  return post(['Transfer-Encoding: chunked', ...fields], body);
}

const plain: readonly Sample[] = [
  ['GET', head('GET /probe HTTP/1.1', HOST)],
  ['GET with a query', head('GET /probe?a=b&c=%20d HTTP/1.1', HOST)],
  ['HEAD', head('HEAD /probe HTTP/1.1', HOST)],
  ['DELETE', head('DELETE /probe HTTP/1.1', HOST)],
  ['OPTIONS', head('OPTIONS /probe HTTP/1.1', HOST, 'Origin: https://a.test', 'Access-Control-Request-Method: POST')],
  ['PUT', head('PUT /probe HTTP/1.1', HOST, 'Content-Length: 3') + 'abc'],
  ['POST with a length', post(['Content-Length: 5'], 'hello')],
  ['POST without a body', post(['Content-Length: 0'], '')],
  ['a body that looks like a request', post([`Content-Length: ${INNER.length}`], INNER)],
  ['a body of every byte', post(['Content-Length: 256'], String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at)))],
  ['a body that begins with line ends', post(['Content-Length: 6'], '\r\n\r\n\r\n')],
  ['a chunked body', chunked('5\r\nhello\r\n0\r\n\r\n')],
  ['a chunked body of several chunks', chunked('1\r\na\r\nA\r\n0123456789\r\nf\r\nfifteen bytes..\r\n0\r\n\r\n')],
  ['an empty chunked body', chunked('0\r\n\r\n')],
  ['chunks that look like framing', chunked('7\r\n0\r\n\r\nGE\r\n2\r\n\r\n\r\n0\r\n\r\n')],
  ['chunks that hold a request', chunked(`${INNER.length.toString(16)}\r\n${INNER}\r\n0\r\n\r\n`)],
  ['three in a row', post(['Content-Length: 1'], 'a') + chunked('1\r\nb\r\n0\r\n\r\n') + head('GET /third HTTP/1.1', HOST)],
  ['the same head twice', post(['Content-Length: 1'], 'a') + post(['Content-Length: 1'], 'b')],
  ['fields in odd cases', head('POST /probe HTTP/1.1', 'hOsT: gateway.test', 'CONTENT-LENGTH: 2') + 'ab'],
  ['no space behind colons', head('POST /probe HTTP/1.1', 'Host:gateway.test', 'Content-Length:2') + 'ab'],
  ['tabs and spaces around values', head('POST /probe HTTP/1.1', 'Host:\t gateway.test \t', 'Content-Length: \t2 \t') + 'ab'],
  ['empty values', head('GET /probe HTTP/1.1', HOST, 'X-A:', 'X-B: ')],
  ['values with colons, commas and quotes', head('GET /probe HTTP/1.1', HOST, 'X-A: a:b, "c\\"d"; e=f')],
  ['repeated lists', head('GET /probe HTTP/1.1', HOST, 'X-A: a', 'X-A: b')],
  ['keep-alive said aloud', head('GET /probe HTTP/1.1', HOST, 'Connection: keep-alive', 'Keep-Alive: timeout=5')],
  ['a connection option that names a field', head('GET /probe HTTP/1.1', HOST, 'Connection: keep-alive, x-a', 'X-A: a')],
  ['an expectation', post(['Content-Length: 5', 'Expect: 100-continue'], 'hello')],
  ['TE: trailers', head('GET /probe HTTP/1.1', HOST, 'Connection: TE', 'TE: trailers')],
  ['a Trailer announced and not sent', chunked('1\r\na\r\n0\r\n\r\n', 'Trailer: X-A')],
  [
    'a length behind many fields',
    post([...Array.from({ length: 20 }, (_, at) => `X-${at}: ${'y'.repeat(at)}`), 'Content-Length: 4'], 'last'),
  ],
  ['a port in Host', head('GET /probe HTTP/1.1', 'Host: gateway.test:8080')],
  ['an IPv6 Host', head('GET /probe HTTP/1.1', 'Host: [::1]:8080')],
  ['names with every token character', head('GET /probe HTTP/1.1', HOST, "X!#$%&'*+-.^`|~: a")],
  [
    'fields that resemble framing',
    post(['X-Content-Length: 50', 'Content-Length-X: 50', 'X-Transfer-Encoding: chunked', 'Content-Length: 2'], 'ab'),
  ],
  ['fields with an underscore', post(['Content_Length: 50', 'Transfer_Encoding: chunked', 'Content-Length: 2'], 'ab')],
];

const lengths: readonly Sample[] = [
  '5, 5',
  '5,6',
  '+5',
  '-5',
  '05',
  '0x5',
  '5.0',
  '5e0',
  '5 5',
  '5;',
  '"5"',
  '',
  '5\0',
  '\x0b5',
  '5\x0c',
  '\xa05',
  '4294967301',
  '18446744073709551621',
  '99999999999999999999999',
].map((value) => [`Content-Length: ${JSON.stringify(value)}`, post([`Content-Length: ${value}`], 'hello')]);

const codings: readonly Sample[] = [
  'Chunked',
  'CHUNKED',
  'chunked, chunked',
  'identity',
  'identity, chunked',
  'chunked, identity',
  'gzip, chunked',
  'chunked, gzip',
  'xchunked',
  'chunkedx',
  '"chunked"',
  'chunked;a=b',
  'chunked,',
  ', chunked',
  ',chunked',
  ' \tchunked \t',
  '\x0bchunked',
  'chunked\x0c',
  '\xa0chunked',
  'chun ked',
  '',
  '\0chunked',
].map((value) => [`Transfer-Encoding: ${JSON.stringify(value)}`, post([`Transfer-Encoding: ${value}`], '5\r\nhello\r\n0\r\n\r\n')]);

const framings: readonly Sample[] = [
  ['CL and TE', post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['TE and CL', post(['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n')],
  ['CL and TE: identity', post(['Content-Length: 5', 'Transfer-Encoding: identity'], 'hello')],
  ['CL and an unknown TE', post(['Content-Length: 5', 'Transfer-Encoding: xchunked'], 'hello')],
  ['two CL, equal', post(['Content-Length: 5', 'Content-Length: 5'], 'hello')],
  ['two CL, different', post(['Content-Length: 5', 'Content-Length: 0'], 'hello')],
  ['two TE', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['TE twice, once empty', post(['Transfer-Encoding:', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['neither', post([], '')],
  ['neither, with a body', post([], 'hello')],
  ['GET with a body', head('GET /probe HTTP/1.1', HOST, 'Content-Length: 5') + 'hello'],
  ['GET with chunks', head('GET /probe HTTP/1.1', HOST, 'Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\n\r\n'],
  ['HEAD with a body', head('HEAD /probe HTTP/1.1', HOST, 'Content-Length: 5') + 'hello'],
  ['DELETE with a body', head('DELETE /probe HTTP/1.1', HOST, 'Content-Length: 5') + 'hello'],
  ['TE in HTTP/1.0', head('POST /probe HTTP/1.0', HOST, 'Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\n\r\n'],
  ['HTTP/1.0', head('GET /probe HTTP/1.0', HOST)],
  ['HTTP/1.0 kept alive', head('GET /probe HTTP/1.0', HOST, 'Connection: keep-alive')],
  ['HTTP/0.9', 'GET /probe\r\n\r\n'],
  ['HTTP/2.0', head('GET /probe HTTP/2.0', HOST)],
  ['an upgrade', head('GET /probe HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket')],
  [
    'an upgrade to HTTP/2',
    head('GET /probe HTTP/1.1', HOST, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
  ],
  ['a tunnel', head('CONNECT gateway.test:443 HTTP/1.1', 'Host: gateway.test:443')],
];

const lines: readonly Sample[] = [
  ['an empty line in front', `\r\n${head('GET /probe HTTP/1.1', HOST)}`],
  ['an empty LF line in front', `\n${head('GET /probe HTTP/1.1', HOST)}`],
  ['two empty lines in front', `\r\n\r\n${head('GET /probe HTTP/1.1', HOST)}`],
  ['a CRLF behind a body', `${post(['Content-Length: 5'], 'hello')}\r\n`],
  ['LF everywhere', `POST /probe HTTP/1.1\n${HOST}\nContent-Length: 5\n\nhello`],
  ['LF behind the request line', `GET /probe HTTP/1.1\n${HOST}\r\n\r\n`],
  ['LF between fields', `POST /probe HTTP/1.1\r\n${HOST}\nContent-Length: 5\r\n\r\nhello`],
  ['LF at the end of the head', `POST /probe HTTP/1.1\r\n${HOST}\r\nContent-Length: 5\r\n\nhello`],
  ['CR between fields', `POST /probe HTTP/1.1\r\n${HOST}\rContent-Length: 5\r\n\r\nhello`],
  ['CR CR LF', `POST /probe HTTP/1.1\r\n${HOST}\r\r\nContent-Length: 5\r\n\r\nhello`],
  ['CR in a value', post(['X-A: a\rTransfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n')],
  ['LF in a value', post(['X-A: a\nTransfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n')],
  ['NUL in a value', post(['X-A: a\0b', 'Content-Length: 5'], 'hello')],
  ['NUL in a name', post(['X\0A: a', 'Content-Length: 5'], 'hello')],
  ['control characters in a value', post(['X-A: \x01\x7f', 'Content-Length: 5'], 'hello')],
  ['Latin-1 in a value', post(['X-A: \xe9', 'Content-Length: 5'], 'hello')],
  ['Latin-1 in a name', post(['X-\xe9: a', 'Content-Length: 5'], 'hello')],
  ['a folded value', post(['X-A: a', ' Content-Length: 5'], '')],
  ['a folded length', post(['Content-Length:', ' 5'], 'hello')],
  ['a fold with a tab', post(['X-A: a', '\tTransfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n')],
  ['a folded first field', head('GET /probe HTTP/1.1', ` ${HOST}`)],
  ['a space in front of the colon', post(['Content-Length : 5'], 'hello')],
  ['a tab in front of the colon', post(['Transfer-Encoding\t: chunked', 'Content-Length: 5'], '0\r\n\r\n')],
  ['a line without colon', post(['Content-Length', 'Content-Length: 5'], 'hello')],
  ['an empty name', post([': a', 'Content-Length: 5'], 'hello')],
  ['a name with a space', post(['X A: a', 'Content-Length: 5'], 'hello')],
  ['two spaces in the request line', head('GET  /probe HTTP/1.1', HOST)],
  ['a tab in the request line', head('GET\t/probe HTTP/1.1', HOST)],
  ['a space behind the version', head('GET /probe HTTP/1.1 ', HOST)],
  ['a space in the target', head('GET /pro be HTTP/1.1', HOST)],
  ['a method in lower case', head('get /probe HTTP/1.1', HOST)],
  ['an unknown method', head('PROBE /probe HTTP/1.1', HOST)],
  ['a version in lower case', head('GET /probe http/1.1', HOST)],
];

const targets: readonly Sample[] = [
  ['absolute form', head('GET http://gateway.test/probe HTTP/1.1', HOST)],
  ['absolute form, other host', head('GET http://other.test/probe HTTP/1.1', HOST)],
  ['asterisk form', head('OPTIONS * HTTP/1.1', HOST)],
  ['a fragment', head('GET /probe#x HTTP/1.1', HOST)],
  ['dot segments', head('GET /a/../probe HTTP/1.1', HOST)],
  ['encoded dot segments', head('GET /a/%2e%2e/probe HTTP/1.1', HOST)],
  ['double slashes', head('GET //probe HTTP/1.1', HOST)],
  ['a backslash', head('GET /a\\probe HTTP/1.1', HOST)],
  ['no Host', head('GET /probe HTTP/1.1')],
  ['two Hosts', head('GET /probe HTTP/1.1', HOST, 'Host: other.test')],
  ['two equal Hosts', head('GET /probe HTTP/1.1', HOST, HOST)],
  ['an empty Host', head('GET /probe HTTP/1.1', 'Host:')],
  ['a list of Hosts', head('GET /probe HTTP/1.1', 'Host: gateway.test, other.test')],
  ['two Authorizations', head('GET /probe HTTP/1.1', HOST, 'Authorization: Bearer a', 'Authorization: Bearer b')],
  ['two Mcp-Name', head('GET /probe HTTP/1.1', HOST, 'Mcp-Name: a', 'Mcp-Name: b')],
];

const chunks: readonly Sample[] = [
  ['an extension', chunked('5;a=b\r\nhello\r\n0\r\n\r\n')],
  ['an extension in quotes', chunked('5;a="\r\n"\r\nhello\r\n0\r\n\r\n')],
  ['an extension with a bare LF', chunked('5;a\nhello\r\n0\r\n\r\n')],
  ['an extension in the last chunk', chunked('5\r\nhello\r\n0;a\r\n\r\n')],
  ['a trailer', chunked('5\r\nhello\r\n0\r\nX-A: b\r\n\r\n')],
  ['a trailer without colon', chunked('5\r\nhello\r\n0\r\nGET /inner HTTP/1.1\r\n\r\n')],
  ['a space behind the size', chunked('5 \r\nhello\r\n0\r\n\r\n')],
  ['a space in front of the size', chunked(' 5\r\nhello\r\n0\r\n\r\n')],
  ['zeros in front of the size', chunked('0005\r\nhello\r\n0\r\n\r\n')],
  ['several zeros at the end', chunked('5\r\nhello\r\n000\r\n\r\n')],
  ['a signed size', chunked('+5\r\nhello\r\n0\r\n\r\n')],
  ['a prefixed size', chunked('0x5\r\nhello\r\n0\r\n\r\n')],
  ['a size with an underscore', chunked('1_0\r\nhello\r\n0\r\n\r\n')],
  ['no size', chunked('\r\nhello\r\n0\r\n\r\n')],
  ['a size beyond 32 bits', chunked('100000005\r\nhello\r\n0\r\n\r\n')],
  ['a size beyond 64 bits', chunked('10000000000000005\r\nhello\r\n0\r\n\r\n')],
  ['LF behind the size', chunked('5\nhello\r\n0\r\n\r\n')],
  ['CR behind the size', chunked('5\rhello\r\n0\r\n\r\n')],
  ['LF behind the data', chunked('5\r\nhello\n0\r\n\r\n')],
  ['nothing behind the data', chunked('5\r\nhello0\r\n\r\n')],
  ['other bytes behind the data', chunked('5\r\nhelloXX0\r\n\r\n')],
  ['LF at the end', chunked('5\r\nhello\r\n0\r\n\n')],
  ['LF LF at the end', chunked('5\r\nhello\r\n0\n\n')],
  ['no empty line at the end', chunked('5\r\nhello\r\n0\r\n')],
];

/** All of them. */
export const SAMPLES: readonly Sample[] = [...plain, ...lengths, ...codings, ...framings, ...lines, ...targets, ...chunks];
