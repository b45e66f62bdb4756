// A modern server with two tools: one answers at once with a few words, the other with as many mebibytes as it is asked for, as one text of one JSON
// answer, written as fast as it is read. Nothing of it is ever held.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { at } from '../mcp.ts';
import { anyTool, modernAnswers } from './scripted-server.ts';

const MIB = 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** A server that is running. */
export interface LargeServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What its large answers are made of. */
export interface LargeOptions {
  /** A mebibyte of text, as it is spelled in JSON; it is said over and over. */
  readonly mebibyte: Uint8Array;
  /** What stands between two mebibytes, and after the last, spelled likewise. */
  readonly between?: Uint8Array;
}

/** Starts one on a free loopback port. Its tools are `small` and `large`, which takes `mib`. */
export async function startLargeServer(options: LargeOptions): Promise<LargeServer> {
  const http = createServer((request, response) => {
    // Who hangs up in the middle of a large answer means to.
    void answer(request, response, options).catch(() => response.destroy());
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the large server has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    async close() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: LargeOptions): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const message: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const method = String(at(message, 'method'));
  const id = at(message, 'id');
  if (method === 'tools/call') return call(response, id, at(message, 'params'), options);
  const result = ANSWERS[method];
  const body = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
  response.writeHead(result === undefined ? 404 : 200, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
}

const JSON_TYPE = { 'content-type': 'application/json' };
const ANSWERS = modernAnswers({
  'tools/list': { resultType: 'complete', tools: [anyTool('small'), anyTool('large')], ttlMs: 0, cacheScope: 'private' },
});

async function call(response: ServerResponse, id: unknown, params: unknown, options: LargeOptions): Promise<void> {
  response.writeHead(200, JSON_TYPE);
  const times = at(params, 'name') === 'large' ? Number(at(params, 'arguments', 'mib')) : 0;
  await pipeline(Readable.from(textOf(id, times, options)), response);
}

function* textOf(id: unknown, times: number, { mebibyte, between = NOTHING }: LargeOptions): Generator<Uint8Array> {
  const front = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","content":[{"type":"text","text":"`;
  yield Buffer.from(front);
  for (let said = 0; said < times; said++) yield Buffer.concat([mebibyte.subarray(0, MIB), between]);
  yield Buffer.from('so much"}]}}');
}
