// What cannot pass across a bridge, as docs/reference/bridging.md says it: the list is for people, and the conformance run holds it to
// account. A scenario on it that passes is a fault like one that is not on it and fails.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/index.ts';

/** One row of the list. */
export interface Miss {
  readonly leg: string;
  readonly scenario: string;
}

const DOCUMENT = join(repositoryRoot, 'docs', 'reference', 'bridging.md');

/** Reads the rows between two marks of the document, as arrays of cells without backquotes. */
export function readTable(mark: string, text = readFileSync(DOCUMENT, 'utf8')): readonly (readonly string[])[] {
  const between = new RegExp(`<!-- ${mark} -->\n([^]*?)<!-- /${mark} -->`).exec(text)?.[1];
  if (between === undefined) throw new Error(`docs/reference/bridging.md has no table '${mark}'`);
  const rows = between.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, row.lastIndexOf('|'))
      .split(' | ')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** The scenarios that are known not to pass. */
export function readMisses(text?: string): readonly Miss[] {
  return readTable('misses', text).map(([leg = '', scenario = '']) => ({ leg, scenario }));
}
