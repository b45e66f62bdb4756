// What a store keeps of limits: how full buckets were when that was last written down, which is never fuller than they are. Limits themselves are
// part of the config.

import type { WrittenAccount } from '../policies/index.ts';

/** The names of a bucket. */
export type LevelName = Pick<WrittenAccount, 'tenant' | 'limit' | 'key'>;

/** The part of a store about limits. Each method is one transaction. */
export interface LevelStore {
  /** Everything of every tenant. Fails where any of it cannot be read: a bucket that is missing would be taken for a full one. */
  levels(): Promise<readonly WrittenAccount[]>;
  write(levels: readonly WrittenAccount[], dropped: readonly LevelName[]): Promise<void>;
}
