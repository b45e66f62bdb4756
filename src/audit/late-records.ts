// Records of what could not wait for the log: they are tried again until it takes them. Bounded; what is beyond that, and what the process takes with it
// when it ends first, is counted and told.

import type { CallRecord } from './record.ts';

/** Records that go on record as soon as they can. */
export interface LateRecords {
  /** Never rejects, never waits. */
  add(records: readonly CallRecord[]): void;
  /** Tries a last time; gives back how many are lost. */
  close(): Promise<number>;
}

export interface LateRecordsOptions {
  /** Whether the log takes records now. */
  readonly canRecord: () => boolean;
  readonly record: (records: readonly CallRecord[]) => Promise<void>;
  /** Told when some have to be dropped. */
  readonly onDropped: (count: number) => void;
  readonly retryMs?: number;
}

const MAX_WAITING = 1_000;
const RETRY_MS = 500;

/** None yet. */
export function createLateRecords({ canRecord, record, onDropped, retryMs = RETRY_MS }: LateRecordsOptions): LateRecords {
  let waiting: CallRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const batch = waiting;
    if (batch.length === 0 || !canRecord()) return;
    waiting = [];
    try {
      await record(batch);
    } catch {
      // The log tells of its own faults; what was not written keeps its place before what came in between.
      waiting = [...batch, ...waiting];
    }
  };
  const flush = (): Promise<void> => {
    turn = turn.then(write).then(() => {
      if (waiting.length > 0 && timer === undefined) timer = setTimeout(again, retryMs).unref();
    });
    return turn;
  };
  const again = (): void => {
    timer = undefined;
    void flush();
  };

  return {
    add: (records) => {
      waiting.push(...records);
      const excess = waiting.length - MAX_WAITING;
      if (excess > 0) {
        // The oldest tell how it began; of a flood, the last are dropped.
        waiting.splice(MAX_WAITING);
        onDropped(excess);
      }
      void flush();
    },
    close: async () => {
      await flush();
      clearTimeout(timer);
      return waiting.length;
    },
  };
}
