// How often each rule decided lately, for whoever reads the policy. Counted by the index of the record, which may have to be made first: nobody waits for
// that to read a policy.

import type { CountedGroup } from '../audit/index.ts';

/** Calls by the rule that decided them. */
export interface RuleUses {
  /** RFC 3339: calls from then on. */
  readonly since: string;
  /** Null: too few people are behind them to be told. */
  of(rule: string): number | null;
}

export interface RuleUsesOptions {
  readonly nowMs: () => number;
  /** Calls by rule from a time on; undefined: nobody can say now. */
  readonly count: (fromMs: number) => Promise<readonly CountedGroup[] | undefined>;
}

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;
const FRESH_MS = 60_000;
const PATIENCE_MS = 1_000;

/** Gives what is known; undefined: nothing yet. */
export function createRuleUses({ nowMs, count }: RuleUsesOptions): () => Promise<RuleUses | undefined> {
  let known: RuleUses | undefined;
  let knownMs = -Infinity;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    // Whole days, as figures of people are given.
    const fromMs = Math.floor(nowMs() / DAY_MS) * DAY_MS - (WINDOW_DAYS - 1) * DAY_MS;
    const groups = await count(fromMs);
    if (groups === undefined) return;
    const calls = new Map(groups.map((group) => [group.group, group.calls ?? null]));
    known = { since: new Date(fromMs).toISOString(), of: (rule) => (calls.has(rule) ? (calls.get(rule) ?? null) : 0) };
    knownMs = nowMs();
  };
  return async () => {
    if (nowMs() - knownMs < FRESH_MS) return known;
    asking ??= ask()
      .catch(() => {})
      .finally(() => (asking = undefined));
    const asked = asking;
    await Promise.race([asked, new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS).unref())]);
    return known;
  };
}
