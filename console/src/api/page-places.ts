// Where the pages of a long list begin. Of a list that somebody scrolls a few pages are kept; of all that went by it is known where they begin, so that
// each can be had again without those between.

/** Where a page begins. */
export interface PagePlace {
  /** What asks for it; null: the first needs none. */
  readonly cursor: string | null;
  /** So many rows are before it. */
  readonly start: number;
  readonly before: PagePlace | null;
}

/** The rows that are kept, of those that are known of. */
export interface RowWindow {
  readonly start: number;
  /** Behind the last. */
  readonly end: number;
  /** Whether a page follows. */
  readonly hasNext: boolean;
}

/** What has to be asked for so that rows can be shown. */
export type Step = 'next' | 'previous' | 'jump' | undefined;

/** So many rows before either end of what is kept the next page is asked for: some seconds of scrolling. */
const AHEAD = 200;

/** Where every list begins. */
export const FIRST_PLACE: PagePlace = { cursor: null, start: 0, before: null };

/** The page that rows are on, of all that were passed on the way to `known`. */
export function placeOfRow(known: PagePlace, row: number): PagePlace {
  let place = known;
  while (place.start > row && place.before !== null) place = place.before;
  return place;
}

/** What brings these rows nearer. Rows far from what is kept are gone to at once, and not page by page. */
export function stepTo(first: number, last: number, { start, end, hasNext }: RowWindow): Step {
  if (last < start - AHEAD || (first >= end + AHEAD && hasNext)) return 'jump';
  if (last >= end - AHEAD && hasNext) return 'next';
  return first < start + AHEAD && start > 0 ? 'previous' : undefined;
}
