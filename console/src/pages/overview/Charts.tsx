// Traffic and latency over time.

import type { ReactElement } from 'react';
import type { Overview } from '../../api/contract.ts';
import { Chart } from '../../ui/Chart.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { showBytes, showMs, showShort } from '../../ui/units.ts';
import { byteSeries, decisionSeries, errorSeries, latencySeries, noneUntil, timesOf, wholePoints } from './figures.ts';

const perSecond = (value: number): string => `${showShort(value)}/s`;
const bytesPerSecond = (value: number): string => `${showBytes(value)}/s`;

/** Four charts over the same time. */
export function Charts({ overview }: { readonly overview: Overview }): ReactElement {
  const points = wholePoints(overview.points);
  const times = timesOf(points);
  const noCalls = noneUntil('No calls', overview.points);
  const none = noneUntil('None', overview.points);
  return (
    <div className="overview-charts">
      <Panel title="Requests" description="Per second, by what was decided; lists and questions of the protocol are among them">
        <Chart label="Requests per second" times={times} series={decisionSeries(points)} form="stack" format={perSecond} empty={noCalls} />
      </Panel>
      <Panel title="Latency" description="What the gateway adds, against what servers take">
        <Chart label="Latency" times={times} series={latencySeries(points)} form="log-lines" format={showMs} empty={noCalls} />
      </Panel>
      <Panel
        title="Errors"
        description="Per second: calls that came to nothing, requests turned away, and what agents gave up before it was decided"
      >
        <Chart label="Errors per second" times={times} series={errorSeries(points)} format={perSecond} height={150} empty={none} />
      </Panel>
      <Panel title="Data" description="Per second, between agents and the gateway">
        <Chart label="Bytes per second" times={times} series={byteSeries(points)} format={bytesPerSecond} height={150} empty={none} />
      </Panel>
    </div>
  );
}
