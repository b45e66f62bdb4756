// The server of bench/large.ts: whatever is called is answered over TLS with so many mebibytes of text, which `lookup_00` has one of and any other
// tool a hundred, written as fast as they are read. Run by a process of its own; prints its port and ends when its standard input ends.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';

import { BEFORE_TEXT, BEHIND_TEXT, LARGE, MIB, ONE_TOOL } from './large-text.ts';
import { answerOther, idOfCall } from './stand-in.ts';
import { CIPHER_SUITE } from './workload.ts';

const [certificate, key] = process.argv.slice(2);
if (certificate === undefined || key === undefined) throw new Error('usage: large-upstream.ts CERTIFICATE KEY');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const message = Buffer.concat(chunks);
  const id = idOfCall(message);
  if (id === undefined) {
    const { status, body } = answerOther(message, 'modern');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    return;
  }
  const mebibytes = message.includes(ONE_TOOL) ? 1 : LARGE;
  const before = BEFORE_TEXT(id);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': before.length + mebibytes * MIB.length + BEHIND_TEXT.length,
  });
  response.write(before);
  for (let n = 0; n < mebibytes; n += 1) if (!response.write(MIB)) await once(response, 'drain');
  response.end(BEHIND_TEXT);
}

const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key), minVersion: 'TLSv1.3', ciphers: CIPHER_SUITE },
  (request, response) => {
    answer(request, response).catch(() => response.destroy());
  },
);
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`${JSON.stringify({ port: address?.port })}\n`);
});
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
