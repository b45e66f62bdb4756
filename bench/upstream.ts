// The MCP server behind the rows over HTTP: a modern one (plain, TLS, TLS but slow, and one that answers with streams) and a legacy one (plain), on
// sockets of their own; and a collector that takes telemetry and forgets it. A process of its own; prints one line of JSON with its ports and ends
// when its standard input ends.

import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

import { createDelay } from './delay.ts';
import { answerOther, answersToCalls, idOfCall } from './stand-in.ts';
import { CIPHER_SUITE, type Era, SLOW_MS } from './workload.ts';

/** The one session of the legacy server: it keeps nothing that sessions could have apart. */
const SESSION = 'bench-session-0001';
const MAX_KEPT = 1000;

/** How a server answers calls, beside the usual. */
interface Manner {
  readonly answers?: 'json' | 'sse';
  /** Does what it is given a while later; what is asked for beside calls is answered at once. */
  readonly delay?: (then: () => void) => void;
}

function serve(era: Era, { answers: form = 'json', delay }: Manner = {}): (socket: Socket) => void {
  const answer = answersToCalls(era);
  /** Answers by id, head included: the ids of the generator are few, one per connection. */
  const answers = new Map<string, Buffer>();

  const answerToCall = (id: string): Buffer => {
    let bytes = answers.get(id);
    if (bytes === undefined) {
      bytes = form === 'sse' ? stream(answer(id)) : http(200, answer(id), '');
      if (answers.size < MAX_KEPT) answers.set(id, bytes);
    }
    return bytes;
  };

  const reply = (socket: Socket, head: string, body: Buffer): void => {
    // Without a stream of its own, and with nothing to end, a legacy server answers GET and DELETE so.
    if (!head.startsWith('post ')) return void socket.write(http(405, '', ''));
    const id = idOfCall(body);
    if (id === undefined) {
      const said = answerOther(body, era);
      return void socket.write(http(said.status, said.body ?? '', said.opens ? `Mcp-Session-Id: ${SESSION}\r\n` : ''));
    }
    if (delay === undefined) return void socket.write(answerToCall(id));
    delay(() => void socket.write(answerToCall(id)));
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
    reply(socket, head, bytes.subarray(start, start + length));
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

/** A stream with the answer as its one event. */
function stream(answer: Buffer): Buffer {
  const event = Buffer.concat([Buffer.from('event: message\ndata: '), answer, Buffer.from('\n\n')]);
  const head = 'HTTP/1.1 200 Bench\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n';
  return Buffer.concat([Buffer.from(`${head}${event.length.toString(16)}\r\n`), event, Buffer.from('\r\n0\r\n\r\n')]);
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
const streams = await listen(createPlain(serve('modern', { answers: 'sse' })));
const tlsOptions = {
  cert: readFileSync(certificateFile),
  key: readFileSync(keyFile),
  minVersion: 'TLSv1.3',
  ciphers: CIPHER_SUITE,
} as const;
const tls = await listen(createTls({ ...tlsOptions, ALPNProtocols: ['http/1.1'] }, serve('modern')));
const slow = await listen(createTls({ ...tlsOptions, ALPNProtocols: ['http/1.1'] }, serve('modern', { delay: createDelay(SLOW_MS) })));
const collector = await listen(
  createHttp((request, response) => {
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }),
);
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
const ports = {
  plainPort: portOf(plain),
  tlsPort: portOf(tls),
  slowPort: portOf(slow),
  ssePort: portOf(streams),
  legacyPort: portOf(legacy),
  collectorPort: portOf(collector),
};
process.stdout.write(`${JSON.stringify(ports)}\n`);
