// A relay with nothing on: the gateway's own HTTP engine on both sides, and between them only what every relay has to do. What it costs is
// what the engine costs. A process of its own; prints one line of JSON with its port and ends when its standard input ends.

import { readFileSync } from 'node:fs';

import { createHttpServer, createUpstreamPool, DEFAULT_SERVER_LIMITS } from '../src/http/index.ts';
import type { HeaderList, Origin, RequestHandler, ServerRequest, UpstreamHandler, UpstreamPool } from '../src/http/index.ts';
import { SERVER_NAME } from './workload.ts';

const MAX_CONNECTIONS = 100;
const TIMEOUT_MS = 30_000;
const NO_BYTES = Buffer.alloc(0);
const BAD_GATEWAY = Buffer.from('the upstream gave no answer');

/** Fields of one hop, which the codec writes by itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['host', 'connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

function relayTo(pool: UpstreamPool): RequestHandler<undefined> {
  return {
    onHead: () => DEFAULT_SERVER_LIMITS.maxBodyBytes,
    onRequest: (request, body) => {
      pool.send(
        {
          method: 'POST',
          path: request.head.path,
          headers: endToEnd(request.head.headers),
          body,
          replayable: false,
          headTimeoutMs: TIMEOUT_MS,
          idleTimeoutMs: TIMEOUT_MS,
        },
        new Answer(request),
      );
    },
    onRefused: () => {},
    refusalBody: (code) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
  };
}

/** Takes an answer as a whole, and hands it on. */
class Answer implements UpstreamHandler {
  readonly #request: ServerRequest<undefined>;
  #status = 0;
  #headers: readonly string[] = [];
  #body: Uint8Array = NO_BYTES;

  constructor(request: ServerRequest<undefined>) {
    this.#request = request;
  }

  onHead(status: number, headers: HeaderList): void {
    this.#status = status;
    this.#headers = endToEnd(headers);
  }

  onBody(chunk: Uint8Array): void {
    this.#body = this.#body.length === 0 ? chunk : Buffer.concat([this.#body, chunk]);
  }

  onEnd(): void {
    this.#request.respond(this.#status, this.#headers, this.#body);
  }

  onError(): void {
    this.#request.respond(502, [], BAD_GATEWAY);
  }
}

function endToEnd({ names, values }: HeaderList): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] ?? '';
    if (!HOP_BY_HOP.has(name)) fields.push(name, values[at] ?? '');
  }
  return fields;
}

const [port, certificateFile, keyFile, caFile] = process.argv.slice(2);
if (port === undefined) throw new Error('usage: relay.ts UPSTREAM-PORT [CERTIFICATE KEY CA]');
const origin: Origin = {
  host: '127.0.0.1',
  port: Number(port),
  tls: caFile === undefined ? undefined : { servername: SERVER_NAME, ca: readFileSync(caFile, 'utf8'), minVersion: 'TLSv1.3' },
};
const pool = createUpstreamPool(origin, {
  maxConnections: MAX_CONNECTIONS,
  maxQueued: MAX_CONNECTIONS,
  maxHeadBytes: DEFAULT_SERVER_LIMITS.maxHeadBytes,
  connectTimeoutMs: TIMEOUT_MS,
});
const tls =
  certificateFile === undefined || keyFile === undefined
    ? undefined
    : { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), minVersion: 'TLSv1.3' as const };
const server = createHttpServer({ handler: relayTo(pool), limits: DEFAULT_SERVER_LIMITS, listener: 'relay', tls });
await server.listen('127.0.0.1', 0);
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
process.stdout.write(`${JSON.stringify(server.address())}\n`);
