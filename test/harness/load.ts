// Calls without pause while something happens to the gateway. Every call names a tool of its own, so that each can be found again in
// the log and at the server.

import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, modernCall, modernRequest } from './mcp.ts';

/** Longer than anything on loopback takes. */
const GIVE_UP_MS = 20_000;

/** What became of the calls of a load. */
export interface LoadReport {
  /** The tools whose calls were answered with a result. */
  readonly answered: readonly string[];
  /** The calls that were not, and what came instead. */
  readonly failed: readonly { readonly tool: string; readonly why: string }[];
}

/** Calls that go on until they are told to stop. */
export interface Load {
  /** How many calls have been answered so far. */
  readonly count: number;
  /** Starts no more calls and waits for those under way. */
  stop(): Promise<LoadReport>;
}

/** Makes one call of this tool; false or an error: it was not answered as it should be. */
export type CallOnce = (tool: string) => Promise<boolean | string>;

/** Each call has a tool of its own, and servers list what they have: a load ends by itself when all of its names have been used. */
export const CALLS_OF_A_LOAD = 2_000;

const running = new Set<() => void>();

/** Ends every load: one that a failed test left would keep its process alive for ever. */
export function endLoads(): void {
  for (const end of running) end();
}

/** Keeps `lanes` calls under way at any time, `calls` in all. */
export function startLoad(prefix: string, lanes: number, call: CallOnce, calls = CALLS_OF_A_LOAD): Load {
  const answered: string[] = [];
  const failed: { tool: string; why: string }[] = [];
  let next = 0;
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (!stopped && next < calls) {
      const tool = `${prefix}-${next++}`;
      const result = await call(tool).catch((error: unknown) =>
        error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      );
      if (result === true) answered.push(tool);
      else failed.push({ tool, why: String(result) });
      // A gateway that is gone refuses at once: the loop must not starve the test.
      if (result !== true) await sleep(5);
    }
  };
  const end = (): void => {
    stopped = true;
    running.delete(end);
  };
  running.add(end);
  const all = Promise.all(Array.from({ length: lanes }, lane));
  return {
    get count() {
      return answered.length;
    },
    async stop() {
      end();
      await all;
      return { answered, failed };
    },
  };
}

/** A modern call on a connection of its own. */
export function callOnce(url: string, key: string): CallOnce {
  return async (tool) => {
    const { http, result } = await modernCall(url, 'tools/call', { name: tool, arguments: {} }, { key });
    return at(result, 'content', 0, 'text') === tool || `${http.status} ${http.body}`;
  };
}

/** One connection that is kept and used for one call after the other. */
export class KeptConnection {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #key: string;
  readonly #ca: string | undefined;
  #localPort: number | undefined;
  /** How often the gateway said that it would close the connection, and did so in order. */
  renewed = 0;

  constructor(url: string, key: string, ca?: string) {
    this.#url = url;
    this.#key = key;
    this.#ca = ca;
    this.#agent = url.startsWith('https:')
      ? new TlsAgent({ keepAlive: true, maxSockets: 1 })
      : new Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** Calls a tool; the answer's text must be its name. Throws when the connection breaks. */
  readonly call: CallOnce = async (tool) => {
    const { status, body } = await this.#post(modernRequest('tools/call', { name: tool, arguments: {} }, { key: this.#key }));
    const text = at(JSON.parse(body), 'result', 'content', 0, 'text');
    return text === tool || `${status} ${body}`;
  };

  close(): void {
    this.#agent.destroy();
  }

  #post({ headers, body }: ReturnType<typeof modernRequest>): Promise<{ status: number; body: string }> {
    const start = this.#url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = start(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          ...(this.#ca !== undefined && { ca: this.#ca }),
        },
        (response) => void this.#read(response).then(resolve, reject),
      );
      outgoing.setTimeout(GIVE_UP_MS, () => outgoing.destroy(new Error('no answer on a kept connection')));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async #read(response: IncomingMessage): Promise<{ status: number; body: string }> {
    const { localPort } = response.socket;
    if (this.#localPort !== undefined && this.#localPort !== localPort) this.renewed++;
    this.#localPort = localPort;
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
  }
}
