// What this node carries: from what a call has cost of late, and what there is of everything that calls use. A reckoning, not a promise: calls of
// another kind cost something else, and nobody has tried it. Each figure says how it came about.

import type { CapacityView, ResourceView } from '../../admin/index.ts';
import type { Flow, FlowPoint } from '../../telemetry/index.ts';

/** What is reckoned from. */
export interface CapacityFacts {
  readonly nowMs: number;
  /** In steps of ten seconds, and all of them together. */
  readonly points: readonly FlowPoint[];
  readonly flow: Flow;
  readonly peak: number;
  readonly busiestWorker: number;
  readonly workers: number;
  readonly machine: Machine;
  readonly servers: readonly ServerLoad[];
  readonly connections: number;
}

/** What the machine has. */
export interface Machine {
  readonly cores: number;
  readonly memoryFreeBytes: number;
  readonly memoryUsedBytes: number;
  /** Open at most, per process. */
  readonly descriptors: number;
  readonly diskFreeBytes: number | undefined;
}

export interface ServerLoad {
  readonly name: string;
  readonly calls: number;
  readonly running: number;
  readonly places: number;
  readonly meanMs: number | undefined;
}

/** Fewer calls are moved by whatever else the process did. */
const ENOUGH_CALLS = 500;
/** Through fewer steps any line fits. */
const LINE_POINTS = 6;
/** A loop that is busier than this answers late. */
const FULL_LOOP = 0.85;
/** What an audit log takes while a write is under way; beyond it refuses. */
const QUEUE_BYTES = 8 * 1_048_576;
const MS_PER_SECOND = 1_000;

/** What gives out first is first. */
export function reckonCapacity(facts: CapacityFacts): CapacityView {
  const { flow, points, peak, busiestWorker, nowMs } = facts;
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  const rate = seconds === 0 ? 0 : flow.calls / seconds;
  const isReliable = flow.calls >= ENOUGH_CALLS;
  const cost = isReliable ? costOf(points) : undefined;
  const resources = [
    processor(facts, seconds, cost),
    writes(facts, seconds, isReliable),
    ...places(facts, isReliable),
    descriptors(facts, rate, isReliable),
    memory(facts),
    ...disk(facts, seconds),
  ].toSorted((a, b) => (a.carries ?? Infinity) - (b.carries ?? Infinity));
  const [first] = resources;
  const carries = first?.carries ?? null;
  return {
    at: new Date(nowMs).toISOString(),
    seconds,
    calls: flow.calls,
    isReliable,
    load: {
      callsPerSecond: rounded(rate),
      peakCallsPerSecond: rounded(peak),
      cores: seconds === 0 ? 0 : rounded(flow.cpuSeconds / seconds),
      busiestWorker,
    },
    cpuMicrosPerCall: cost === undefined ? null : Math.round(cost.cpu * 1e6),
    carries,
    more: carries === null ? null : Math.max(0, Math.round(carries - rate)),
    first: carries === null ? null : (first?.resource ?? null),
    resources,
  };
}

interface Cost {
  /** Seconds of processor, and of the loop, for one call. */
  readonly cpu: number;
  readonly loop: number;
}

/**
 * What one more call costs. Processes use something without any calls as well: where the load was not the same all the time, the slope through
 * the steps tells it apart (least squares); else all of the steps with calls is put down to these, which is too much rather than too little. What
 * came before the first call is left out: starting costs more than thousands of calls.
 */
function costOf(points: readonly FlowPoint[]): Cost {
  const since = points.slice(
    Math.max(
      0,
      points.findIndex(({ calls }) => calls > 0),
    ),
  );
  return { cpu: slope(since, ({ cpuSeconds }) => cpuSeconds), loop: slope(since, ({ loopSeconds }) => loopSeconds) };
}

function slope(points: readonly FlowPoint[], of: (point: FlowPoint) => number): number {
  const n = points.length;
  const allCalls = points.reduce((sum, { calls }) => sum + calls, 0);
  const withCalls = points.reduce((sum, point) => sum + (point.calls > 0 ? of(point) : 0), 0);
  const meanCost = points.reduce((sum, point) => sum + of(point), 0) / n;
  const meanCalls = allCalls / n;
  let spread = 0;
  let together = 0;
  for (const point of points) {
    spread += (point.calls - meanCalls) ** 2;
    together += (point.calls - meanCalls) * (of(point) - meanCost);
  }
  const average = withCalls / allCalls;
  const isTold = n >= LINE_POINTS && Math.sqrt(spread / n) > meanCalls * 0.2;
  const told = together / spread;
  return isTold && told > average * 0.1 && told <= average ? told : average;
}

