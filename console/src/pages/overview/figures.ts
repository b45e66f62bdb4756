// What is drawn of an overview, from its points.

import type { OverviewPoint, Quantiles } from '../../api/contract.ts';
import type { Series } from '../../ui/chart-math.ts';
import { showTime } from '../../ui/units.ts';

/** Calls per second; null where there is no point. */
export function ratePerSecond(point: Pick<OverviewPoint, 'calls' | 'seconds'> | undefined): number | null {
  return point === undefined ? null : point.calls / point.seconds;
}

/** Points without the last, which is under way: its calls have come in a part of its time only, and would read as a fall. */
export function wholePoints<Point>(points: readonly Point[]): readonly Point[] {
  return points.slice(0, -1);
}

/** What is said in place of whole points that hold nothing: up to when, as tiles count what is under way too. */
export function noneUntil(what: string, points: readonly { readonly at: string }[]): string {
  const underWay = points.at(-1);
  return underWay === undefined ? `${what} in this time.` : `${what} up to ${showTime(Date.parse(underWay.at)).slice(11)}.`;
}

/** When each point began, in milliseconds. */
export function timesOf(points: readonly { readonly at: string }[]): readonly number[] {
  return points.map(({ at }) => Date.parse(at));
}

/** What was decided about calls, per second. Those a person was asked about are no part of the other two. */
export function decisionSeries(points: readonly OverviewPoint[]): readonly Series[] {
  return [
    { id: 'allowed', label: 'Allowed', color: 1, values: perSecond(points, 'allowed') },
    { id: 'asked', label: 'Asked a person', color: 3, values: perSecond(points, 'asked') },
    { id: 'denied', label: 'Denied', color: 4, values: perSecond(points, 'denied') },
  ];
}

/** What came to nothing, per second. */
export function errorSeries(points: readonly OverviewPoint[]): readonly Series[] {
  return [
    { id: 'errors', label: 'Failed', color: 4, values: perSecond(points, 'errors') },
    { id: 'refused', label: 'Turned away', color: 5, values: perSecond(points, 'refused') },
    { id: 'givenUp', label: 'Given up by agents', color: 2, values: perSecond(points, 'givenUp') },
  ];
}

/** Bytes per second. */
export function byteSeries(points: readonly OverviewPoint[]): readonly Series[] {
  return [
    { id: 'in', label: 'From agents', color: 2, values: perSecond(points, 'bytesIn') },
    { id: 'out', label: 'To agents', color: 1, values: perSecond(points, 'bytesOut') },
  ];
}

/** How long calls take in the gateway and at servers, in milliseconds. */
export function latencySeries(points: readonly OverviewPoint[]): readonly Series[] {
  return [
    { id: 'server-p99', label: 'Servers p99', color: 5, values: quantile(points, 'serverMs', 'p99') },
    { id: 'server-p50', label: 'Servers p50', color: 2, values: quantile(points, 'serverMs', 'p50') },
    { id: 'overhead-p99', label: 'Gateway p99', color: 3, values: quantile(points, 'overheadMs', 'p99') },
    { id: 'overhead-p50', label: 'Gateway p50', color: 1, values: quantile(points, 'overheadMs', 'p50') },
  ];
}

function perSecond(
  points: readonly OverviewPoint[],
  member: 'allowed' | 'asked' | 'denied' | 'errors' | 'givenUp' | 'refused' | 'bytesIn' | 'bytesOut',
): readonly number[] {
  return points.map((point) => point[member] / point.seconds);
}

function quantile<Member extends 'overheadMs' | 'serverMs'>(
  points: readonly Pick<OverviewPoint, Member>[],
  member: Member,
  share: keyof Quantiles,
): readonly (number | null)[] {
  return points.map((point) => point[member]?.[share] ?? null);
}
