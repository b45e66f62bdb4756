// The shapes of limits: as people write them, as calls are charged to them, and what comes of it.

/** What a limit counts apart: by default each agent for itself. */
export type LimitPer = 'agent' | 'group' | 'server' | 'tool';

/** So much in a period. `burst`: so much at once; undefined: the whole of a period. */
export interface Pace {
  readonly periodMs: number;
  readonly burst?: number | undefined;
}

/** One limit, as written, defaults filled in. It has one of the five kinds. Lists hold globs, as in rules. */
export interface Limit {
  /** Both empty: everyone. */
  readonly agents: readonly string[];
  readonly groups: readonly string[];
  readonly servers: readonly string[];
  /** Undefined in all three, and no labels: everything on the server. */
  readonly tools?: readonly string[] | undefined;
  readonly prompts?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly per?: readonly LimitPer[] | undefined;
  /** `uses`: calls of tools, and getting prompts and resources. `requests`: lists and everything else as well. */
  readonly counts: 'uses' | 'requests';
  readonly rate?: (Pace & { readonly calls: number }) | undefined;
  readonly concurrent?: number | undefined;
  readonly bytes?: (Pace & { readonly bytes: number }) | undefined;
  readonly spend?: (Pace & { readonly units: number; readonly costs: Readonly<Record<string, number>> }) | undefined;
  readonly repeats?: { readonly calls: number; readonly windowMs: number; readonly coolDownMs: number } | undefined;
}

/** The kinds of limits. */
export type LimitKind = 'rate' | 'concurrent' | 'bytes' | 'spend' | 'repeats';

/** A bucket: it holds at most `capacity` tokens and gains `amount` of them every `periodMs`. Places of a `concurrent` limit gain none: they come back. */
export interface BucketShape {
  readonly capacity: number;
  readonly amount: number;
  readonly periodMs: number;
}

/** What identical calls are held against. */
export interface BreakerShape {
  readonly calls: number;
  readonly windowMs: number;
  readonly coolDownMs: number;
}

/** What one call owes to one limit. */
export interface Charge {
  readonly limit: string;
  readonly kind: LimitKind;
  /** Names the bucket: tenant and whatever the limit counts apart. */
  readonly key: string;
  /** In tokens. Of bytes none, until it is known how many pass. */
  readonly cost: number;
  /** Of identical calls: how long one counts. */
  readonly keptMs?: number;
}

/** Why a call is over a limit, as the record has it. */
export type LimitReason = 'rate-limited' | 'too-many-at-once' | 'byte-limit' | 'spend-limit' | 'repeated-call';

/** The reason by the kind of the limit. */
export const REASONS: Readonly<Record<LimitKind, LimitReason>> = {
  rate: 'rate-limited',
  concurrent: 'too-many-at-once',
  bytes: 'byte-limit',
  spend: 'spend-limit',
  repeats: 'repeated-call',
};
