// Where a key takes somebody in a list, and how columns share their width. Apart from what draws them, so that both can be tested.

/** The row a key leads to, or undefined where the key means nothing to a list. */
export function moveTo(key: string, active: number | undefined, rows: number, page: number): number | undefined {
  if (rows === 0) return undefined;
  const from = active ?? -1;
  const within = (row: number): number => Math.max(0, Math.min(rows - 1, row));
  switch (key) {
    case 'ArrowDown':
      return within(from + 1);
    case 'ArrowUp':
      return within(active === undefined ? 0 : from - 1);
    case 'PageDown':
      return within(from + page);
    case 'PageUp':
      return within(from - page);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return undefined;
  }
}

/** The row that keys move from. By its key, since rows may come in above it; by its place too, since it need not be at hand. */
export interface ActiveRow {
  readonly index: number;
  readonly key: string | undefined;
}

/** Where the active row is now; undefined where it is gone. */
export function activePlace<Row>(
  active: ActiveRow | undefined,
  { rows, start, count, keyOf }: { rows: readonly Row[]; start: number; count: number; keyOf: (row: Row) => string },
): number | undefined {
  if (active === undefined) return undefined;
  const { index, key } = active;
  const there = rows[index - start];
  if (key === undefined || (there !== undefined && keyOf(there) === key)) return index < count ? index : undefined;
  const moved = rows.findIndex((row) => keyOf(row) === key);
  if (moved !== -1) return start + moved;
  return there === undefined && index < count ? index : undefined;
}

/** Where a column's width comes from: so many pixels, or a share of what is left with a least width. */
export type ColumnWidth = number | { readonly min: number; readonly share: number };

const MIN_WIDTH = 56;

/** The columns of a CSS grid. What somebody has dragged to a width has exactly that. */
export function toTracks(
  columns: readonly { readonly id: string; readonly width: ColumnWidth }[],
  chosen: ReadonlyMap<string, number>,
): string {
  return columns
    .map(({ id, width }) => {
      const px = chosen.get(id);
      if (px !== undefined) return `${px}px`;
      return typeof width === 'number' ? `${width}px` : `minmax(${width.min}px, ${width.share}fr)`;
    })
    .join(' ');
}

/** How wide a list is at least; in a narrower window it scrolls. */
export function leastWidth(
  columns: readonly { readonly id: string; readonly width: ColumnWidth }[],
  chosen: ReadonlyMap<string, number>,
): number {
  return columns.reduce((sum, { id, width }) => sum + (chosen.get(id) ?? (typeof width === 'number' ? width : width.min)), 0);
}

/** A width somebody wants, no less than can be grabbed again. */
export function widthOf(wanted: number): number {
  return Math.max(MIN_WIDTH, Math.round(wanted));
}
