// A request that came to one worker but whose session lives in another is handed on, whole and unjudged, over a socket in the data
// folder; the owner authenticates and judges it as if it had come to it. Nothing about the caller is taken from the relaying worker
// except the network address, for the record.

import { createUpstreamPool } from '../http/index.ts';
import type { UpstreamPool } from '../http/index.ts';
import type { Arrival } from './exchange.ts';
import { peerHeader } from './door.ts';
import { ENDPOINT_PARAMETER } from './endpoint.ts';

export interface OwnerRelay {
  /** `lost` is called where the owner gives no answer; not `delivered`: it has seen nothing of the request. */
  relay(arrival: Arrival, owner: string, lost: (delivered: boolean) => void): void;
  close(): void;
}

const RELAYED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'accept-encoding',
  'content-encoding',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'proxy-connection',
  'proxy-authorization',
  'origin',
  'date',
  'sallyport-peer',
]);
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_CONNECTIONS = 512;
const MAX_HEAD_BYTES = 64 * 1024;

/** Relays to the other workers' sockets in `folder`. */
export function createOwnerRelay(folder: string): OwnerRelay {
  const pools = new Map<string, UpstreamPool>();

  const poolOf = (owner: string): UpstreamPool => {
    const known = pools.get(owner);
    if (known !== undefined) return known;
    const made = createUpstreamPool(
      { host: 'localhost', port: 0, tls: undefined, socketPath: `${folder}/${owner}` },
      { maxConnections: MAX_CONNECTIONS, maxQueued: MAX_CONNECTIONS, maxHeadBytes: MAX_HEAD_BYTES, connectTimeoutMs: CONNECT_TIMEOUT_MS },
    );
    pools.set(owner, made);
    return made;
  };
  const forget = (owner: string): void => {
    pools.get(owner)?.close();
    pools.delete(owner);
  };

  return {
    relay: (arrival, owner, lost) => {
      // The name comes out of a sealed token, but it becomes part of a path.
      if (!isWorkerName(owner)) return lost(false);
      const { reply, headers } = arrival;
      const out: string[] = [...peerHeader(arrival.peer)];
      for (let index = 0; index < headers.names.length; index++) {
        const name = headers.names[index] ?? '';
        if (!RELAYED.has(name)) out.push(name, headers.values[index] ?? '');
      }
      let started = false;
      const call = poolOf(owner).send(
        {
          method: methodOf(arrival.method),
          path: arrival.endpoint === undefined ? arrival.route.path : `${arrival.route.path}?${ENDPOINT_PARAMETER}=${arrival.endpoint}`,
          headers: out,
          body: arrival.method === 'POST' ? arrival.body : undefined,
          replayable: false,
          headTimeoutMs: 0,
          idleTimeoutMs: 0,
        },
        {
          onHead: (status, answered) => {
            started = true;
            const pass: string[] = [];
            for (let index = 0; index < answered.names.length; index++) {
              const name = answered.names[index] ?? '';
              if (!RELAYED.has(name)) pass.push(name, answered.values[index] ?? '');
            }
            if (status === 204 || status === 202) reply.respond(status, pass);
            else reply.start(status, pass);
          },
          onBody: (chunk) => {
            if (!reply.write(chunk)) call.pause();
          },
          onEnd: () => reply.end(),
          onError: (code) => {
            if (started) return reply.abort();
            forget(owner);
            lost(code !== 'upstream_unreachable');
          },
        },
      );
      reply.onDrain = () => call.resume();
      reply.onHangup = () => call.abort();
    },
    close: () => {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}

function isWorkerName(name: string): boolean {
  return /^worker-\d{1,4}\.\d{1,9}$/.test(name);
}

function methodOf(method: string): 'POST' | 'GET' | 'DELETE' {
  return method === 'GET' || method === 'DELETE' ? method : 'POST';
}
