// Has a log signed while it is written: every second in which it got new records, or after so many of them. What is signed is on disk by then, so that a
// crash never leaves a log shorter than its last checkpoint. Nothing waits for it: while the signer is away, checkpoints are late, and it is said since when.

import { requestCheckpoint } from './checkpointing.ts';
import type { AskForCheckpoint, CheckpointDispute } from './checkpointing.ts';
import type { LogCut } from './line-queue.ts';
import type { AuditLog } from './log.ts';
import { joinRanges } from './merkle.ts';
import type { CompactRange } from './merkle.ts';

/** How it stands with a log's checkpoints. */
export type CheckpointState =
  | { readonly kind: 'current' }
  /** `since`: epoch milliseconds of the first try that came to nothing; `why`: for a person. */
  | { readonly kind: 'late'; readonly since: number; readonly why: string }
  | { readonly kind: 'disputed'; readonly since: number; readonly dispute: CheckpointDispute };

export interface CheckpointerOptions {
  readonly log: Pick<AuditLog, 'name' | 'times' | 'news' | 'state' | 'cutTree' | 'readLeaves' | 'note'>;
  readonly ask: AskForCheckpoint;
  readonly clock: () => number;
  /** A clock that nobody sets, to wait by. */
  readonly steadyMs?: () => number;
  /** Called when the kind of state changes. */
  readonly onState: (state: CheckpointState) => void;
}

export interface Checkpointer {
  readonly state: CheckpointState;
  /** Call every 100 ms or so: has the log signed where it is due. */
  tick(): void;
  /** Has what there is signed now, and is done. */
  close(): Promise<void>;
}

/** So many new records are signed without waiting for the second to be over. */
const MANY_RECORDS = 10_000;
const PERIOD_MS = 1_000;
/** A log that is not the one that was signed stays so until a person has looked at it. */
const DISPUTE_PERIOD_MS = 10_000;
const CURRENT: CheckpointState = { kind: 'current' };

export function createCheckpointer({ log, ask, clock, onState, steadyMs = () => performance.now() }: CheckpointerOptions): Checkpointer {
  /** What was cut off the tree and is not signed yet; undefined where that has to be asked. */
  let unsigned: CompactRange | undefined;
  /** The life of the log that `unsigned` belongs to. */
  let times = 0;
  let state = CURRENT;
  let round: Promise<void> | undefined;
  let triedAt = -Infinity;

  const become = (next: CheckpointState): void => {
    const isNews = next.kind !== state.kind;
    if (isNews || next.kind === 'disputed') state = next;
    if (isNews) onState(next);
  };

  /** What the signer does not have; the whole where nothing is known of it. */
  const add = (cut: LogCut): CompactRange => {
    if (times === log.times && unsigned?.to === cut.range.from) return joinRanges(unsigned, cut.range);
    // After a fault the log goes on from what is on disk, and not from what was cut off it before.
    return times === log.times && unsigned === undefined ? cut.range : cut.whole;
  };

  const sign = async (): Promise<void> => {
    const cut = await log.cutTree();
    const { name } = log;
    if (cut === undefined && log.state === 'open')
      throw new Error('its records on disk do not add up; sallyport audit verify names the place');
    if (cut === undefined || name === undefined) return;
    unsigned = add(cut);
    times = log.times;
    const readLeaves = (range: Pick<CompactRange, 'from' | 'to'>) => log.readLeaves(range);
    const answer = await requestCheckpoint(ask, { name, ...cut, readLeaves }, unsigned);
    if (answer.kind === 'signed') {
      unsigned = undefined;
      become(CURRENT);
      return log.note({ kind: 'checkpoint', time: clock(), note: answer.note });
    }
    if (state.kind !== 'disputed')
      log.note({ kind: 'log', event: 'disputed', time: clock(), why: answer.why, signed: answer.size, since: answer.time });
    become({ kind: 'disputed', since: clock(), dispute: answer });
  };

  const begin = (): Promise<void> => {
    triedAt = steadyMs();
    round = sign()
      .catch((error: unknown) => become({ kind: 'late', since: clock(), why: error instanceof Error ? error.message : String(error) }))
      .finally(() => (round = undefined));
    return round;
  };

  return {
    get state() {
      return state;
    },
    tick() {
      if (round !== undefined || log.state !== 'open') return;
      const isDue = steadyMs() - triedAt >= (state.kind === 'disputed' ? DISPUTE_PERIOD_MS : PERIOD_MS);
      const isMuch = log.news >= MANY_RECORDS && state.kind === 'current';
      if (isMuch || (isDue && (log.news > 0 || unsigned !== undefined))) void begin();
    },
    async close() {
      await round;
      if (log.news > 0 || unsigned !== undefined) await begin();
    },
  };
}
