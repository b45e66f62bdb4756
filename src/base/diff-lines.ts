// What changed from one text to another, line by line, as few lines as it takes (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
// Bounded: texts that have very little in common are told apart as a whole, instead of looking for it.

/** A line of a text, of the other, or of both; numbers from 1. */
export type DiffLine =
  | { readonly kind: 'same'; readonly before: number; readonly after: number; readonly text: string }
  | { readonly kind: 'removed'; readonly before: number; readonly after: null; readonly text: string }
  | { readonly kind: 'added'; readonly before: null; readonly after: number; readonly text: string };

/** Lines that came or went; time and memory grow with its square. */
const MAX_CHANGES = 2_000;

/** All lines of both texts, in order; of a place where lines were exchanged, those that went come first. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const lines: DiffLine[] = [];
  const same = (at: number, other: number): DiffLine => ({ kind: 'same', before: at + 1, after: other + 1, text: before[at] ?? '' });
  const exchange = (from: number, to: number, otherFrom: number, otherTo: number): void => {
    for (let at = from; at < to; at += 1) lines.push({ kind: 'removed', before: at + 1, after: null, text: before[at] ?? '' });
    for (let at = otherFrom; at < otherTo; at += 1) lines.push({ kind: 'added', before: null, after: at + 1, text: after[at] ?? '' });
  };
  for (let at = 0; at < head; at += 1) lines.push(same(at, at));
  let [was, is] = [head, head];
  for (const [x, y] of matches(before.slice(head, before.length - tail), after.slice(head, after.length - tail))) {
    exchange(was, head + x, is, head + y);
    lines.push(same(head + x, head + y));
    [was, is] = [head + x + 1, head + y + 1];
  }
  exchange(was, before.length - tail, is, after.length - tail);
  for (let at = tail; at > 0; at -= 1) lines.push(same(before.length - at, after.length - at));
  return lines;
}

/** Pairs of lines that stay, in order. */
function matches(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  const trace = shortestWay(before, after);
  if (trace === undefined) return [];
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [before.length, after.length];
  for (const reached of trace.toReversed().slice(1)) {
    const diagonal = x - y;
    const from = isByAdding(reached, diagonal) ? diagonal + 1 : diagonal - 1;
    const fromX = reached.x(from);
    while (x > fromX && y > fromX - from) pairs.push([--x, --y]);
    [x, y] = [fromX, fromX - from];
  }
  while (x > 0 && y > 0) pairs.push([--x, --y]);
  return pairs.reverse();
}

/** How far each diagonal was reached with so many changes; of those that were not, -1. */
interface Reached {
  x(diagonal: number): number;
}

/** What was reached with 0, 1, … changes, the last of them the end; undefined: it takes too many. */
function shortestWay(before: readonly string[], after: readonly string[]): readonly Reached[] | undefined {
  const trace: Reached[] = [];
  for (let changes = 0; changes <= Math.min(MAX_CHANGES, before.length + after.length); changes += 1) {
    const last = trace.at(-1);
    const furthest = new Int32Array(changes + 1);
    trace.push({ x: (diagonal) => furthest[(diagonal + changes) / 2] ?? -1 });
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = last === undefined ? 0 : isByAdding(last, diagonal) ? last.x(diagonal + 1) : last.x(diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      furthest[(diagonal + changes) / 2] = x;
      if (x >= before.length && x - diagonal >= after.length) return trace;
    }
  }
  return undefined;
}

/** Whether a diagonal is reached furthest by adding a line; else by removing one. */
function isByAdding(last: Reached, diagonal: number): boolean {
  return last.x(diagonal - 1) < last.x(diagonal + 1);
}
