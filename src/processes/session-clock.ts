// How long sessions lasted, into the metrics: a session of an agent with the gateway is one in which the gateway is the server, a session that it has with
// a server is one in which it is the client. One that is carried through is both.

import type { SessionLife } from '../proxy/index.ts';
import type { Metrics } from '../telemetry/index.ts';

const MS_PER_SECOND = 1_000;

/** Takes down sessions that are over. */
export function createSessionClock(metrics: Metrics): (life: SessionLife) => void {
  return ({ hops, server, revision, ms }) => {
    // What nobody reads is bound to a word behind the server's name.
    const labels = { 'mcp.protocol.version': revision, 'sallyport.server': server.split(' ')[0] ?? '' };
    const seconds = ms / MS_PER_SECOND;
    if (hops !== 'server') metrics.histogram('mcp.server.session.duration', labels).observe(seconds);
    if (hops !== 'agent') metrics.histogram('mcp.client.session.duration', labels).observe(seconds);
  };
}
