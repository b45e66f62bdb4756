// The way to one HTTP server: its pool, and the gateway's own credentials, which are renewed under whoever keeps the target.

import { GatewayError } from '../base/index.ts';
import { createUpstreamPool } from '../http/index.ts';
import type { Origin, PoolOptions, UpstreamPool } from '../http/index.ts';
import type { HttpSecrets, SecretsDoor } from './doors.ts';
import type { HttpTarget } from './http-target.ts';
import type { HttpServerConfig } from './types.ts';

export interface HttpReach {
  /** Fetches the credentials; rejects with a sentence for the operator. */
  renew(): Promise<HttpTarget>;
  /** Undefined before `renew`. */
  readonly pool: UpstreamPool | undefined;
  close(): void;
}

/** The way to the server of this config; nothing is connected or fetched before `renew`. */
export function createHttpReach(config: HttpServerConfig, secretsDoor: SecretsDoor, poolOptions: PoolOptions): HttpReach {
  const url = new URL(config.url);
  let current: { readonly secrets: HttpSecrets; readonly pool: UpstreamPool } | undefined;
  const known = (): NonNullable<typeof current> => {
    if (current === undefined)
      throw new GatewayError('internal', { cause: new Error('a server was asked before its credentials were there') });
    return current;
  };
  const target: HttpTarget = {
    get pool() {
      return known().pool;
    },
    get headers() {
      return known().secrets.headers;
    },
    origin: url.origin,
    path: url.pathname + url.search,
  };
  return {
    renew: async () => {
      const secrets = await secretsDoor.fetch(config.name);
      if (current?.secrets.ca === secrets.ca && current !== undefined) {
        current = { ...current, secrets };
      } else {
        current?.pool.close(); // Lets calls under way finish.
        current = { secrets, pool: createUpstreamPool(originOf(url, config, secrets), poolOptions) };
      }
      return target;
    },
    get pool() {
      return current?.pool;
    },
    close: () => current?.pool.close(),
  };
}

function originOf(url: URL, config: HttpServerConfig, secrets: HttpSecrets): Origin {
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const secure = url.protocol === 'https:';
  return {
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    tls: secure ? { servername: host, ca: secrets.ca, minVersion: config.tls.minVersion } : undefined,
  };
}
