// Who is asked, and under which name. On a route with one server that is clear; on a route with several, names and URIs say.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Server } from '../servers/index.ts';
import type { Arrival, Inbound, Ports } from './exchange.ts';
import type { Unreadable } from './receive.ts';

/** An inbound message with its server; names in it are the server's own. */
export interface Resolved {
  readonly inbound: Inbound;
  readonly server: Server;
  readonly members: readonly string[] | undefined;
}

/** Resolves what a message is about. `done` is called at once, unless a list must be fetched first. */
export function resolve(inbound: Inbound, arrival: Arrival, ports: Ports, done: (resolved: Result<Resolved, Unreadable>) => void): void {
  const server = ports.servers.get(arrival.route.key);
  if (server === undefined) return done(fail({ code: 'route_unknown', say: 'This server is not in the config any more.' }));
  done(ok({ inbound, server, members: undefined }));
}
