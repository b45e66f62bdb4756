// Which rows of a comparison are shown: those that changed, with some around them, and of the others only how many there are.

import type { DiffRow } from './side-by-side.ts';

/** Unchanged lines shown around a change. */
const AROUND = 3;
/** Fewer are not worth folding. */
const MIN_FOLDED = 4;

/** A row, or a run of rows that is folded. */
export type FoldedPart =
  | { readonly kind: 'row'; readonly at: number; readonly row: DiffRow }
  | { readonly kind: 'fold'; readonly from: number; readonly count: number };

/** The parts; a fold that was opened, by the row it begins with, is its rows. A comparison without changes is not folded. */
export function foldRows(rows: readonly DiffRow[], opened: ReadonlySet<number>): readonly FoldedPart[] {
  const isShown = new Uint8Array(rows.length);
  for (const [at, row] of rows.entries()) if (row.kind !== 'same') isShown.fill(1, Math.max(0, at - AROUND), at + AROUND + 1);
  const parts: FoldedPart[] = [];
  const isAll = !isShown.includes(1);
  for (let at = 0; at < rows.length;) {
    const next = isShown.indexOf(1, at);
    const hiddenTo = next === -1 ? rows.length : next;
    const count = hiddenTo - at;
    if (count >= MIN_FOLDED && !isAll && !opened.has(at)) {
      parts.push({ kind: 'fold', from: at, count });
      at = hiddenTo;
      continue;
    }
    const to = count > 0 ? hiddenTo : at + 1;
    for (; at < to; at++) {
      const row = rows[at];
      if (row !== undefined) parts.push({ kind: 'row', at, row });
    }
  }
  return parts;
}
