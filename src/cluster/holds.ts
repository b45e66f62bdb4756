// Legal holds in the store: what stands, and what was lifted, by whom and why. Nothing is ever taken out: who looks later must see what had to be kept.

import type { Hold } from '../audit/index.ts';
import type { Result } from '../base/index.ts';

/** A hold with what became of it. */
export interface HoldRecord extends Hold {
  readonly lifted: { readonly by: string; readonly reason: string; readonly atMs: number } | null;
}

/** Who lifts a hold. */
export interface Lifting {
  readonly tenant: string;
  readonly id: string;
  readonly by: string;
  /** How else the same person may stand on record. */
  readonly alsoBy?: readonly string[];
  readonly reason: string;
  readonly nowMs: number;
}

/** Why a hold was not lifted. */
export type HoldRefusal = 'hold_unknown' | 'hold_lifted' | 'same_person';

/** What a store keeps of holds. */
export interface HoldStore {
  add(hold: Hold): Promise<void>;
  /** Refused for whoever set it. */
  lift(lifting: Lifting): Promise<Result<HoldRecord, HoldRefusal>>;
  /** All, the oldest first. */
  list(tenant: string): Promise<readonly HoldRecord[]>;
}
