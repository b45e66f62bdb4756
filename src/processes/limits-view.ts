// Limits as people see them: what each is, and how full the buckets are from which somebody has taken. Where people may not be told apart (apart.ts),
// those of single agents are put together, and shown where there are enough of them.

import type { BucketPage, BucketQuery, LimitsView } from '../admin/index.ts';
import { bucketShape, describeLimit, kindOf, perOf, readKey } from '../policies/index.ts';
import type { AccountView, Limit } from '../policies/index.ts';
import { tellsApart } from './apart.ts';
import type { Telling } from './apart.ts';

/** Shown of one limit; those with the least first, or in the order of what they are about. */
const MAX_BUCKETS = 100;
const LATELY_MS = 3_600_000;
const UNTOLD: Telling = { subjects: 'names', smallestGroup: 1 };

/** To whom it is shown. */
export interface Shown {
  readonly privacy: Telling;
  /** How many agents are in a group; '' is of those in none. */
  readonly sizeOf: (group: string) => number;
}

/** Says how many agents are in each group. */
export function groupSizes(agents: readonly { readonly groups: readonly string[] }[]): Shown['sizeOf'] {
  return (group) => agents.filter(({ groups }) => (group === '' ? groups.length === 0 : groups.includes(group))).length;
}

type Bucket = LimitsView['limits'][number]['buckets'][number];

/** Puts together what is configured and what was taken. */
export function viewLimits(
  limits: Readonly<Record<string, Limit>>,
  accounts: readonly AccountView[],
  nowMs: number,
  shown: Shown = { privacy: UNTOLD, sizeOf: () => 0 },
): LimitsView {
  const taken = Map.groupBy(accounts, ({ limit }) => limit);
  return {
    limits: Object.entries(limits).map(([name, limit]) => {
      const { head, buckets } = viewLimit(name, limit, taken.get(name) ?? [], { nowMs, shown });
      return { ...head, count: buckets.length, buckets: buckets.slice(0, MAX_BUCKETS) };
    }),
  };
}

/** The buckets of one limit, by page; undefined: there is no such limit. */
export function pageBuckets(
  limits: Readonly<Record<string, Limit>>,
  accounts: readonly AccountView[],
  { name, state, search, limit: most, cursor }: BucketQuery,
  at: { readonly nowMs: number; readonly shown: Shown },
): BucketPage | undefined {
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  if (limit === undefined) return undefined;
  const own = accounts.filter((account) => account.limit === name);
  const { head, buckets } = viewLimit(name, limit, own, at);
  const wanted = search?.toLowerCase();
  const found = buckets.filter(
    (bucket) => (state === 'all' || isShort(bucket, at.nowMs)) && (wanted === undefined || isNamed(bucket, wanted)),
  );
  // What is left changes while somebody reads: a page is so many from the least, whatever these are by then.
  const from = Number(cursor ?? 0);
  const end = from + most;
  return { limit: head, buckets: found.slice(from, end), total: found.length, next: end < found.length ? String(end) : null };
}

function viewLimit(
  name: string,
  limit: Limit,
  accounts: readonly AccountView[],
  { nowMs, shown: { privacy, sizeOf } }: { readonly nowMs: number; readonly shown: Shown },
): { readonly head: BucketPage['limit']; readonly buckets: readonly Bucket[] } {
  const kind = kindOf(limit);
  const per = kind === 'repeats' ? undefined : perOf(limit);
  const counted = per ?? (['agent', 'server', 'tool'] as const);
  const each = accounts.map((account) => toBucket(account, readKey(account.key, per), nowMs));
  const isOfPeople = !tellsApart(privacy) && (counted.includes('agent') || counted.includes('group'));
  return {
    head: {
      name,
      kind,
      text: describeLimit(limit),
      per: [...counted],
      capacity: bucketShape(limit)?.capacity ?? limit.repeats?.calls ?? 0,
      fewest: isOfPeople ? privacy.smallestGroup : null,
    },
    buckets: isOfPeople ? together(each, privacy.smallestGroup, sizeOf) : each.toSorted(byLeast),
  };
}

/** Whether the smallest call would be refused now, or one was lately. Of many agents together only how many were is told. */
function isShort({ retryAfterMs, lastRefusedAt, refused, agents }: Bucket, nowMs: number): boolean {
  if (agents !== null) return refused > 0;
  return (retryAfterMs ?? 0) > 0 || (lastRefusedAt !== null && nowMs - Date.parse(lastRefusedAt) < LATELY_MS);
}

function isNamed({ agent, group, server, tool }: Bucket, wanted: string): boolean {
  return [agent, group, server, tool].some((name) => name?.toLowerCase().includes(wanted) === true);
}

function toBucket(account: AccountView, { tenant, agent, group, server, tool }: ReturnType<typeof readKey>, nowMs: number): Bucket {
  const { remaining, admitted, refused, lastRefusedMs, retryAfterMs } = account;
  return {
    tenant,
    agent: agent ?? null,
    group: group ?? null,
    server: server ?? null,
    tool: tool ?? null,
    agents: null,
    remaining,
    admitted,
    refused,
    lastRefusedAt: lastRefusedMs === 0 ? null : new Date(Math.min(lastRefusedMs, nowMs)).toISOString(),
    retryAfterMs,
  };
}

function byLeast(a: Bucket, b: Bucket): number {
  return (b.retryAfterMs ?? 0) - (a.retryAfterMs ?? 0) || (a.remaining ?? 0) - (b.remaining ?? 0);
}

/** The buckets of all agents as one, where there are enough; ordered by what they are about, which says nothing of who is first or last. */
function together(buckets: readonly Bucket[], fewest: number, sizeOf: Shown['sizeOf']): readonly Bucket[] {
  const groups = Map.groupBy(buckets, ({ tenant, group, server, tool }) => JSON.stringify([tenant, group, server, tool]));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, same]) => {
      const [first] = same;
      if (first === undefined) return [];
      const names = new Set(same.flatMap(({ agent }) => agent ?? []));
      const agents = names.size > 0 ? names.size : sizeOf(first.group ?? '');
      if (agents < fewest) return [];
      const sum = (of: (bucket: Bucket) => number): number => same.reduce((total, bucket) => total + of(bucket), 0);
      const isApart = names.size > 0;
      return [
        {
          ...first,
          agent: null,
          agents,
          remaining: isApart ? null : first.remaining,
          admitted: sum(({ admitted }) => admitted),
          refused: sum(({ refused }) => refused),
          lastRefusedAt: isApart ? null : first.lastRefusedAt,
          retryAfterMs: isApart ? null : first.retryAfterMs,
        },
      ];
    });
}
