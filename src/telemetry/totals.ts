// The metrics of the whole gateway: the sum over living workers and all that ended. Counters and histograms never fall, whatever
// a worker reports: a monitoring system reads a falling counter as a restart and invents traffic from it.

import { definitionOf, isMetricName } from './definitions.ts';
import type { MetricDefinition, MetricName } from './definitions.ts';
import type { FamilyDump, MetricsDump } from './dump.ts';
import { renderExposition } from './exposition.ts';
import { createSeriesTable } from './series.ts';
import type { SeriesTable } from './series.ts';

/** Adds up what workers report. */
export interface MetricsTotals {
  /** The latest report of a worker. A higher epoch means a new process under the same id; a report of an older one is ignored. */
  update(workerId: string, epoch: number, dump: MetricsDump): void;
  /** The worker's process is gone: its counts stay, its gauges go. */
  end(workerId: string): void;
  /** The sum as plain data. */
  total(): MetricsDump;
  /** The sum in Prometheus text exposition format 0.0.4. */
  render(): string;
}

/** Numbers of one metric by the label set's number in its table. */
type Sums = number[][];

interface Family {
  readonly definition: MetricDefinition;
  /** Kept for good: a label set that has its own line in the exposition keeps it, one that fell into `other` stays there. */
  readonly table: SeriesTable;
  /** Counts of processes that have ended. */
  readonly ended: Sums;
  /** The highest sums told so far. The same fractions added in another order may come out lower in the last digit. */
  told: Sums;
}

interface Worker {
  readonly epoch: number;
  /** What its process has reported; undefined once it ended. The epoch stays, so that a late report is known as such. */
  readonly latest: Map<MetricName, Sums> | undefined;
}

const MERGES = { sum: add, max: Math.max, min: Math.min } as const;

/** The sum of dumps of different processes: counters and histograms add up, gauges as their definition says. */
export function mergeMetrics(...dumps: readonly MetricsDump[]): MetricsDump {
  const totals = createMetricsTotals();
  dumps.forEach((dump, i) => totals.update(String(i), 0, dump));
  return totals.total();
}

/** Totals that start at nothing. */
export function createMetricsTotals(): MetricsTotals {
  const families = new Map<MetricName, Family>();
  const workers = new Map<string, Worker>();

  const familyOf = (name: MetricName): Family => {
    const definition = definitionOf(name);
    const family = families.get(name) ?? { definition, table: createSeriesTable(definition), ended: [], told: [] };
    families.set(name, family);
    return family;
  };

  const retire = (worker: Worker | undefined): void => {
    for (const [name, sums] of worker?.latest ?? []) {
      const family = familyOf(name);
      if (family.definition.type !== 'gauge') addInto(family.ended, sums, add);
    }
  };

  const total = (): MetricsDump => {
    const summed = [...families].map(([name, family]): [MetricName, FamilyDump] => {
      const { definition, table, ended } = family;
      const sums: Sums = [];
      addInto(sums, ended, add);
      const combine = definition.type === 'gauge' ? MERGES[definition.merge] : add;
      for (const worker of workers.values()) addInto(sums, worker.latest?.get(name) ?? [], combine);
      if (definition.type !== 'gauge') {
        addInto(sums, family.told, Math.max);
        family.told = sums;
      }
      return [name, table.labels.flatMap((labels, i) => (sums[i] === undefined ? [] : [{ labels, values: sums[i] }]))];
    });
    return { format: 1, families: Object.fromEntries(summed) };
  };

  return {
    update(workerId, epoch, dump) {
      const known = workers.get(workerId);
      if (known !== undefined && (epoch < known.epoch || (epoch === known.epoch && known.latest === undefined))) return;
      if (known !== undefined && epoch > known.epoch) retire(known);
      const before = epoch === known?.epoch ? known.latest : undefined;
      const latest = new Map<MetricName, Sums>();
      for (const name of Object.keys(dump.families).filter(isMetricName)) {
        latest.set(name, readFamily(familyOf(name), dump.families[name] ?? []));
      }
      for (const [name, sums] of before ?? []) {
        if (familyOf(name).definition.type === 'gauge') continue;
        const now = latest.get(name) ?? [];
        // A worker that reports less than before is broken or lying; what it said before stands.
        addInto(now, sums, Math.max);
        latest.set(name, now);
      }
      workers.set(workerId, { epoch, latest });
    },
    end(workerId) {
      const known = workers.get(workerId);
      if (known === undefined) return;
      retire(known);
      workers.set(workerId, { epoch: known.epoch, latest: undefined });
    },
    total,
    render: () => renderExposition(total()),
  };
}

/** A family of a dump, by the numbers of our own table. Label sets that fall into the same overflow set add up. */
function readFamily(family: Family, dumped: FamilyDump): Sums {
  const sums: Sums = [];
  for (const { labels, values } of dumped) {
    const at = family.table.find(labels);
    sums[at] = combined(sums[at], values, add);
  }
  return sums;
}

function addInto(target: Sums, source: Sums, combine: (left: number, right: number) => number): void {
  source.forEach((values, at) => {
    target[at] = combined(target[at], values, combine);
  });
}

function combined(
  left: readonly number[] | undefined,
  right: readonly number[],
  combine: (left: number, right: number) => number,
): number[] {
  return left === undefined ? [...right] : left.map((value, i) => combine(value, right[i] ?? 0));
}

function add(left: number, right: number): number {
  return left + right;
}
