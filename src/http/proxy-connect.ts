// Asks a corporate HTTP proxy for a tunnel (RFC 9110 §9.3.6). The proxy's answer is read under the same caps as a server's; bytes
// behind it are refused, because both protocols that follow begin with us: whoever speaks first in there is not the server.

import type { Socket } from 'node:net';
import type { Result, Secret } from '../base/index.ts';
import { fail, ok } from '../base/index.ts';
import { findHeadEnd, parseAnswerHead } from './client-head.ts';
import type { DialFailure } from './dial-failure.ts';

/** The proxy through which an origin is reached. */
export interface ConnectProxy {
  readonly host: string;
  readonly port: number;
  /** Whole value of Proxy-Authorization. */
  readonly authorization?: Secret | undefined;
}

const MAX_PROXY_HEAD_BYTES = 16 * 1024;

/** Opens the tunnel on a connected socket. `done` is called once; timing out is the caller's business. */
export function openTunnel(socket: Socket, target: string, proxy: ConnectProxy, done: (result: Result<Socket, DialFailure>) => void): void {
  let head = Buffer.alloc(0);
  const settle = (result: Result<Socket, DialFailure>): void => {
    socket.off('data', onData);
    socket.off('error', onGone);
    socket.off('close', onGone);
    if (result.ok) socket.pause();
    done(result);
  };
  const refuse = (why: string): void => settle(fail({ kind: 'proxy_refused', detail: `proxy ${proxy.host}:${proxy.port}: ${why}` }));
  const onGone = (): void => refuse('the connection was closed before the tunnel was open');
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = findHeadEnd(head, 0, 0, Math.min(head.length, MAX_PROXY_HEAD_BYTES));
    if (end < 0) {
      if (head.length >= MAX_PROXY_HEAD_BYTES) refuse('its answer is too large');
      return;
    }
    const parsed = parseAnswerHead(head.toString('latin1', 0, end));
    if (!parsed.ok) refuse(`its answer is malformed: ${parsed.error}`);
    else if (parsed.value.status === 407) refuse('it wants other credentials (407); check the proxy authorization');
    else if (parsed.value.status < 200 || parsed.value.status > 299) refuse(`it refuses a tunnel to ${target} (${parsed.value.status})`);
    else if (end !== head.length) refuse('bytes came through the tunnel before we spoke');
    else settle(ok(socket));
  };
  const request = writeConnect(target, proxy);
  if (request === undefined) {
    refuse('the target or the proxy authorization holds a character that would end its line');
    return;
  }
  socket.on('data', onData);
  socket.on('error', onGone);
  socket.on('close', onGone);
  socket.write(request, 'latin1');
}

/** The request for a tunnel; undefined if it could be read as more than one. */
function writeConnect(target: string, proxy: ConnectProxy): string | undefined {
  const authorization = proxy.authorization?.reveal() ?? '';
  if (!isPrintable(target) || !isPrintable(authorization)) return undefined;
  const credentials = authorization === '' ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`;
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
