// Finds what someone probably meant. For messages only: nothing is ever taken for something else because it is near.

/** The candidate nearest to a word, if one is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // A longer word than any real name is not worth the arithmetic.
  const limit = slips(word);
  let best: string | undefined;
  let bestDistance = limit + 1;
  if (word.length > 100) return undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && areWordsNear(word, candidate)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters may be wrong: a third of them is still a slip. */
function slips(word: string): number {
  return Math.floor((word.length + 1) / 3);
}

/** Whether each word of a name may be a slip of the other's: what `delete_file` and `write_file` share says nothing of what differs. */
function areWordsNear(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  // A separator may be the slip.
  if (left.length !== right.length) return true;
  return left.every((word, index) => editDistance(word, right[index] ?? '') <= Math.max(1, slips(word)));
}

/** `delete_file`, `delete-file` and `deleteFile` as `delete` and `file`. */
function wordsOf(name: string): readonly string[] {
  return name.split(/[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u).map((word) => word.toLowerCase());
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours, one each. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, (before[j - 2] ?? 0) + 1);
      row.push(distance);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