function processor({ flow, workers, machine, busiestWorker }: CapacityFacts, seconds: number, cost: Cost | undefined): ResourceView {
  const available = Math.min(workers, machine.cores);
  const used = seconds === 0 ? 0 : flow.cpuSeconds / seconds;
  const perSecond = cost === undefined ? undefined : Math.min((available * FULL_LOOP) / cost.cpu, (workers * FULL_LOOP) / cost.loop);
  const text =
    cost === undefined
      ? `Below ${ENOUGH_CALLS} calls nothing can be said of what one costs.`
      : `A call costs ${Math.round(cost.cpu * 1e6)} µs of processor time; ${workers} workers on ${machine.cores} cores, each to be busy for ${FULL_LOOP * 100} % at most. The busiest is for ${Math.round(busiestWorker * 100)} %.`;
  return { resource: 'cpu', about: null, used: rounded(used), available, unit: 'cores', carries: toCarries(perSecond), text };
}

/** Writes of one log go one after the other, and each takes what came during the one before: what bounds them is how much may wait. */
function writes({ flow, workers }: CapacityFacts, seconds: number, isReliable: boolean): ResourceView {
  const { commits, commitMs, auditBytes, calls } = flow;
  const used = seconds === 0 ? 0 : commits / seconds;
  if (commitMs === null || commitMs.mean === 0)
    return {
      resource: 'durable_writes',
      about: null,
      used: 0,
      available: 0,
      unit: 'writes/s',
      carries: null,
      text: 'Nothing was written.',
    };
  const available = (workers * MS_PER_SECOND) / commitMs.mean;
  const bytesPerCall = auditBytes / Math.max(1, calls);
  const perSecond = isReliable && bytesPerCall > 0 ? (QUEUE_BYTES / bytesPerCall) * available : undefined;
  return {
    resource: 'durable_writes',
    about: null,
    used: rounded(used),
    available: rounded(available),
    unit: 'writes/s',
    carries: toCarries(perSecond),
    text: `A durable write takes ${rounded(commitMs.mean)} ms, and takes along every call that came meanwhile, at ${Math.round(bytesPerCall)} bytes each; up to 8 MiB may wait in a worker.`,
  };
}

/** Calls that are under way with a server hold places as long as it takes (Little's law), and each server has its share of all calls. */
function places({ servers, flow }: CapacityFacts, isReliable: boolean): ResourceView[] {
  return servers.flatMap(({ name, calls, running, places: available, meanMs }): ResourceView[] => {
    if (calls === 0 || meanMs === undefined || meanMs === 0) return [];
    const share = calls / Math.max(1, flow.calls);
    const own = (available * MS_PER_SECOND) / meanMs;
    const text = `It takes ${rounded(meanMs)} ms for a call, and ${available} may be under way at once; it has ${Math.round(share * 100)} % of all calls.`;
    const carries = isReliable ? toCarries(own / share) : null;
    return [{ resource: 'server_places', about: name, used: running, available, unit: 'places', carries, text }];
  });
}

/** Connections that agents keep open are no measure of calls: only where there is about one for each is it told. */
function descriptors({ connections, workers, machine }: CapacityFacts, rate: number, isReliable: boolean): ResourceView {
  const available = workers * machine.descriptors;
  const perSecond = isReliable && connections > 0 && available < Infinity ? (rate * available) / connections : undefined;
  const text = `${connections} connections are open, to agents and servers; each process may have ${machine.descriptors} open. If connections grow as calls do, that is what they carry.`;
  return { resource: 'descriptors', about: null, used: connections, available, unit: 'descriptors', carries: toCarries(perSecond), text };
}

function memory({ machine }: CapacityFacts): ResourceView {
  const { memoryUsedBytes: used, memoryFreeBytes: free } = machine;
  const text =
    'Resident memory of the workers, against that and what the machine has left. What a call holds is bounded by the limits of the config.';
  return { resource: 'memory', about: null, used, available: used + free, unit: 'bytes', carries: null, text };
}

function disk({ machine, flow }: CapacityFacts, seconds: number): ResourceView[] {
  const { diskFreeBytes } = machine;
  if (diskFreeBytes === undefined) return [];
  const perSecond = seconds === 0 ? 0 : flow.auditBytes / seconds;
  const days = diskFreeBytes / (perSecond * 86_400);
  const text =
    perSecond === 0 || days > 3_650
      ? 'What is put on record does not fill it within ten years.'
      : `What is put on record fills it in ${days < 2 ? `${rounded(days * 24)} hours` : `${Math.round(days)} days`}, unless old records are removed (audit.retentionDays).`;
  return [{ resource: 'disk', about: null, used: 0, available: diskFreeBytes, unit: 'bytes', carries: null, text }];
}

function toCarries(perSecond: number | undefined): number | null {
  return perSecond === undefined || !Number.isFinite(perSecond) ? null : Math.round(perSecond);
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
