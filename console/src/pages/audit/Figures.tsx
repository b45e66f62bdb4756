// How many calls there were, by what was called and never by who: figures that tell of no single person.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { RecordCounts } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { readFilter, toOptions, toQuery } from '../../records/filter.ts';
import { Button } from '../../ui/Button.tsx';
import { Chart } from '../../ui/Chart.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Segmented } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/State.tsx';
import { Untrusted } from '../../ui/Text.tsx';
import { showCount, showShare, showShort } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { FilterBar } from './FilterBar.tsx';

const BY = [
  { value: 'hour', label: 'Hour' },
  { value: 'server', label: 'Server' },
  { value: 'tool', label: 'Tool' },
  { value: 'rule', label: 'Rule' },
  { value: 'verdict', label: 'Verdict' },
  { value: 'status', label: 'End' },
  { value: 'finding', label: 'Detector' },
] as const;
type By = (typeof BY)[number]['value'];
type Group = RecordCounts['groups'][number];

const MAX_BARS = 100;

/** Figures, by one thing at a time. */
export function Figures(): ReactElement {
  const [address, setAddress] = useAddress();
  const by: By = BY.find(({ value }) => value === address['by'])?.value ?? 'hour';
  const { order: _, kind: __, ...filter } = readFilter(address);
  const [now, setNow] = useState(() => Date.now());
  const { data, error, failureReason, refetch, isRefetching } = useApi('countRecords', { query: { ...toQuery(filter, now), by } });
  const refresh = (): void => {
    setNow(Date.now());
    void refetch();
  };
  return (
    <div className="records">
      <Panel flush>
        <FilterBar filter={filter} isOfCalls onChange={(change) => setAddress(change)}>
          <Button icon="refresh" label="Look again" isPending={isRefetching} onPress={refresh} />
        </FilterBar>
        <div className="figures">
          <Segmented label="By" options={BY} value={by} onChange={(chosen) => setAddress({ by: chosen === 'hour' ? undefined : chosen })} />
          {error !== null ? (
            <ErrorState problem={error} onRetry={refresh} />
          ) : data === undefined ? (
            <Loading says={failureReason?.detail} />
          ) : (
            <Groups by={by} counts={data.value} />
          )}
        </div>
      </Panel>
      <CommandLine command={commands.countRecord(by, toOptions(filter))} />
    </div>
  );
}

function Groups({ by, counts }: { readonly by: By; readonly counts: RecordCounts }): ReactElement {
  const { groups, smallestGroup } = counts;
  if (groups.length === 0) {
    return (
      <EmptyState icon="audit" title="No calls in this time">
        Choose a longer time, or take something away from the filter.
      </EmptyState>
    );
  }
  return (
    <>
      {by === 'hour' ? <Hours groups={groups} /> : <Bars by={by} groups={groups} />}
      {smallestGroup > 1 && (
        <p className="faint">
          Groups with fewer than {smallestGroup} people behind them are named, and not counted: by the privacy profile of this gateway, or
          because your role does not see single calls.
        </p>
      )}
    </>
  );
}

const HOUR_MS = 3_600_000;
/** A single hour would be one bar across the whole width: a day of them at least. */
const MIN_HOURS = 24;
const MAX_HOURS = 24 * 366;

function Hours({ groups }: { readonly groups: readonly Group[] }): ReactElement {
  const calls = new Map(groups.map(({ group, calls: count }) => [Date.parse(group), count]));
  const known = [...calls.keys()].filter((time) => !Number.isNaN(time)).toSorted((one, other) => one - other);
  const last = known.at(-1) ?? 0;
  const first = Math.min(known[0] ?? last, last - (MIN_HOURS - 1) * HOUR_MS);
  // Hours without calls are not in the answer, and are none.
  const times = Array.from({ length: Math.min(Math.round((last - first) / HOUR_MS), MAX_HOURS) + 1 }, (_, at) => first + at * HOUR_MS);
  return (
    <Chart
      label="Calls by hour"
      times={times}
      series={[{ id: 'calls', label: 'Calls', color: 1, values: times.map((time) => (calls.has(time) ? (calls.get(time) ?? null) : 0)) }]}
      form="bars"
      format={showShort}
      height={260}
    />
  );
}

function Bars({ by, groups }: { readonly by: By; readonly groups: readonly Group[] }): ReactElement {
  const sorted = groups.toSorted((one, other) => (other.calls ?? 0) - (one.calls ?? 0));
  const most = Math.max(...sorted.map(({ calls }) => calls ?? 0), 1);
  const all = sorted.reduce((sum, { calls }) => sum + (calls ?? 0), 0);
  return (
    <table className="bars">
      <caption className="visually-hidden">Calls by {by}</caption>
      <tbody>
        {sorted.slice(0, MAX_BARS).map(({ group, calls }) => (
          <tr key={group}>
            <th scope="row">{group === '' ? <span className="faint">none</span> : <Untrusted text={group} />}</th>
            <td className="bars-bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect className="bars-fill" width={calls === null ? 0 : Math.max((100 * calls) / most, 0.4)} height="10" rx="0.6" />
              </svg>
            </td>
            <td className="bars-count">{calls === null ? <span className="faint">too few people</span> : showCount(calls)}</td>
            <td className="bars-share faint">{calls === null ? '' : showShare(calls, all)}</td>
          </tr>
        ))}
        {sorted.length > MAX_BARS && (
          <tr>
            <td colSpan={4} className="faint">
              and {showCount(sorted.length - MAX_BARS)} more
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
