// How tables are printed. Pure.

import type { Spread } from './statistics.ts';

/** The median, and the least and the most where they are not the same. */
export function number(value: Spread | undefined, digits: number): string {
  if (value === undefined) return '';
  if (value.min === value.max) return value.median.toFixed(digits);
  return `${value.median.toFixed(digits)} [${value.min.toFixed(digits)}–${value.max.toFixed(digits)}]`;
}

/** A share of one in per cent. */
export function percent(value: Spread | undefined): string {
  return value === undefined || Number.isNaN(value.median) ? '' : `${(value.median * 100).toFixed(0)} %`;
}

/** A heading, and what stands below it. */
export function section(title: string, body: string): string {
  return `${title}\n${'─'.repeat(title.length)}\n${body}`;
}

/** Columns padded to their widest cell; the first to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
