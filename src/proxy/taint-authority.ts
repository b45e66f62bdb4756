// What the road needs to know of what tasks have used, and tells of it. One authority knows it for all workers.

import type { Task } from '../policies/index.ts';

/** The authority, as the road asks it. No answer is ever a rejection: there is one also when the authority is away. */
export interface TaintAuthority {
  /** Whether it knows this already, as far as this worker remembers. */
  isNoted(task: Task, labels: readonly string[]): boolean;
  /** Tells it that a task uses what carries these labels; false: nobody can say that it will be remembered. */
  note(task: Task, labels: readonly string[]): Promise<boolean>;
  /** What a task has used; undefined: nobody can say. `isNarrow`: by its trace, without what its agent does beside it. */
  read(task: Task, isNarrow: boolean): Promise<readonly string[] | undefined>;
}
