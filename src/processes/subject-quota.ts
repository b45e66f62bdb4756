// How many people a worker may have noted down of whom nothing was known before. A worker says for whom it carries a call, and the keeper has to believe it:
// one that was taken over could make up names until there is no place left, and nobody new could call any more, long after that worker is gone. So each
// gets no more in a day than an eighth of the places that are free: what it can use up grows less and less, and is never all of it.

/** How many new subjects each worker has used. */
export interface SubjectQuota {
  /** Counts one more for the worker in this slot; false: it gets none until its day is over. */
  take(slot: string, nowMs: number): boolean;
  /** Slots that were refused one, and until when they get none. */
  spent(nowMs: number): readonly { readonly slot: string; readonly untilMs: number }[];
}

export interface SubjectQuotaOptions {
  /** So many subjects there is room for. */
  readonly free: () => number;
  /** Told once a day of a slot that has used up what it gets. */
  readonly onSpent?: (slot: string, allowed: number) => void;
}

interface Day {
  readonly sinceMs: number;
  readonly allowed: number;
  made: number;
  isSpent: boolean;
}

const DAY_MS = 86_400_000;
/** A gateway that is new gets to know tens of thousands in a day by this. */
const SHARE = 1 / 8;

/** Goes by slots and not by processes: a worker that is replaced gets no more by it. */
export function createSubjectQuota({ free, onSpent = () => {} }: SubjectQuotaOptions): SubjectQuota {
  const days = new Map<string, Day>();
  /** A clock that was set back must not keep a day from ending. */
  const isOver = ({ sinceMs }: Day, nowMs: number): boolean => nowMs < sinceMs || nowMs >= sinceMs + DAY_MS;
  const dayOf = (slot: string, nowMs: number): Day => {
    const known = days.get(slot);
    if (known !== undefined && !isOver(known, nowMs)) return known;
    const day: Day = { sinceMs: nowMs, allowed: Math.floor(free() * SHARE), made: 0, isSpent: false };
    days.set(slot, day);
    return day;
  };

  return {
    take: (slot, nowMs) => {
      const day = dayOf(slot, nowMs);
      if (day.made < day.allowed) {
        day.made += 1;
        return true;
      }
      if (!day.isSpent) {
        day.isSpent = true;
        onSpent(slot, day.allowed);
      }
      return false;
    },
    spent: (nowMs) =>
      [...days].filter(([, day]) => day.isSpent && !isOver(day, nowMs)).map(([slot, day]) => ({ slot, untilMs: day.sinceMs + DAY_MS })),
  };
}
