// Limits as people see them: what each is, and how full the buckets are from which somebody has taken. Where people may not be told apart (apart.ts),
// those of single agents are put together, and shown where there are enough of them.

import type { LimitsView } from '../admin/index.ts';
import { bucketShape, describeLimit, kindOf, perOf, readKey } from '../policies/index.ts';
import type { AccountView, Limit } from '../policies/index.ts';
import { tellsApart } from './apart.ts';
import type { Telling } from './apart.ts';

/** Shown of one limit; those with the least first, or in the order of what they are about. */
const MAX_BUCKETS = 100;
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
  { privacy, sizeOf }: Shown = { privacy: UNTOLD, sizeOf: () => 0 },
): LimitsView {
  const taken = Map.groupBy(accounts, ({ limit }) => limit);
  return {
    limits: Object.entries(limits).map(([name, limit]) => {
      const kind = kindOf(limit);
      const per = kind === 'repeats' ? undefined : perOf(limit);
      const counted = per ?? (['agent', 'server', 'tool'] as const);
      const each = (taken.get(name) ?? []).map((account) => toBucket(account, readKey(account.key, per), nowMs));
      const isOfPeople = !tellsApart(privacy) && (counted.includes('agent') || counted.includes('group'));
      const all = isOfPeople ? together(each, privacy.smallestGroup, sizeOf) : each.toSorted(byLeast);
      return {
        name,
        kind,
        text: describeLimit(limit),
        per: [...counted],
        capacity: bucketShape(limit)?.capacity ?? limit.repeats?.calls ?? 0,
        fewest: isOfPeople ? privacy.smallestGroup : null,
        count: all.length,
        buckets: all.slice(0, MAX_BUCKETS),
      };
    }),
  };
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
