// What a server took and how often it failed, over time.

import type { ReactElement } from 'react';
import type { ServerPoint } from '../../api/contract.ts';
import type { Series } from '../../ui/chart-math.ts';
import { Chart } from '../../ui/Chart.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { showMs, showShort } from '../../ui/units.ts';
import { noneUntil, timesOf, wholePoints } from '../overview/figures.ts';

const perSecond = (value: number): string => `${showShort(value)}/s`;

/** Two charts over the same time. */
export function ServerCharts({ points: all }: { readonly points: readonly ServerPoint[] }): ReactElement {
  const points = wholePoints(all);
  const times = timesOf(points);
  const empty = noneUntil('No calls', all);
  const calls: readonly Series[] = [
    { id: 'calls', label: 'Calls', color: 1, values: points.map((point) => point.calls / point.seconds) },
    { id: 'errors', label: 'Errors', color: 4, values: points.map((point) => point.errors / point.seconds) },
  ];
  const latency: readonly Series[] = [
    { id: 'p99', label: 'p99', color: 5, values: points.map(({ serverMs }) => serverMs?.p99 ?? null) },
    { id: 'p95', label: 'p95', color: 3, values: points.map(({ serverMs }) => serverMs?.p95 ?? null) },
    { id: 'p50', label: 'p50', color: 2, values: points.map(({ serverMs }) => serverMs?.p50 ?? null) },
  ];
  return (
    <div className="server-charts">
      <Panel title="Calls" description="Per second, and those that came to nothing">
        <Chart label="Calls per second" times={times} series={calls} format={perSecond} height={170} empty={empty} />
      </Panel>
      <Panel title="Latency" description="How long the server took">
        <Chart label="Latency of the server" times={times} series={latency} form="log-lines" format={showMs} height={170} empty={empty} />
      </Panel>
    </div>
  );
}
