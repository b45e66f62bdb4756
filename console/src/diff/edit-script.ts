// What became of a sequence: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), with a bound, because what is compared here may come
// from strangers and runs in somebody's browser.

/** A run of items: in both, only in the first, or only in the second. Ends are exclusive. */
export interface Edit {
  readonly kind: 'same' | 'removed' | 'added';
  readonly from: number;
  readonly to: number;
}

/** Above this many differences the middle is shown as replaced as a whole. */
const MAX_DIFFERENCES = 1_000;

/** How the second comes out of the first; positions of `same` and `removed` are of the first, of `added` of the second. */
export function editScript(left: readonly string[], right: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  const middle = compare(left.slice(start, leftEnd), right.slice(start, rightEnd)).map(({ kind, from, to }) => ({
    kind,
    from: from + start,
    to: to + start,
  }));
  return [run('same', 0, start), ...middle, run('same', leftEnd, left.length)].filter(({ from, to }) => to > from);
}

function run(kind: Edit['kind'], from: number, to: number): Edit {
  return { kind, from, to };
}

function compare(left: readonly string[], right: readonly string[]): readonly Edit[] {
  const replaced = [run('removed', 0, left.length), run('added', 0, right.length)];
  if (left.length === 0 || right.length === 0) return replaced;
  const trace = findTrace(left, right);
  return trace === undefined ? replaced : mergeRuns(walkBack(trace, left.length, right.length));
}

/** For each number of differences, how far each diagonal gets; undefined: there are too many. */
function findTrace(left: readonly string[], right: readonly string[]): readonly Int32Array[] | undefined {
  const most = Math.min(left.length + right.length, MAX_DIFFERENCES);
  const middle = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let differences = 0; differences <= most; differences++) {
    // Only what this step can reach is kept: the whole of it would be quadratic in the bound.
    trace.push(reach.slice(middle - differences - 1, middle + differences + 2));
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      const below = reach[middle + diagonal - 1] ?? 0;
      const above = reach[middle + diagonal + 1] ?? 0;
      let x = diagonal === -differences || (diagonal !== differences && below < above) ? above : below + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      reach[middle + diagonal] = x;
      if (x >= left.length && x - diagonal >= right.length) return trace;
    }
  }
  return undefined;
}

/** Single steps from the end to the start, put in order. */
function walkBack(trace: readonly Int32Array[], leftLength: number, rightLength: number): readonly Edit[] {
  const steps: Edit[] = [];
  let x = leftLength;
  let y = rightLength;
  for (let differences = trace.length - 1; differences >= 0; differences--) {
    const reach = trace[differences];
    const reached = (diagonal: number): number => reach?.[diagonal + differences + 1] ?? 0;
    const diagonal = x - y;
    const isDown = diagonal === -differences || (diagonal !== differences && reached(diagonal - 1) < reached(diagonal + 1));
    const before = isDown ? diagonal + 1 : diagonal - 1;
    const beforeX = differences === 0 ? 0 : reached(before);
    const beforeY = differences === 0 ? 0 : beforeX - before;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      steps.push(run('same', x, x + 1));
    }
    if (differences === 0) break;
    steps.push(isDown ? run('added', beforeY, beforeY + 1) : run('removed', beforeX, beforeX + 1));
    x = beforeX;
    y = beforeY;
  }
  return steps.toReversed();
}

function mergeRuns(steps: readonly Edit[]): readonly Edit[] {
  const merged: Edit[] = [];
  for (const step of steps) {
    const last = merged.at(-1);
    if (last?.kind === step.kind && last.to === step.from) merged[merged.length - 1] = run(step.kind, last.from, step.to);
    else merged.push(step);
  }
  return merged;
}
