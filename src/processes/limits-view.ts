// Limits as people see them: what each is, and how full the buckets are from which somebody has taken.

import type { LimitsView } from '../admin/index.ts';
import { bucketShape, describeLimit, kindOf, perOf, readKey } from '../policies/index.ts';
import type { AccountView, Limit } from '../policies/index.ts';

/** Shown of one limit; those with the least first. */
const MAX_BUCKETS = 100;

/** Puts together what is configured and what was taken. */
export function viewLimits(limits: Readonly<Record<string, Limit>>, accounts: readonly AccountView[], nowMs: number): LimitsView {
  const taken = Map.groupBy(accounts, ({ limit }) => limit);
  return {
    limits: Object.entries(limits).map(([name, limit]) => {
      const kind = kindOf(limit);
      const per = kind === 'repeats' ? undefined : perOf(limit);
      const all = (taken.get(name) ?? []).toSorted((a, b) => b.retryAfterMs - a.retryAfterMs || a.remaining - b.remaining);
      return {
        name,
        kind,
        text: describeLimit(limit),
        per: [...(per ?? (['agent', 'server', 'tool'] as const))],
        capacity: bucketShape(limit)?.capacity ?? limit.repeats?.calls ?? 0,
        count: all.length,
        buckets: all.slice(0, MAX_BUCKETS).map(({ key, remaining, admitted, refused, lastRefusedMs, retryAfterMs }) => {
          const { tenant, agent, group, server, tool } = readKey(key, per);
          return {
            tenant,
            agent: agent ?? null,
            group: group ?? null,
            server: server ?? null,
            tool: tool ?? null,
            remaining,
            admitted,
            refused,
            lastRefusedAt: lastRefusedMs === 0 ? null : new Date(Math.min(lastRefusedMs, nowMs)).toISOString(),
            retryAfterMs,
          };
        }),
      };
    }),
  };
}
