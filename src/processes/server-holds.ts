// What the gateway keeps for each server, over all workers: read from the gauges that they report, so that the admin API and the metrics
// never say different things.

import type { ServerStatus } from '../admin/index.ts';
import type { GaugeName, MetricsDump } from '../telemetry/index.ts';

const GAUGES = {
  sessions: 'sallyport.sessions',
  bridgeSessions: 'sallyport.bridge.sessions',
  parkedRounds: 'sallyport.bridge.rounds.parked',
  processes: 'sallyport.stdio.processes',
} as const satisfies Readonly<Record<keyof ServerStatus['holds'], GaugeName>>;

/** What is kept for a server; 0 of everything that no worker has reported. */
export function holdsOf(server: string, { families }: MetricsDump): ServerStatus['holds'] {
  const valueOf = (name: GaugeName): number => families[name]?.find(({ labels }) => labels[0] === server)?.values[0] ?? 0;
  return {
    sessions: valueOf(GAUGES.sessions),
    bridgeSessions: valueOf(GAUGES.bridgeSessions),
    parkedRounds: valueOf(GAUGES.parkedRounds),
    processes: valueOf(GAUGES.processes),
  };
}
