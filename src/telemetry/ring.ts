// Numbers of the last so many steps of time, in memory that does not grow: a ring of rows, each as wide as what is counted in a step.

/** A row, as it is read: several steps can have been added up in it. */
export interface RingRow {
  /** When it begins. */
  readonly atMs: number;
  readonly spanMs: number;
  readonly values: Float64Array;
}

export interface RingOptions {
  readonly stepMs: number;
  readonly steps: number;
  readonly width: number;
  /** Columns of which the highest counts, instead of the sum. */
  readonly highest?: ReadonlySet<number>;
}

/** Rows of one step each. */
export interface Ring {
  readonly stepMs: number;
  /** Adds a row of numbers to the step that `nowMs` falls into. */
  add(nowMs: number, values: ArrayLike<number>): void;
  /** What there was from `fromMs` on up to and with the step of `nowMs`, `join` steps in a row. Steps in which nothing was added are rows of nothing. */
  read(fromMs: number, nowMs: number, join: number): RingRow[];
  /** The steps in which anything was added: of each its number and its row. */
  save(): Float64Array;
  /** Takes over what one of the same width has saved, as far as it has not gone beyond it. */
  restore(saved: Float64Array, nowMs: number): void;
}

/** A ring of nothing yet. */
export function createRing({ stepMs, steps, width, highest = new Set() }: RingOptions): Ring {
  const rows = new Float64Array(steps * width);
  /** Of which step each row is: one that came round again, or was never written, is of another. */
  const stepOf = new Float64Array(steps).fill(-1);

  const combine = (row: Float64Array, values: ArrayLike<number>): void => {
    for (let column = 0; column < width; column++) {
      const value = values[column] ?? 0;
      const before = row[column] ?? 0;
      row[column] = highest.has(column) ? Math.max(before, value) : before + value;
    }
  };
  const rowAt = (at: number): Float64Array => rows.subarray(at * width, (at + 1) * width);

  return {
    stepMs,
    add: (nowMs, values) => {
      const step = Math.floor(nowMs / stepMs);
      const at = step % steps;
      // A clock that was set back: the later steps stand in their rows until it gets there.
      if ((stepOf[at] ?? -1) > step) return;
      if (stepOf[at] !== step) {
        stepOf[at] = step;
        rowAt(at).fill(0);
      }
      combine(rowAt(at), values);
    },
    read: (fromMs, nowMs, join) => {
      const last = Math.floor(nowMs / stepMs);
      const oldest = Math.max(Math.floor(fromMs / stepMs), last - steps + 1);
      const read: RingRow[] = [];
      // Rows begin where whole multiples of their length do, so that a chart that is drawn again keeps its points.
      for (let begin = Math.floor(oldest / join) * join; begin <= last; begin += join) {
        const values = new Float64Array(width);
        for (let step = begin; step < begin + join; step++) if (stepOf[step % steps] === step) combine(values, rowAt(step % steps));
        read.push({ atMs: begin * stepMs, spanMs: join * stepMs, values });
      }
      return read;
    },
    save: () => {
      const used = [...stepOf.keys()].filter((at) => (stepOf[at] ?? -1) >= 0);
      const saved = new Float64Array(used.length * (width + 1));
      for (const [place, at] of used.entries()) {
        saved[place * (width + 1)] = stepOf[at] ?? 0;
        saved.set(rowAt(at), place * (width + 1) + 1);
      }
      return saved;
    },
    restore: (saved, nowMs) => {
      const last = Math.floor(nowMs / stepMs);
      for (let from = 0; from + width < saved.length; from += width + 1) {
        const step = saved[from] ?? -1;
        const at = step % steps;
        // What is later than now was saved by a clock that was set back since.
        if (!Number.isSafeInteger(step) || step > last || (stepOf[at] ?? -1) >= step) continue;
        stepOf[at] = step;
        rowAt(at).set(saved.subarray(from + 1, from + 1 + width));
      }
    },
  };
}
