// Chooses, of very many notes about one log, those that it is held against: the newest, and others spread over its life. Anchors are files that others can
// add to, so nothing that a note says of itself decides about another one before its signature was found good: else whoever can only add would push the true
// notes out with invented ones. To check a signature takes long, and most need not be: of neighbours only the one that says the most.

/** A note as it was found, and what it claims. */
export interface SievedNote {
  readonly text: string;
  readonly size: number;
}

export interface NoteSieve<Note extends SievedNote> {
  /** Takes the next note, in the order in which they were written. */
  take(note: Note): void;
  /** Those that were chosen, all of them good. */
  finish(): readonly Note[];
}

/** Twice as many are kept before every second goes. */
export const SIEVED_NOTES = 512;

/** `isGood`: looks at the signature of a note; asked as seldom as can be. */
export function createNoteSieve<Note extends SievedNote>(isGood: (note: Note) => boolean): NoteSieve<Note> {
  /** One for each `width` notes that were taken. */
  let kept: Note[] = [];
  let texts = new Set<string>();
  let width = 1;
  let waiting: Note[] = [];

  const settle = (): void => {
    const best = waiting.toSorted((a, b) => b.size - a.size).find((note) => texts.has(note.text) || isGood(note));
    waiting = [];
    // The same note once more says nothing new, however often somebody adds it.
    if (best === undefined || texts.has(best.text)) return;
    kept.push(best);
    texts.add(best.text);
    if (kept.length <= 2 * SIEVED_NOTES) return;
    kept = kept.filter((note, at) => isLarger(note, kept[at % 2 === 0 ? at + 1 : at - 1], at % 2 === 1));
    texts = new Set(kept.map(({ text }) => text));
    width *= 2;
  };

  return {
    take(note) {
      waiting.push(note);
      if (waiting.length >= width) settle();
    },
    finish() {
      settle();
      return kept;
    },
  };
}

/** Of two neighbours one stays: the larger, and of equal ones the later. */
function isLarger(note: SievedNote, other: SievedNote | undefined, isLater: boolean): boolean {
  return other === undefined || note.size > other.size || (note.size === other.size && isLater);
}
