// The rows of the table: what stands between generator and upstream, and which row each is held against. Pure.

import type { Phase } from './measure.ts';
import { type Road, SAME_ERA } from './roads.ts';
import { SLOW_MS, TOOLS } from './workload.ts';

/** A gateway in the path. */
export interface Gateway {
  readonly road: Road;
  readonly workers: number;
  readonly config: Config;
}

/** How much is on (bench/config.ts): nothing that an operator can leave out, then one thing more at a time, at last everything that there is. */
export type Config = 'lean' | 'judged' | 'inspected' | 'everything';

/** Somebody else's program in the path, which is spoken to in sessions of the legacy era. */
export interface Rival {
  readonly rival: 'sdk-relay' | 'pipe-relay' | 'mcp-proxy' | 'supergateway';
}

/** The groups of rows: each is measured in rounds of its own, and nothing of another group runs beside it. */
export const GROUPS = ['proxies', 'steps', 'slow', 'workers', 'bridges', 'alike'] as const;

export type Group = (typeof GROUPS)[number];

/** One row. */
export interface RowFacts {
  readonly label: string;
  /** `--only` takes the name of a group for all rows of it. */
  readonly group: Group;
  /** TLS on every hop; otherwise on none. */
  readonly tls: boolean;
  readonly between: 'nothing' | 'haproxy' | 'relay' | Gateway | Rival;
  /** Whether the upstream answers at once, or after SLOW_MS. */
  readonly upstream: 'instant' | 'slow';
  /** The row without anything in the path, over which latency counts as added; undefined: not pinned, so for information only. */
  readonly baseline: string | undefined;
  /** The same road at its simplest: what this one costs is held against it. */
  readonly sameEra: string | undefined;
  readonly phases: readonly Phase[];
}

const ALL: readonly Phase[] = ['saturation', 'single', 'paced'];
const DIRECT = {
  group: 'proxies',
  between: 'nothing',
  upstream: 'instant',
  baseline: undefined,
  sameEra: undefined,
  phases: ALL,
} as const;
const EVERYTHING = { road: SAME_ERA, workers: 1, config: 'everything' } as const;
const LEGACY: Road = { ...SAME_ERA, agent: 'legacy', server: 'legacy' };
const STDIO: Road = { ...SAME_ERA, transport: 'stdio' };

/** Behind a server that takes its time, as real ones do: saturation would measure the waiting. */
const slow = (label: string, between: RowFacts['between'], baseline?: string): RowFacts => ({
  label: `${label}, answered after ${SLOW_MS} ms`,
  group: 'slow',
  tls: true,
  between,
  upstream: 'slow',
  baseline,
  sameEra: undefined,
  phases: ['single', 'paced'],
});

/** One thing more than the row before it. */
const step = (label: string, config: Config, before: string): RowFacts => ({
  ...DIRECT,
  group: 'steps',
  label: `Sallyport TLS→TLS, ${label}`,
  tls: true,
  between: { ...EVERYTHING, config },
  baseline: 'direct-tls',
  sameEra: before,
  phases: ['saturation'],
});

/** Plain on both sides, so that the rows of this kind differ in the road alone. */
const over = (label: string, road: Road, sameEra: string, workers = 1): RowFacts => ({
  label: `Sallyport plain, ${label}`,
  group: 'bridges',
  tls: false,
  between: { road, workers, config: 'everything' },
  upstream: 'instant',
  baseline: 'direct-plain',
  sameEra,
  phases: ['saturation', 'single'],
});

/** Plain, in sessions of the legacy era, which is what all of them speak. */
const alike = (label: string, between: RowFacts['between'], sameEra?: string): RowFacts => ({
  label,
  group: 'alike',
  tls: false,
  between,
  upstream: 'instant',
  baseline: 'direct-plain',
  sameEra,
  phases: ['saturation'],
});

