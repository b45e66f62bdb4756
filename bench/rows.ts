// The rows of the table: what stands between generator and upstream, and which row each is held against. Pure.

import type { Phase } from './measure.ts';
import { type Road, SAME_ERA } from './roads.ts';
import { TOOLS } from './workload.ts';

/** A gateway in the path. */
export interface Gateway {
  readonly road: Road;
  readonly workers: number;
}

/** One row. */
export interface RowFacts {
  readonly label: string;
  /** `--only` takes the name of a group for all rows of it. */
  readonly group: 'proxies' | 'bridges';
  /** TLS on every hop; otherwise on none. */
  readonly tls: boolean;
  readonly between: 'nothing' | 'haproxy' | 'relay' | Gateway;
  /** The row without anything in the path, over which latency counts as added; undefined: not pinned, so for information only. */
  readonly baseline: string | undefined;
  /** The row of the same agent over the same transport where nothing has to be bridged. */
  readonly sameEra: string | undefined;
  readonly phases: readonly Phase[];
}

const ALL: readonly Phase[] = ['saturation', 'single', 'paced'];
const DIRECT = { group: 'proxies', between: 'nothing', baseline: undefined, sameEra: undefined, phases: ALL } as const;
const STDIO: Road = { ...SAME_ERA, transport: 'stdio' };

/** Plain on both sides, so that the rows of this kind differ in the road alone. */
const over = (label: string, road: Road, sameEra?: string): RowFacts => ({
  label: `Sallyport plain, ${label}`,
  group: 'bridges',
  tls: false,
  between: { road, workers: 1 },
  baseline: 'direct-plain',
  sameEra,
  phases: ['saturation', 'single'],
});

const TABLE = {
  'direct-plain': { ...DIRECT, label: 'direct, plain', tls: false },
  'direct-tls': { ...DIRECT, label: 'direct, TLS', tls: true },
  'haproxy-tls': { ...DIRECT, label: 'HAProxy TLS→TLS', tls: true, between: 'haproxy', baseline: 'direct-tls' },
  'relay-plain': { ...DIRECT, label: 'our engine plain, nothing on', tls: false, between: 'relay', baseline: 'direct-plain' },
  'relay-tls': { ...DIRECT, label: 'our engine TLS→TLS, nothing on', tls: true, between: 'relay', baseline: 'direct-tls' },
  'sallyport-plain': {
    ...DIRECT,
    label: 'Sallyport plain, everything on',
    tls: false,
    between: { road: SAME_ERA, workers: 1 },
    baseline: 'direct-plain',
  },
  'sallyport-tls': {
    ...DIRECT,
    label: 'Sallyport TLS→TLS, everything on',
    tls: true,
    between: { road: SAME_ERA, workers: 1 },
    baseline: 'direct-tls',
  },
  // It shares the generator's cores: its latencies would say nothing.
  'sallyport-tls-2': {
    ...DIRECT,
    label: 'the same, 2 workers on both cores (*)',
    tls: true,
    between: { road: SAME_ERA, workers: 2 },
    phases: ['saturation'],
  },
  'same-era-legacy': over('legacy → legacy', { ...SAME_ERA, agent: 'legacy', server: 'legacy' }),
  'modern-to-legacy': over('modern → legacy', { ...SAME_ERA, server: 'legacy' }, 'sallyport-plain'),
  'legacy-to-modern': over('legacy → modern', { ...SAME_ERA, agent: 'legacy' }, 'same-era-legacy'),
  'aggregate-20': over('20 servers as one', { ...SAME_ERA, servers: TOOLS.length }, 'sallyport-plain'),
  'stdio-modern': over('modern → modern over stdio', STDIO),
  'stdio-legacy': over('legacy → legacy over stdio', { ...STDIO, agent: 'legacy', server: 'legacy' }),
  'modern-to-legacy-stdio': over('modern → legacy over stdio', { ...STDIO, server: 'legacy' }, 'stdio-modern'),
} as const satisfies Readonly<Record<string, RowFacts>>;

export type Row = keyof typeof TABLE;

/** The rows, in the order of the tables. */
export const ROWS: Readonly<Record<Row, RowFacts>> = TABLE;

/** The row that ratios are taken against. */
export const YARDSTICK: Row = 'haproxy-tls';

/** Whether a word is the name of a row. */
export function isRow(word: string): word is Row {
  return Object.hasOwn(ROWS, word);
}

/** The rows that a word of `--only` names: a row, or a group with whatever its rows are held against; none: it names nothing. */
export function rowsNamed(word: string): readonly Row[] {
  if (isRow(word)) return [word];
  const rows = allRows().filter((row) => ROWS[row].group === word);
  const against = new Set(rows.flatMap((row) => [ROWS[row].baseline, ROWS[row].sameEra]));
  return allRows().filter((row) => rows.includes(row) || against.has(row));
}

/** Every row, in the order of the tables. */
export function allRows(): readonly Row[] {
  return Object.keys(ROWS).filter(isRow);
}
