// The MCP server behind the rows over HTTP: a modern one (plain and TLS) and a legacy one (plain), on sockets of their own.
// A process of its own; prints one line of JSON with its ports and ends when its standard input ends.

import { readFileSync } from 'node:fs';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

import { answerOther, answersToCalls, idOfCall } from './stand-in.ts';
import { CIPHER_SUITE, type Era } from './workload.ts';

/** The one session of the legacy server: it keeps nothing that sessions could have apart. */
const SESSION = 'bench-session-0001';
const MAX_KEPT = 1000;

function serve(era: Era): (socket: Socket) => void {
  const answer = answersToCalls(era);
  /** Answers by id, head included: the ids of the generator are few, one per connection. */
  const answers = new Map<string, Buffer>();

  const reply = (head: string, body: Buffer): Buffer => {
    // Without a stream of its own, and with nothing to end, a legacy server answers GET and DELETE so.
    if (!head.startsWith('post ')) return http(405, '', '');
    const id = idOfCall(body);
    if (id === undefined) {
      const said = answerOther(body, era);
      return http(said.status, said.body ?? '', said.opens ? `Mcp-Session-Id: ${SESSION}\r\n` : '');
    }
    let bytes = answers.get(id);
    if (bytes === undefined) {
      bytes = http(200, answer(id), '');
      if (answers.size < MAX_KEPT) answers.set(id, bytes);
    }
    return bytes;
  };

  /** Answers the first request in `bytes`; returns how many bytes it took, 0 while it is not all there. */
  const take = (socket: Socket, bytes: Buffer): number => {
    const headEnd = bytes.indexOf('\r\n\r\n', 0, 'latin1');
    if (headEnd < 0) return 0;
    const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
    const lengthAt = head.indexOf('\r\ncontent-length:');
    const length = lengthAt < 0 ? 0 : Number.parseInt(head.slice(lengthAt + 17), 10);
    const start = headEnd + 4;
    if (bytes.length < start + length) return 0;
    socket.write(reply(head, bytes.subarray(start, start + length)));
    return start + length;
  };

  return (socket) => {
    let pending: Buffer | undefined;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
      pending = undefined;
      while (bytes.length > 0) {
        const used = take(socket, bytes);
        if (used === 0) {
          pending = bytes;
          return;
        }
        bytes = bytes.subarray(used);
      }
    });
    // A peer that hangs up is normal here; what matters is what the generator counts.
    socket.on('error', () => socket.destroy());
  };
}

function http(status: number, body: string | Buffer, header: string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Bench\r\nContent-Type: application/json\r\n${header}Content-Length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the bench upstream does not listen');
  return address.port;
}

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', 1024, resolve);
  });
  return server;
}

const [certificateFile, keyFile] = process.argv.slice(2);
if (certificateFile === undefined || keyFile === undefined) throw new Error('usage: upstream.ts CERTIFICATE KEY');
const plain = await listen(createPlain(serve('modern')));
const legacy = await listen(createPlain(serve('legacy')));
const tls = await listen(
  createTls(
    {
      cert: readFileSync(certificateFile),
      key: readFileSync(keyFile),
      minVersion: 'TLSv1.3',
      ciphers: CIPHER_SUITE,
      ALPNProtocols: ['http/1.1'],
    },
    serve('modern'),
  ),
);
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ plainPort: portOf(plain), tlsPort: portOf(tls), legacyPort: portOf(legacy) })}\n`);
