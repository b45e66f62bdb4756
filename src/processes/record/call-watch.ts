// Calls as the workers put them on record, for whoever looks on: each watcher with a filter of their own and so many at once, the rest counted. What looks on
// costs a call nothing: it is read from the log afterwards.

import type { RecordView } from '../../admin/index.ts';
import { matchesEntry, toEntryKind } from '../../audit/index.ts';
import type { Entry, EntryFilter, EntryLine, TailRecord } from '../../audit/index.ts';
import { toRecordView } from './record-view.ts';

/** What one watcher is told of what came since the last time. */
export interface WatchedCalls {
  readonly watcher: number;
  readonly records: readonly RecordView[];
  /** So many fitted, and were too many. */
  readonly skipped: number;
}

export interface CallWatch {
  watch(watcher: number, filter: EntryFilter, hidesNames: boolean): void;
  leave(watcher: number): void;
  /** A record, in the order of its log. */
  take(record: TailRecord): void;
  /** What came since. */
  drain(): readonly WatchedCalls[];
}

/** Told to one watcher at once; more than that nobody sees go by. */
const MAX_AT_ONCE = 25;
/** Calls whose end is waited for. One that takes longer than so many others is told of by its end alone. */
const MAX_UNDER_WAY = 20_000;

interface Watcher {
  readonly filter: EntryFilter;
  readonly hidesNames: boolean;
  /** By log and number: a call that ends while it waits to be told is told once. */
  waiting: Map<string, RecordView>;
  skipped: number;
}

interface UnderWay {
  readonly line: EntryLine;
  /** Who was told of its beginning reads of its end too, however much else there is. */
  readonly told: Set<number>;
}

export function createCallWatch(maxAtOnce = MAX_AT_ONCE): CallWatch {
  const watchers = new Map<number, Watcher>();
  const underWay = new Map<string, UnderWay>();

  const tell = (entry: Entry, told: Set<number>): void => {
    const place = `${entry.slot} ${entry.line.seq}`;
    for (const [id, watcher] of watchers) {
      if (!matchesEntry(watcher.filter, entry)) continue;
      if (watcher.waiting.size < maxAtOnce || watcher.waiting.has(place) || told.has(id)) {
        watcher.waiting.set(place, toRecordView(entry, watcher.hidesNames));
        told.add(id);
      } else watcher.skipped += 1;
    }
  };

  const takeDecision = ({ slot, ...line }: TailRecord): void => {
    const told = new Set<number>();
    tell({ slot, kind: 'call', line, outcome: undefined }, told);
    const { id, verdict } = line.members;
    if (verdict !== 'allow') return;
    underWay.set(`${slot} ${String(id)}`, { line, told });
    for (const oldest of underWay.keys()) {
      if (underWay.size <= MAX_UNDER_WAY) break;
      underWay.delete(oldest);
    }
  };

  const takeOutcome = ({ slot, ...line }: TailRecord): void => {
    const key = `${slot} ${String(line.members['id'])}`;
    const call = underWay.get(key);
    underWay.delete(key);
    if (call === undefined) tell({ slot, kind: 'outcome', line, outcome: undefined }, new Set());
    else tell({ slot, kind: 'call', line: call.line, outcome: line }, call.told);
  };

  return {
    watch: (id, filter, hidesNames) => void watchers.set(id, { filter, hidesNames, waiting: new Map(), skipped: 0 }),
    leave: (id) => void watchers.delete(id),
    take(record) {
      const kind = toEntryKind(record.kind);
      if (kind === 'call') takeDecision(record);
      else if (kind === 'outcome') takeOutcome(record);
    },
    drain: () =>
      [...watchers].flatMap(([watcher, one]) => {
        const { waiting, skipped } = one;
        if (waiting.size === 0 && skipped === 0) return [];
        one.waiting = new Map();
        one.skipped = 0;
        return [{ watcher, records: [...waiting.values()], skipped }];
      }),
  };
}
