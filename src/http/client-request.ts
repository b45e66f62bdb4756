// Writes the head of a request towards a server. Everything in it was decided by us, so anything that could end a line early or
// announce a second length is a fault of the caller and throws: a header value taken from an agent must never become a header.

import { GatewayError } from '../base/index.ts';
import { HTAB, SP, TOKEN } from './grammar.ts';
import type { Origin, OutHeaders, UpstreamRequest } from './types.ts';

/** The fields that are the same for every request to this origin. */
export function createFixedFields(origin: Origin): string {
  const host = origin.host.includes(':') ? `[${bareHost(origin.host)}]` : origin.host;
  const isDefaultPort = origin.port === (origin.tls === undefined ? 80 : 443);
  const authority = isDefaultPort ? host : `${host}:${origin.port}`;
  if (!isVisible(authority)) throw refused('the host of the origin holds a forbidden character');
  // An encoded answer would have to be decoded before it can be judged; ask for none.
  return ` HTTP/1.1\r\nHost: ${authority}\r\nAccept-Encoding: identity\r\n`;
}

/** An IPv6 literal without the brackets that URLs put around it; other hosts as they are. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** The head of this request, up to and including the empty line, as Latin-1 text. Throws if it could be read as more than one head. */
export function writeRequestHead(request: UpstreamRequest, fixedFields: string): string {
  if (request.path.charCodeAt(0) !== 0x2f || !isVisible(request.path)) throw refused('the path is not an origin-form target');
  return `${request.method} ${request.path}${fixedFields}${writeFields(request.headers)}${writeLength(request)}\r\n`;
}

function writeFields(headers: OutHeaders): string {
  let text = '';
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (!isToken(name) || isOurs(name)) throw refused(`the header name ${JSON.stringify(name)} may not be sent`);
    if (!isFieldText(value)) throw refused(`the value of the header ${name} holds a forbidden character`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function writeLength(request: UpstreamRequest): string {
  const bytes = request.stream === undefined ? request.body?.length : request.stream.bytes;
  if (bytes !== undefined) return `Content-Length: ${bytes}\r\n`;
  if (request.stream !== undefined) return 'Transfer-Encoding: chunked\r\n';
  // RFC 9110 §8.6: a POST without a body says so, or the server may wait for one.
  return request.method === 'POST' ? 'Content-Length: 0\r\n' : '';
}

/** Fields that frame the message or belong to the connection: the codec's own business. */
function isOurs(name: string): boolean {
  switch (name.toLowerCase()) {
    case 'host':
    case 'connection':
    case 'content-length':
    case 'transfer-encoding':
    case 'accept-encoding':
    case 'content-encoding':
    case 'expect':
    case 'keep-alive':
    case 'proxy-connection':
    case 'te':
    case 'trailer':
    case 'upgrade':
      return true;
    default:
      return false;
  }
}

function isToken(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    if (TOKEN[name.charCodeAt(at)] !== 1) return false;
  }
  return name.length > 0;
}

/** Text that Latin-1 can carry. A code above 0xFF would lose its high byte on the wire: U+010D U+010A is CR LF in disguise. */
function isFieldText(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if ((code < SP && code !== HTAB) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

function isVisible(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= SP || code >= 0x7f) return false;
  }
  return true;
}

function refused(why: string): GatewayError {
  return new GatewayError('internal', { cause: new TypeError(why) });
}
