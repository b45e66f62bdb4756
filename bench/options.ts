// What `npm run bench` was asked for.

import { parseArgs } from 'node:util';

import type { Timing } from './measure.ts';
import { allParts, isPart, type Part, PARTS } from './parts.ts';
import { allRows, GROUPS, type Row, rowsNamed } from './rows.ts';

const FULL = { rounds: 5, warmupMs: 1000, measureMs: 4000, heatMs: 5000 };
const QUICK = { rounds: 1, warmupMs: 200, measureMs: 600, heatMs: 800 };
/** What a smoke run takes: every kind of program that can stand in the path, every load, and a part. */
const QUICK_ROWS: readonly Row[] = [
  'direct-tls',
  'haproxy-tls',
  'relay-tls',
  'sallyport-tls',
  'direct-slow',
  'haproxy-slow',
  'sallyport-slow',
];

/** A run. */
export interface Options {
  readonly quick: boolean;
  readonly rounds: number;
  readonly timing: Timing;
  readonly heatMs: number;
  readonly rows: ReadonlySet<Row>;
  readonly parts: ReadonlySet<Part>;
}

/** Reads the arguments. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, only: { type: 'string' } },
  });
  const { quick } = values;
  const defaults = quick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? defaults.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
  const words = values.only?.split(',');
  return { quick, rounds, timing: defaults, heatMs: defaults.heatMs, ...(words === undefined ? usual(quick) : named(words)) };
}

function usual(quick: boolean): Pick<Options, 'rows' | 'parts'> {
  if (!quick) return { rows: new Set(allRows()), parts: new Set(allParts()) };
  return { rows: new Set(QUICK_ROWS), parts: new Set(allParts().filter((part) => PARTS[part].quick)) };
}

function named(words: readonly string[]): Pick<Options, 'rows' | 'parts'> {
  const rows = words.flatMap(rowsNamed);
  for (const word of words)
    if (!isPart(word) && rowsNamed(word).length === 0)
      throw new Error(`--only takes, separated by commas: ${[...GROUPS, ...allParts(), ...allRows()].join(', ')}`);
  return { rows: new Set(rows), parts: new Set(words.filter(isPart)) };
}
