// What the two sides of a limit say to each other: whoever counts (the authority) and whoever lets calls through (a holder: a worker; on many nodes,
// a node). A holder spends what it was leased without asking; it asks when it has too little, and says with every message what became of the rest.
//
//   take      holder → authority   what some calls owe, all or nothing, and reports
//   taken     authority → holder   an allotment beside what was asked for, or how long to wait
//   recall    authority → holder   give back what you have not spent of these
//   reports   holder → authority   spent, given back, owed: since the last report
//   claim     holder → authority   to an authority that is new: what I hold
//
// Messages of one holder arrive in order or not at all. An authority that keeps its buckets elsewhere, on many nodes in a shared store, can speak
// the same: `take` is then one transaction over the rows of the buckets, and `claim` names the node.

import type { LimitKind } from './types.ts';

/** A bucket: of which limit, and its key. */
export interface Account {
  readonly limit: string;
  readonly key: string;
}

/** What is wanted of one bucket. */
export interface Want extends Account {
  readonly cost: number;
}

/** What became of what was leased, since the last report; tokens of a bucket, places of a `concurrent` limit. */
export interface LeaseReport extends Account {
  /** Of the allotment, for good. Below zero: what calls were let through with that did not go on, which is held from now on. */
  readonly spent: number;
  /** Unspent, or a place that is free again. */
  readonly back: number;
  /** Spent beyond what was leased: bytes of answers. */
  readonly owed: number;
  /** Calls that were let through, and refused, by the holder alone. */
  readonly admitted: number;
  readonly refused: number;
}

/** What a holder has when a new authority begins; for identical calls, when they were let through, and until when they are refused. */
export interface Claim extends Account {
  readonly held: number;
  readonly times: readonly number[];
  readonly openUntilMs: number;
}

/** The answer of an authority to a `take`. */
export type Taken =
  /** For each want in turn, what may be spent beside it without asking. */
  | { readonly kind: 'taken'; readonly extra: readonly number[] }
  | Over
  /** Nothing is decided until these have said what they have left. */
  | { readonly kind: 'recall'; readonly from: ReadonlyMap<string, readonly Account[]> };

/** One of the limits has no room. `empty`: it says so for everyone until then, so that nobody need ask again before. */
export interface Over {
  readonly kind: 'over';
  readonly limit: string;
  readonly limitKind: LimitKind;
  readonly key: string;
  readonly retryAfterMs: number;
  readonly empty: boolean;
}
