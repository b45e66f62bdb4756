// How busy each worker is: a gateway is full when its busiest worker is, and the sum over all of them would not show it.

import type { MetricsDump } from '../../telemetry/index.ts';

export interface WorkerLoads {
  take(worker: string, dump: MetricsDump): void;
  end(worker: string): void;
  /** Share of its time that the busiest of them had something to do, of late; 0 while nothing is known. */
  busiest(): number;
}

interface Sample {
  readonly atMs: number;
  readonly activeSeconds: number;
}

const SPAN_MS = 30_000;

export function createWorkerLoads(nowMs: () => number): WorkerLoads {
  const samples = new Map<string, Sample[]>();
  return {
    take: (worker, { families }) => {
      const activeSeconds = families['sallyport.process.loop.active']?.[0]?.values[0] ?? 0;
      const atMs = nowMs();
      const known = (samples.get(worker) ?? []).filter((sample) => atMs - sample.atMs <= SPAN_MS && sample.atMs <= atMs);
      samples.set(worker, [...known, { atMs, activeSeconds }]);
    },
    end: (worker) => void samples.delete(worker),
    busiest: () => Math.max(0, ...[...samples.values()].map(shareOf)),
  };
}

function shareOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
  return Math.min(1, Math.max(0, ((last.activeSeconds - first.activeSeconds) * 1_000) / (last.atMs - first.atMs)));
}
