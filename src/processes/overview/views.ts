// Figures of the history as the admin API tells them.

import type { OverviewPoint, Quantiles, ServerPoint } from '../../admin/index.ts';
import type { Flow, FlowPoint, ServerFlow, ServerFlowPoint } from '../../telemetry/index.ts';

type Totals = Omit<OverviewPoint, 'at' | 'seconds'>;

export function toPoint(point: FlowPoint): OverviewPoint {
  return { at: new Date(point.atMs).toISOString(), seconds: point.seconds, ...toTotals(point) };
}

export function toTotals(flow: Flow): Totals {
  const { calls, allowed, denied, asked, givenUp, errors, refused, running, bytesIn, bytesOut } = flow;
  return {
    calls,
    allowed,
    denied,
    asked,
    givenUp,
    errors,
    refused,
    running,
    bytesIn,
    bytesOut,
    overheadMs: toQuantiles(flow.overheadMs),
    serverMs: toQuantiles(flow.serverMs),
  };
}

export function toServerPoint(point: ServerFlowPoint): ServerPoint {
  return { at: new Date(point.atMs).toISOString(), seconds: point.seconds, ...toServerTotals(point) };
}

export function toServerTotals({ calls, errors, serverMs }: ServerFlow): Omit<ServerPoint, 'at' | 'seconds'> {
  return { calls, errors, serverMs: toQuantiles(serverMs) };
}

/** To the microsecond: they are estimates, and are drawn. */
function toQuantiles(estimate: Quantiles | null): Quantiles | null {
  if (estimate === null) return null;
  const round = (value: number): number => Math.round(value * 1_000) / 1_000;
  return { p50: round(estimate.p50), p95: round(estimate.p95), p99: round(estimate.p99), mean: round(estimate.mean) };
}
