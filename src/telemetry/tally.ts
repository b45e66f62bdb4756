// What a process has counted since it began, as one row of numbers for the gateway and one for each server: what the history is made of.

import { METRICS } from './definitions.ts';
import type { MetricName } from './definitions.ts';
import type { FamilyDump, MetricsDump } from './dump.ts';

/** Bounds of the histograms in a row. */
export const OVERHEAD_BOUNDS: readonly number[] = METRICS['sallyport.overhead.duration'].buckets;
export const WAIT_BOUNDS: readonly number[] = METRICS['sallyport.server.wait.duration'].buckets;

/** Of durable writes. */
export const COMMIT_BOUNDS: readonly number[] = METRICS['sallyport.audit.commit.duration'].buckets;

const SIMPLE = [
  'calls',
  'allowed',
  'denied',
  'asked',
  'givenUp',
  'errors',
  'refused',
  'shed',
  'bytesIn',
  'bytesOut',
  'running',
  'cpu',
  'loopActive',
  'auditBytes',
] as const;
/** Where in a row of the gateway each number is; the histograms begin where they say. */
export const COLUMNS = Object.fromEntries(SIMPLE.map((name, at) => [name, at])) as Readonly<Record<(typeof SIMPLE)[number], number>>;
export const OVERHEAD_AT = SIMPLE.length;
export const WAIT_AT = OVERHEAD_AT + OVERHEAD_BOUNDS.length + 2;
export const COMMIT_AT = WAIT_AT + WAIT_BOUNDS.length + 2;
export const ROW_WIDTH = COMMIT_AT + COMMIT_BOUNDS.length + 2;
/** What stands at an instant, and is not added up. */
export const HIGHEST: ReadonlySet<number> = new Set([COLUMNS.running]);

/** A row of a server: its calls, its errors, the histogram of how long it took. */
export const SERVER_COLUMNS = { calls: 0, errors: 1 } as const;
export const SERVER_WAIT_AT = 2;
export const SERVER_ROW_WIDTH = SERVER_WAIT_AT + WAIT_BOUNDS.length + 2;

/** Refusals that are the gateway's own failures. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['internal', 'audit_unavailable', 'not_ready']);

/** Numbers since the process began. */
export interface Tally {
  readonly row: Float64Array;
  readonly servers: ReadonlyMap<string, Float64Array>;
}

/** Reads the tally out of what a process has reported. */
export function toTally({ families }: MetricsDump): Tally {
  const row = new Float64Array(ROW_WIDTH);
  const servers = new Map<string, Float64Array>();
  const of = (name: MetricName): FamilyDump => families[name] ?? [];
  const bump = (at: number, amount = 0): void => void (row[at] = (row[at] ?? 0) + amount);
  const serverRow = (name: string): Float64Array => {
    const known = servers.get(name);
    if (known !== undefined) return known;
    const made = new Float64Array(SERVER_ROW_WIDTH);
    servers.set(name, made);
    return made;
  };

  for (const { labels, values } of of('sallyport.calls')) {
    const [verdict, , server = ''] = labels;
    // Nothing was decided about it.
    if (verdict === 'given_up') {
      bump(COLUMNS.givenUp, values[0]);
      continue;
    }
    bump(COLUMNS.calls, values[0]);
    bump(verdict === 'deny' ? COLUMNS.denied : verdict === 'ask' ? COLUMNS.asked : COLUMNS.allowed, values[0]);
    const own = serverRow(server);
    own[SERVER_COLUMNS.calls] = (own[SERVER_COLUMNS.calls] ?? 0) + (values[0] ?? 0);
  }
  for (const { labels, values } of of('sallyport.upstream.failures')) {
    bump(COLUMNS.errors, values[0]);
    const own = serverRow(labels[1] ?? '');
    own[SERVER_COLUMNS.errors] = (own[SERVER_COLUMNS.errors] ?? 0) + (values[0] ?? 0);
  }
  for (const { labels, values } of of('sallyport.refusals')) {
    const [code = '', , verdict] = labels;
    if (code === 'overloaded') bump(COLUMNS.shed, values[0]);
    // A call to a server that is away stands on record as denied, because it is not carried. It is no denial of the policy's.
    if (isOfServer(code)) bump(COLUMNS.denied, verdict === 'deny' ? -(values[0] ?? 0) : 0);
    else if (OWN_FAULTS.has(code)) bump(COLUMNS.errors, values[0]);
    // What was denied, by a limit too, is counted as that, and was not turned away as well.
    else if (verdict !== 'deny') bump(COLUMNS.refused, values[0]);
  }
  for (const { labels, values } of of('sallyport.traffic')) bump(labels[0] === 'in' ? COLUMNS.bytesIn : COLUMNS.bytesOut, values[0]);
  for (const { values } of of('sallyport.requests.running')) bump(COLUMNS.running, values[0]);
  for (const { values } of of('sallyport.process.cpu')) bump(COLUMNS.cpu, values[0]);
  for (const { values } of of('sallyport.process.loop.active')) bump(COLUMNS.loopActive, values[0]);
  for (const { values } of of('sallyport.audit.written')) bump(COLUMNS.auditBytes, values[0]);
  for (const { values } of of('sallyport.audit.commit.duration')) addAt(row, COMMIT_AT, values);
  for (const { values } of of('sallyport.overhead.duration')) addAt(row, OVERHEAD_AT, values);
  for (const { labels, values } of of('sallyport.server.wait.duration')) {
    addAt(row, WAIT_AT, values);
    addAt(serverRow(labels[0] ?? ''), SERVER_WAIT_AT, values);
  }
  return { row, servers };
}

/** Failures of servers are counted where it is said of which one. */
function isOfServer(code: string): boolean {
  return code.startsWith('upstream_') || code === 'outcome_unknown' || code === 'era_unshared';
}

/** Adds a series to a part of a row. Once a second for each worker, thousands of them: no closures. */
function addAt(row: Float64Array, at: number, values: readonly number[]): void {
  for (let index = 0; index < values.length; index++) row[at + index] = (row[at + index] ?? 0) + (values[index] ?? 0);
}
