// Who is under way now, in no order. Not a set, because of how V8 keeps sets and maps: to make room it leaves the full table behind, which goes
// on holding what stood in it, and the table that came after it. Once one of them has reached old memory, whatever was ever in the set since then
// is dead but not free until the whole heap is collected, and young memory copies it twice on its way there.

/** What can be on one roster at a time. */
export interface Listed {
  /** Where it is on its roster, which alone writes it; -1: on none. */
  place: number;
}

/** Who is on it costs the same to add and to take off, however many there are. */
export interface Roster<T extends Listed> {
  readonly size: number;
  has(one: T): boolean;
  add(one: T): void;
  /** False where it was not on it. */
  remove(one: T): boolean;
  /** All that are on it now, as a list that what comes and goes meanwhile does not change. */
  all(): readonly T[];
}

/** An empty roster. */
export function createRoster<T extends Listed>(): Roster<T> {
  const list: T[] = [];
  return {
    get size() {
      return list.length;
    },
    has: (one) => list[one.place] === one,
    add: (one) => {
      one.place = list.length;
      list.push(one);
    },
    remove: (one) => {
      const { place } = one;
      if (list[place] !== one) return false;
      // The last one takes the place that becomes free.
      const last = list.pop();
      if (last !== undefined && last !== one) {
        list[place] = last;
        last.place = place;
      }
      one.place = -1;
      return true;
    },
    all: () => list.slice(),
  };
}
