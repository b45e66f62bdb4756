// Traffic and latency over time.

import type { ReactElement } from 'react';
import type { Overview } from '../../api/contract.ts';
import { Chart } from '../../ui/Chart.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { showBytes, showMs, showShort } from '../../ui/units.ts';
import { byteSeries, decisionSeries, errorSeries, latencySeries, timesOf, wholePoints } from './figures.ts';

const perSecond = (value: number): string => `${showShort(value)}/s`;
const bytesPerSecond = (value: number): string => `${showBytes(value)}/s`;

/** Four charts over the same time. */
export function Charts({ overview }: { readonly overview: Overview }): ReactElement {
  const points = wholePoints(overview.points);
  const times = timesOf(points);
  return (
    <div className="overview-charts">
      <Panel title="Calls" description="Per second, by what was decided">
        <Chart
          label="Calls per second"
          times={times}
          series={decisionSeries(points)}
          form="stack"
          format={perSecond}
          empty="No calls yet in this time."
        />
      </Panel>
      <Panel title="Latency" description="What the gateway adds, against what servers take">
        <Chart
          label="Latency"
          times={times}
          series={latencySeries(points)}
          form="log-lines"
          format={showMs}
          empty="No calls yet in this time."
        />
      </Panel>
      <Panel title="Errors" description="Per second: calls that came to nothing, and requests turned away at the door">
        <Chart
          label="Errors per second"
          times={times}
          series={errorSeries(points)}
          format={perSecond}
          height={150}
          empty="None in this time."
        />
      </Panel>
      <Panel title="Data" description="Per second, between agents and the gateway">
        <Chart
          label="Bytes per second"
          times={times}
          series={byteSeries(points)}
          format={bytesPerSecond}
          height={150}
          empty="None in this time."
        />
      </Panel>
    </div>
  );
}
