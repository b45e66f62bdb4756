// What a worker can say of the servers, once a second, without asking any of them: whether they can be reached, why not, how late it is there, and when
// their certificates end. One that cannot be reached is asked again in the background, so that whoever watches sees it come back without a call.

import type { DialFailure } from '../http/index.ts';
import type { Server, Servers } from '../servers/index.ts';
import type { Metrics } from '../telemetry/index.ts';

/** Why a server cannot be used, in words that a person looks for. */
export type ServerFault = 'name' | 'address' | 'connection' | 'timeout' | 'certificate' | 'tls' | 'proxy' | 'answer' | 'program';

const OF_FAILURE: Readonly<Record<Exclude<DialFailure['kind'], 'cancelled'>, ServerFault>> = {
  unresolved: 'name',
  address_refused: 'address',
  unreachable: 'connection',
  timeout: 'timeout',
  proxy_refused: 'proxy',
  tls_untrusted: 'certificate',
  tls_version: 'tls',
  tls_failed: 'tls',
  tls_settings: 'tls',
};
const MS_PER_SECOND = 1_000;

/** What keeps a server from being used now; undefined: nothing that is known. */
export function faultOf({ config, readiness, pool }: Pick<Server, 'config' | 'readiness' | 'pool'>): ServerFault | undefined {
  const kind = pool?.trouble?.kind;
  // A server that was reached before keeps its verdict while it is away: only its connections tell.
  if (kind !== undefined && kind !== 'cancelled') return OF_FAILURE[kind];
  if (readiness?.kind !== 'failed') return undefined;
  if (config.kind === 'stdio') return 'program';
  return readiness.code === 'upstream_timeout' ? 'timeout' : 'answer';
}

/** A function that brings the gauges of servers up to date. */
export function createServerGauges(metrics: Metrics, servers: Pick<Servers, 'all'>): () => void {
  const faults = new Map<string, ServerFault>();
  let told: ReadonlySet<string> = new Set();

  /** Of a server that the config has no more, nothing is told: an alert about it would never end. */
  function forget(name: string): void {
    const label = { 'sallyport.server': name };
    const fault = faults.get(name);
    if (fault !== undefined) metrics.gauge('sallyport.server.fault', { kind: fault, ...label }).forget();
    faults.delete(name);
    for (const gauge of ['sallyport.server.up', 'sallyport.server.certificate.expiry.timestamp', 'sallyport.server.clock.ahead'] as const)
      metrics.gauge(gauge, label).forget();
  }

  return () => {
    const all = [...servers.all()];
    const names = new Set(all.map(({ name }) => name));
    for (const name of told) if (!names.has(name)) forget(name);
    told = names;
    for (const server of all) {
      const { name, readiness, pool, clock, config } = server;
      const label = { 'sallyport.server': name };
      const fault = faultOf(server);
      const before = faults.get(name);
      if (before !== undefined && before !== fault) metrics.gauge('sallyport.server.fault', { kind: before, ...label }).set(0);
      if (fault === undefined) faults.delete(name);
      else {
        faults.set(name, fault);
        metrics.gauge('sallyport.server.fault', { kind: fault, ...label }).set(1);
        // A program is started by calls: each start may cost more than a question over the network.
        if (config.kind === 'http') server.doubt();
      }
      if (readiness !== undefined) metrics.gauge('sallyport.server.up', label).set(fault === undefined ? 1 : 0);
      if (pool?.certificateEndsMs !== undefined)
        metrics.gauge('sallyport.server.certificate.expiry.timestamp', label).set(pool.certificateEndsMs / MS_PER_SECOND);
      if (clock !== undefined) metrics.gauge('sallyport.server.clock.ahead', label).set(Math.round(clock.aheadMs / MS_PER_SECOND));
    }
  };
}