const TABLE = {
  'direct-plain': { ...DIRECT, label: 'direct, plain', tls: false },
  'direct-tls': { ...DIRECT, label: 'direct, TLS', tls: true },
  'haproxy-tls': { ...DIRECT, label: 'HAProxy TLS→TLS', tls: true, between: 'haproxy', baseline: 'direct-tls' },
  'relay-plain': { ...DIRECT, label: 'our engine plain, nothing on', tls: false, between: 'relay', baseline: 'direct-plain' },
  'relay-tls': { ...DIRECT, label: 'our engine TLS→TLS, nothing on', tls: true, between: 'relay', baseline: 'direct-tls' },
  'sallyport-plain': { ...DIRECT, label: 'Sallyport plain, everything on', tls: false, between: EVERYTHING, baseline: 'direct-plain' },
  'sallyport-tls': { ...DIRECT, label: 'Sallyport TLS→TLS, everything on', tls: true, between: EVERYTHING, baseline: 'direct-tls' },
  'steps-recorded': step('read strictly, and on record', 'lean', 'relay-tls'),
  'steps-judged': step('and keys, and 100 rules', 'judged', 'steps-recorded'),
  'steps-inspected': step('and inspection both ways', 'inspected', 'steps-judged'),
  'steps-everything': step('and metrics, and traces: everything', 'everything', 'steps-inspected'),
  'direct-slow': slow('direct, TLS', 'nothing'),
  'haproxy-slow': slow('HAProxy TLS→TLS', 'haproxy', 'direct-slow'),
  'sallyport-slow': slow('Sallyport TLS→TLS', EVERYTHING, 'direct-slow'),
  // They share the generator's cores where there are no others: their latencies would say nothing.
  'workers-1': {
    ...DIRECT,
    group: 'workers',
    label: 'Sallyport TLS→TLS, 1 worker, not pinned (*)',
    tls: true,
    between: EVERYTHING,
    phases: ['saturation'],
  },
  'workers-2': {
    ...DIRECT,
    group: 'workers',
    label: 'Sallyport TLS→TLS, 2 workers (*)',
    tls: true,
    between: { ...EVERYTHING, workers: 2 },
    phases: ['saturation'],
  },
  'same-era-legacy': over('legacy → legacy', LEGACY, 'sallyport-plain'),
  'legacy-relayed': over('legacy → legacy, half relayed between 2 workers', LEGACY, 'same-era-legacy', 2),
  'sse-answers': over('answers as SSE', { ...SAME_ERA, answers: 'sse' }, 'sallyport-plain'),
  'modern-to-legacy': over('modern → legacy', { ...SAME_ERA, server: 'legacy' }, 'sallyport-plain'),
  'legacy-to-modern': over('legacy → modern', { ...SAME_ERA, agent: 'legacy' }, 'same-era-legacy'),
  'aggregate-20': over('20 servers as one', { ...SAME_ERA, servers: TOOLS.length }, 'sallyport-plain'),
  'stdio-modern': over('modern → modern over stdio', STDIO, 'sallyport-plain'),
  'stdio-legacy': over('legacy → legacy over stdio', { ...LEGACY, transport: 'stdio' }, 'same-era-legacy'),
  'modern-to-legacy-stdio': over('modern → legacy over stdio', { ...STDIO, server: 'legacy' }, 'stdio-modern'),
  'lean-http': alike('Sallyport HTTP → HTTP, everything off', { road: LEGACY, workers: 1, config: 'lean' }, 'sdk-relay'),
  'sdk-relay': alike('relay of the SDK’s own client and server, HTTP → HTTP', { rival: 'sdk-relay' }),
  'lean-stdio': alike('Sallyport HTTP → stdio, everything off', {
    road: { ...LEGACY, transport: 'stdio' },
    workers: 1,
    config: 'lean',
  }),
  'pipe-relay': alike('relay that reads nothing, HTTP → stdio', { rival: 'pipe-relay' }),
  'mcp-proxy': alike('mcp-proxy, HTTP → stdio', { rival: 'mcp-proxy' }),
  supergateway: alike('supergateway, HTTP → stdio', { rival: 'supergateway' }),
} as const satisfies Readonly<Record<string, RowFacts>>;

export type Row = keyof typeof TABLE;

/** The rows, in the order of the tables. */
export const ROWS: Readonly<Record<Row, RowFacts>> = TABLE;

/** The row of HAProxy that a row is held against: behind the same upstream. */
export function yardstickOf(row: Row): Row {
  return ROWS[row].upstream === 'slow' ? 'haproxy-slow' : 'haproxy-tls';
}

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

/** The rows of one group that are wanted. */
export function rowsOf(group: Group, wanted: ReadonlySet<Row>): readonly Row[] {
  const own = allRows().filter((row) => wanted.has(row) && ROWS[row].group === group);
  const against = new Set(own.flatMap((row) => [ROWS[row].baseline, ROWS[row].sameEra]));
  // What a row is held against is measured in the same rounds, also where it belongs to another group; a group of nothing else is none.
  return own.length === 0 ? [] : allRows().filter((row) => own.includes(row) || (wanted.has(row) && against.has(row)));
}

/** Every row, in the order of the tables. */
export function allRows(): readonly Row[] {
  return Object.keys(ROWS).filter(isRow);
}
