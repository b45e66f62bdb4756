// The MCP server behind every row: modern-only, as cheap as Node can make it, so that what is measured is what stands in front.
// A process of its own; prints one line of JSON with its ports (plain and TLS) and ends when its standard input ends.
// It answers what a gateway asks before the first call (server/discover, tools/list) properly; it checks no credentials.

import { readFileSync } from 'node:fs';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

import { answerBody, BODY_BYTES, CIPHER_SUITE, REVISION, TOOLS } from './workload.ts';

const ID_MARK = '"id":';
const CALL_MARK = 'tools/call';

// A call is answered from these pieces: head, bytes up to the id, and bytes after it.
const sample = Buffer.from(answerBody(100_000));
const idAt = sample.indexOf(ID_MARK) + ID_MARK.length;
const prefix = sample.subarray(0, idAt);
const suffix = sample.subarray(sample.indexOf(',', idAt));

/** Answers by id, head included: ids are few, one per generator connection. */
const answers = new Map<string, Buffer>();

function serve(socket: Socket): void {
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
}

/** Answers the first request in `bytes`; returns how many bytes it took, 0 while it is not all there. */
function take(socket: Socket, bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (headEnd < 0) return 0;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const lengthAt = head.indexOf('\r\ncontent-length:');
  const length = lengthAt < 0 ? 0 : Number.parseInt(head.slice(lengthAt + 17), 10);
  const start = headEnd + 4;
  if (bytes.length < start + length) return 0;
  const body = bytes.subarray(start, start + length);
  socket.write(head.startsWith('post ') ? answer(head, body) : http(405, ''));
  return start + length;
}

function answer(head: string, body: Buffer): Buffer {
  if (!head.includes(CALL_MARK)) return other(body);
  const at = body.indexOf(ID_MARK) + ID_MARK.length;
  const id = body.toString('latin1', at, body.indexOf(',', at));
  let bytes = answers.get(id);
  if (bytes === undefined) {
    bytes = http(200, Buffer.concat([prefix, Buffer.from(id), suffix]));
    if (answers.size < 1000) answers.set(id, bytes);
  }
  return bytes;
}

/** Everything but calls: rare, so read properly. */
function other(body: Buffer): Buffer {
  const { id, method, params }: { id?: unknown; method?: string; params?: { protocolVersion?: string } } = JSON.parse(body.toString());
  const hints = {
    ttlMs: 3_600_000,
    cacheScope: 'public',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'bench-upstream', version: '1.0.0' } },
  };
  switch (method) {
    case 'server/discover':
      return result(id, { resultType: 'complete', supportedVersions: [REVISION], capabilities: { tools: {} }, ...hints });
    case 'tools/list':
      return result(id, { resultType: 'complete', tools: TOOLS.map(describeTool), ...hints });
    case 'initialize':
      // A modern-only server names its revisions to a legacy client.
      return refusal(id, 400, -32022, 'Unsupported protocol version', { supported: [REVISION], requested: params?.protocolVersion ?? '' });
    default:
      return refusal(id, 404, -32601, 'Method not found', undefined);
  }
}

function describeTool(name: string, index: number): unknown {
  return {
    name,
    description: `Looks up orders in region ${index}.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', maxLength: 200 },
        customer: { type: 'string' },
        limit: { type: 'integer', minimum: 1, maximum: 100 + index },
        archived: { type: 'boolean' },
        note: { type: 'string' },
      },
      required: ['query'],
    },
  };
}

function result(id: unknown, value: unknown): Buffer {
  return http(200, JSON.stringify({ jsonrpc: '2.0', id, result: value }));
}

function refusal(id: unknown, status: number, code: number, message: string, data: unknown): Buffer {
  return http(status, JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } }));
}

function http(status: number, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Bench\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`),
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

if (prefix.length + 6 + suffix.length !== BODY_BYTES) throw new Error('the bench answer does not have the promised size');
const [certificateFile, keyFile] = process.argv.slice(2);
if (certificateFile === undefined || keyFile === undefined) throw new Error('usage: upstream.ts CERTIFICATE KEY');
const plain = await listen(createPlain(serve));
const tls = await listen(
  createTls(
    {
      cert: readFileSync(certificateFile),
      key: readFileSync(keyFile),
      minVersion: 'TLSv1.3',
      ciphers: CIPHER_SUITE,
      ALPNProtocols: ['http/1.1'],
    },
    serve,
  ),
);
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ plainPort: portOf(plain), tlsPort: portOf(tls) })}\n`);
