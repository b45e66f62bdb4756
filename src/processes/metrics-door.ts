// The metrics of the whole gateway over HTTP, on an address of its own, never on the one that agents use. Off the hot path, so
// Node's own server does.

import { createServer } from 'node:http';
import { formatAddress, isLoopback } from '../config/index.ts';
import type { Address } from '../config/index.ts';
import { parseHost } from '../http/index.ts';
import { EXPOSITION_CONTENT_TYPE } from '../telemetry/index.ts';

export interface MetricsDoor {
  /** As configured. */
  readonly address: Address;
  /** Where it really is; undefined while it could not be bound. */
  readonly url: string | undefined;
  close(): void;
}

/** Listens for scrapers. An address that cannot be bound is said, and the rest goes on. */
export function serveMetrics(address: Address, render: () => string, notice: (text: string) => void): Promise<MetricsDoor> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    // DNS rebinding: a web page that points its own name at this address comes with that name.
    if (!isOwnName(request.headers.host)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('This Host is not one that is answered for.\n');
      return;
    }
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics.\n');
      return;
    }
    response.writeHead(200, { 'content-type': EXPOSITION_CONTENT_TYPE }).end(render());
  });
  server.maxConnections = 64;
  return new Promise((resolve) => {
    let url: string | undefined;
    const door: MetricsDoor = {
      address,
      get url() {
        return url;
      },
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
    server.once('error', (error) => {
      notice(
        `The metrics cannot be served on ${address.host}:${address.port} (${error.message}). Choose another address: metrics.listen in the config.`,
      );
      resolve(door);
    });
    server.listen(address.port, address.host, () => {
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') url = `http://${formatAddress({ host: address.host, port: bound.port })}/metrics`;
      resolve(door);
    });
  });
}

/** The address is a loopback one (check-listeners.ts), so only names of this machine lead to it. */
function isOwnName(host: string | undefined): boolean {
  const parsed = parseHost(host ?? '');
  return parsed !== undefined && isLoopback(parsed.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
}
