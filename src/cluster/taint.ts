// What a store keeps of what tasks have used: labels, and digests of the sessions and traces that they were used in. Nothing that was said.

import type { TaintChange, TaintRow } from '../policies/index.ts';

/** The part of a store about what tasks have used. Each method is one transaction. */
export interface TaintStore {
  /** Everything of every tenant that counts still. Fails where any of it cannot be read: what is missing would be taken for what never was. */
  rows(nowMs: number): Promise<readonly TaintRow[]>;
  write(change: TaintChange): Promise<void>;
  /** Forgets what an agent has used; without a name, what all have. */
  clear(tenant: string, agent: string | undefined): Promise<void>;
  /** Forgets what does not count any more. */
  prune(nowMs: number): Promise<void>;
}
