// How much of each limit is left, and who is refused.

import './limits.css';
import { useDeferredValue } from 'react';
import type { ReactElement } from 'react';
import type { BucketPage, LimitsView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { paths } from '../../paths.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { LinkButton } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { SearchField, Segmented } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showBytes, showCount, showMs } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { Meter } from './Meter.tsx';

type Limit = LimitsView['limits'][number];
type Bucket = BucketPage['buckets'][number];
type State = 'all' | 'refused';

const POLL_MS = 5_000;
const KIND_WORDS: Readonly<Record<Limit['kind'], string>> = {
  rate: 'rate',
  concurrent: 'at once',
  bytes: 'bytes',
  spend: 'spend',
  repeats: 'repeats',
};
const STATES = [
  { value: 'all', label: 'All' },
  { value: 'refused', label: 'Refused' },
] as const;

/** All limits, and the buckets of one. */
export function LimitsPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const { data, error, refetch } = useApi('readLimits', {}, { refetchInterval: POLL_MS });
  const limits = data?.value.limits ?? [];
  const chosen = limits.find(({ name }) => name === address['limit']) ?? limits[0];
  return (
    <Page>
      <PageHead
        title="Limits"
        description="What the policy lets through of each kind, for how many, and how much of it is left now."
        actions={
          <LinkButton href={paths.policies()} icon="edit">
            Change limits
          </LinkButton>
        }
      />
      {error !== null ? (
        <ErrorState problem={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading />
      ) : chosen === undefined ? (
        <Panel>
          <EmptyState
            icon="limits"
            title="No limit is set"
            action={<LinkButton href={paths.policies()}>Open the policy</LinkButton>}
            command={commands.limits()}
          >
            A limit has a name under <code>limits:</code> in the policy, and rules name it: calls that they let through are counted against
            it.
          </EmptyState>
        </Panel>
      ) : (
        <>
          <div className="limits" role="group" aria-label="Limits">
            {limits.map((limit) => (
              <LimitCard
                key={limit.name}
                limit={limit}
                isChosen={limit.name === chosen.name}
                onChoose={() => setAddress({ limit: limit.name })}
              />
            ))}
          </div>
          <Buckets key={chosen.name} limit={chosen} />
          <CommandLine command={commands.limits()} />
        </>
      )}
    </Page>
  );
}

interface CardProps {
  readonly limit: Limit;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function LimitCard({ limit, isChosen, onChoose }: CardProps): ReactElement {
  const { name, kind, text, capacity, buckets, count } = limit;
  const known = buckets.flatMap(({ remaining }) => (remaining === null ? [] : [remaining]));
  const least = known.length === 0 ? capacity : Math.min(...known);
  const refused = buckets.reduce((sum, bucket) => sum + bucket.refused, 0);
  return (
    <button type="button" className={`limit${isChosen ? ' limit-chosen' : ''}`} aria-pressed={isChosen} onClick={onChoose}>
      <span className="limit-head">
        <strong>{name}</strong>
        <Badge>{KIND_WORDS[kind]}</Badge>
        {refused > 0 && <Badge tone="bad">{showCount(refused)} refused</Badge>}
      </span>
      <span className="soft">{text}</span>
      <Meter remaining={least} capacity={capacity} label={`Least left of ${name}`} />
      <span className="limit-foot faint">
        <span>
          {showAmount(kind, least)} of {showAmount(kind, capacity)} left{count > 1 && ' where it is least'}
        </span>
        <span>
          {showCount(count)} {count === 1 ? 'counter' : 'counters'}
        </span>
      </span>
    </button>
  );
}

const rowsOf = (page: BucketPage): readonly Bucket[] => page.buckets;

function Buckets({ limit }: { readonly limit: Limit }): ReactElement {
  const [address, setAddress] = useAddress();
  const state: State = address['state'] === 'refused' ? 'refused' : 'all';
  const search = useDeferredValue(address['search'] ?? '');
  const pages = useApiPages('listBuckets', { query: { name: limit.name, state, search, limit: 500 } }, rowsOf, {
    refetchInterval: POLL_MS,
  });
  return (
    <Panel
      flush
      title={limit.name}
      description={limit.per.length === 0 ? 'One counter for everybody together.' : `Counted for each ${limit.per.join(' and ')} apart.`}
      actions={
        <>
          <SearchField label="Search who or what" value={address['search'] ?? ''} onChange={(text) => setAddress({ search: text })} />
          <Segmented
            label="Counters"
            options={STATES}
            value={state}
            onChange={(chosen) => setAddress({ state: chosen === 'all' ? undefined : chosen })}
          />
        </>
      }
    >
      {pages.error !== null ? (
        <ErrorState problem={pages.error} onRetry={pages.restart} />
      ) : (
        <Table
          label={`Counters of ${limit.name}`}
          columns={columnsOf(limit)}
          list={pages.list}
          keyOf={({ tenant, agent, group, server, tool, agents }) => [tenant, agent, group, server, tool, agents].join('\n')}
          empty={
            state === 'refused' ? (
              <EmptyState icon="good" title="Nobody is refused">
                Nobody was refused by this limit within an hour.
              </EmptyState>
            ) : (
              <EmptyState icon="limits" title="Nobody has taken from it">
                What nobody has taken from is full, and not listed.
              </EmptyState>
            )
          }
        />
      )}
    </Panel>
  );
}

function columnsOf(limit: Limit): readonly Column<Bucket>[] {
  const { kind, capacity } = limit;
  return [
    { id: 'who', header: 'Who and what', width: { min: 160, share: 3 }, cell: (bucket) => <Subject bucket={bucket} /> },
    {
      id: 'meter',
      header: 'Left',
      width: { min: 160, share: 2 },
      cell: ({ remaining }) =>
        remaining === null ? <span className="faint">each its own</span> : <Meter remaining={remaining} capacity={capacity} label="Left" />,
    },
    {
      id: 'remaining',
      header: 'Amount left',
      isHeaderHidden: true,
      width: 110,
      align: 'end',
      cell: ({ remaining }) =>
        remaining === null ? null : <span className={remaining <= 0 ? 'limit-empty' : ''}>{showAmount(kind, remaining)}</span>,
    },
    { id: 'admitted', header: 'Let through', width: 100, align: 'end', cell: ({ admitted }) => showCount(admitted) },
    {
      id: 'refused',
      header: 'Refused',
      width: 90,
      align: 'end',
      cell: ({ refused }) => <span className={refused > 0 ? 'limit-empty' : 'faint'}>{showCount(refused)}</span>,
    },
    {
      id: 'last',
      header: 'Last refused',
      width: 118,
      cell: ({ lastRefusedAt }) =>
        lastRefusedAt === null ? <span className="faint">–</span> : <Time at={lastRefusedAt} form="distance" />,
    },
    {
      id: 'next',
      header: 'Next passes',
      width: 110,
      align: 'end',
      cell: ({ retryAfterMs }) =>
        retryAfterMs === null ? null : retryAfterMs === 0 ? <span className="soft">now</span> : `in ${showMs(retryAfterMs)}`,
    },
  ];
}

function Subject({ bucket: { agent, group, server, tool, agents } }: { readonly bucket: Bucket }): ReactElement {
  const words = [agents === null ? agent : `${agents} agents together`, group === '' ? 'in no group' : group, server, tool].filter(
    (word) => word !== null,
  );
  if (words.length === 0) return <span>Everybody together</span>;
  return words.length > 2 ? <Badges words={words} max={4} /> : <Untrusted text={words.join(' · ')} />;
}

function showAmount(kind: Limit['kind'], amount: number): string {
  if (kind === 'bytes') return amount < 0 ? `−${showBytes(-amount)}` : showBytes(amount);
  return Number.isInteger(amount) ? showCount(amount) : amount.toFixed(1);
}
