// Takes a line of a case apart: columns, and what stands in brackets and braces. A `|` or a bracket inside a JSON text is part of that text.

/** The columns of a line, without the space around them. */
export function splitColumns(line: string): readonly string[] {
  const columns: string[] = [];
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '{') at = endOfBraces(line, at);
    else if (line[at] === '|') {
      columns.push(line.slice(start, at).trim());
      start = at + 1;
    }
  }
  columns.push(line.slice(start).trim());
  return columns;
}

/** A column in its parts: `tool write [destructive] {"path": "/tmp"}`. */
export interface Parts {
  /** What stands in front. */
  readonly words: string;
  /** Undefined: there are no brackets. */
  readonly list: readonly string[] | undefined;
  /** The JSON text in braces. */
  readonly json: string | undefined;
  /** What stands behind, and should not. */
  readonly rest: string;
}

/** Takes a column apart: words, a list in brackets, JSON in braces. */
export function splitParts(column: string): Parts {
  let left = column;
  const upTo = (mark: RegExp): string => {
    const at = left.search(mark);
    const taken = at < 0 ? left : left.slice(0, at);
    left = left.slice(taken.length).trimStart();
    return taken.trim();
  };
  // A name may have brackets and braces in it, so only those after a space begin something.
  const words = upTo(/\s[[{]/);
  let list: readonly string[] | undefined;
  const bracketed = /^\[([^\]]*)\]/.exec(left);
  if (bracketed !== null) {
    list = listOf(bracketed[1] ?? '');
    left = left.slice(bracketed[0].length).trimStart();
  }
  let json: string | undefined;
  if (left.startsWith('{')) {
    const end = endOfBraces(left, 0) + 1;
    json = left.slice(0, end);
    left = left.slice(end).trimStart();
  }
  return { words, list, json, rest: left };
}

/** Words between commas. */
export function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Place of the brace that closes the one at `from`; the end of the line, if there is none. */
function endOfBraces(line: string, from: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let at = from; at < line.length; at++) {
    const char = line[at];
    if (isQuoted) {
      if (char === '\\') at++;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
  }
  return line.length - 1;
}
