// Where an HTTP server is reached.

import type { UpstreamPool } from '../http/index.ts';

/** One for each server and as long as its config: what it holds is renewed under whoever keeps it. */
export interface HttpTarget {
  readonly pool: UpstreamPool;
  /** Scheme, host and port, as `URL.origin` writes them: a server may name further addresses of its own only within it. */
  readonly origin: string;
  readonly path: string;
  /** The gateway's own credentials, alternating name and value. */
  readonly headers: readonly string[];
}
