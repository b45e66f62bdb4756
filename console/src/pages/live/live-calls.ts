// The calls that a page shows as they happen: newest first, each once, no more than a page can hold. A call is told when it is decided and again
// when it has ended: then its row says how.

import type { RecordView } from '../../api/contract.ts';
import { placeOf } from '../../records/place.ts';

/** How many rows are kept; older ones are on the page of the record. */
export const MAX_ROWS = 2_000;

/** What has come so far. */
export interface LiveCalls {
  readonly rows: readonly RecordView[];
  /** Calls that happened and were not told, because there were too many at once. */
  readonly skipped: number;
  /** What came while the page was held still. */
  readonly waiting: readonly RecordView[];
}

/** None yet. */
export const NO_CALLS: LiveCalls = { rows: [], skipped: 0, waiting: [] };

/** With calls that have come since, whatever their order. */
export function withCalls(calls: LiveCalls, told: readonly RecordView[], skipped = 0): LiveCalls {
  return { ...calls, rows: merge(calls.rows, told), skipped: calls.skipped + skipped };
}

/** With calls that have come while the page is held still: they are kept, and not shown. */
export function withWaiting(calls: LiveCalls, told: readonly RecordView[], skipped = 0): LiveCalls {
  return { ...calls, waiting: merge(calls.waiting, told), skipped: calls.skipped + skipped };
}

/** With what waited shown. */
export function released(calls: LiveCalls): LiveCalls {
  return calls.waiting.length === 0 ? calls : { ...calls, rows: merge(calls.rows, calls.waiting), waiting: [] };
}

function merge(rows: readonly RecordView[], told: readonly RecordView[]): readonly RecordView[] {
  const byKey = new Map(rows.map((row) => [placeOf(row), row]));
  for (const record of told) {
    const key = placeOf(record);
    // The end of a call may have been told before what is read of it now.
    if ((byKey.get(key)?.endedAt ?? null) === null) byKey.set(key, record);
  }
  return [...byKey.values()]
    .toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time) || other.seq - one.seq)
    .slice(0, MAX_ROWS);
}
