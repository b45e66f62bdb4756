// How the gateway does: what needs a person, what is wrong, what agents do, what time it costs, and how much more it carries.

import './overview.css';
import type { ReactElement } from 'react';
import type { Overview, Window } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { paths } from '../../paths.ts';
import { commands } from '../../commands.ts';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Segmented } from '../../ui/Field.tsx';
import { Page, PageHead, Stat } from '../../ui/Panel.tsx';
import { ErrorState, Loading } from '../../ui/State.tsx';
import { showCount, showMs, showShare, splitMs } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { Capacity } from './Capacity.tsx';
import { Charts } from './Charts.tsx';
import { GatewayFacts } from './GatewayFacts.tsx';
import { ratePerSecond } from './figures.ts';
import { NowRate } from './NowRate.tsx';
import { Warnings } from './Warnings.tsx';

const WINDOWS = [
  { value: '5m', label: '5 min' },
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
] as const satisfies readonly { readonly value: Window; readonly label: string }[];
/** The last points of the charts are never older than this. */
const REFRESH_MS = 10_000;

/** The first page. */
export function OverviewPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const window = WINDOWS.find(({ value }) => value === address['window'])?.value ?? '1h';
  const { data, error, refetch } = useApi('readOverview', { query: { window } }, { refetchInterval: REFRESH_MS });
  return (
    <Page>
      <PageHead
        title="Overview"
        description="What agents do, what waits for a person, and what is wrong."
        actions={<Segmented label="Window of time" options={WINDOWS} value={window} onChange={(value) => setAddress({ window: value })} />}
      />
      {data === undefined ? (
        error === null ? (
          <Loading lines={8} />
        ) : (
          <ErrorState problem={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Content overview={data.value} />
      )}
    </Page>
  );
}

function Content({ overview }: { readonly overview: Overview }): ReactElement {
  return (
    <>
      <Warnings warnings={overview.warnings} />
      <Stats overview={overview} />
      <Charts overview={overview} />
      <div className="overview-columns">
        <Capacity />
        <GatewayFacts gateway={overview.gateway} />
      </div>
      <div className="overview-commands">
        <CommandLine command={commands.top()} label="The same in a terminal" />
        <CommandLine command={commands.doctor()} label="What looks into everything that may be wrong" />
      </div>
    </>
  );
}

function Stats({ overview: { totals, waiting, points } }: { readonly overview: Overview }): ReactElement {
  const waits = waiting.approvals + waiting.definitions + waiting.releases;
  const overhead = totals.overheadMs === null ? null : splitMs(totals.overheadMs.p50);
  const server = totals.serverMs === null ? null : splitMs(totals.serverMs.p50);
  return (
    <div className="overview-stats">
      <Stat
        label="Requests"
        value={showCount(totals.calls)}
        hint={<NowRate fallback={ratePerSecond(points.at(-2))} />}
        href={paths.live()}
      />
      <Stat
        label="Denied"
        value={showCount(totals.denied)}
        hint={`${showShare(totals.denied, totals.calls)} of all requests`}
        href={paths.live({ verdict: 'deny' })}
      />
      <Stat
        label="Errors"
        value={showCount(totals.errors)}
        tone={totals.errors > 0 ? 'bad' : 'neutral'}
        hint={`${showShare(totals.errors, totals.allowed)} of allowed`}
        href={paths.servers()}
      />
      <Stat
        label="Gateway adds"
        value={overhead?.value ?? '–'}
        {...(overhead === null ? {} : { unit: overhead.unit })}
        hint={totals.overheadMs === null ? 'Half of all calls take less' : `p99 ${showMs(totals.overheadMs.p99)}`}
      />
      <Stat
        label="Servers take"
        value={server?.value ?? '–'}
        {...(server === null ? {} : { unit: server.unit })}
        hint={totals.serverMs === null ? 'Half of all calls take less' : `p99 ${showMs(totals.serverMs.p99)}`}
      />
      <Stat
        label="Waiting"
        value={showCount(waits)}
        tone={waits > 0 ? 'warn' : 'neutral'}
        hint={waitingText(waiting)}
        href={waiting.approvals > 0 || waiting.definitions === 0 ? paths.approvals() : paths.catalogue()}
      />
    </div>
  );
}

function waitingText({ approvals, definitions, releases }: Overview['waiting']): string {
  const parts = [
    [approvals, 'call', 'calls'],
    [definitions, 'tool or text', 'tools and texts'],
    [releases, 'release', 'releases'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return said.length === 0 ? 'Nothing waits' : said.join(', ');
}
