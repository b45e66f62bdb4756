// Keeps count of what the log could not take, until the log itself says so: a gap may happen, a silent one may not.

/** Records that are not in the log. */
export interface Gap {
  /** When the first of them was refused. */
  since: number;
  records: number;
  readonly reason: string;
  /** Calls whose decision is on record and whose outcome was refused: they need one. */
  readonly calls: string[];
}

/** The gap of now, if there is one. */
export interface GapKeeper {
  readonly open: boolean;
  /** Counts a record. `call`: the call that nobody else will close. */
  miss(reason: string, call: string | undefined): void;
  /** Takes the gap to put it on record. */
  take(): Gap | undefined;
  /** It did not get on record: it joins what was missed since. Its calls are left to recovery. */
  giveBack(gap: Gap): void;
}

/** No gap yet. */
export function createGapKeeper(clock: () => number): GapKeeper {
  let gap: Gap | undefined;
  const current = (reason: string): Gap => (gap ??= { since: clock(), records: 0, reason, calls: [] });
  return {
    get open() {
      return gap !== undefined;
    },
    miss(reason, call) {
      const now = current(reason);
      now.records += 1;
      if (call !== undefined) now.calls.push(call);
    },
    take() {
      const taken = gap;
      gap = undefined;
      return taken;
    },
    giveBack(lost) {
      const now = current(lost.reason);
      now.since = Math.min(now.since, lost.since);
      now.records += lost.records;
    },
  };
}
