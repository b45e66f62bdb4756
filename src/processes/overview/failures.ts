// What failed of late between the gateway and each server, and when: from the counts that workers report, so that no call costs anything more.

import type { MetricsDump } from '../../telemetry/index.ts';

export interface ServerFailure {
  readonly code: string;
  readonly times: number;
  readonly lastAtMs: number;
}

export interface Failures {
  /** A worker's report. `isNew`: all that it has counted happened since it was first heard of. */
  take(worker: string, dump: MetricsDump, isNew: boolean): void;
  end(worker: string): void;
  /** The latest first. */
  of(server: string): ServerFailure[];
}

/** Servers of the config come and go; of so many the last failures are kept. */
const MAX_KEPT = 2_000;

export function createFailures(nowMs: () => number): Failures {
  const counted = new Map<string, ReadonlyMap<string, number>>();
  const kept = new Map<string, { readonly server: string; readonly failure: ServerFailure }>();
  return {
    take: (worker, { families }, isNew) => {
      const before = counted.get(worker);
      const now = new Map<string, number>();
      for (const { labels, values } of families['sallyport.upstream.failures'] ?? []) {
        const [code = '', server = ''] = labels;
        const key = `${server}\u0000${code}`;
        const count = values[0] ?? 0;
        now.set(key, count);
        const more = before === undefined ? (isNew ? count : 0) : count - (before.get(key) ?? 0);
        if (more <= 0) continue;
        const times = (kept.get(key)?.failure.times ?? 0) + more;
        kept.delete(key);
        kept.set(key, { server, failure: { code, times, lastAtMs: nowMs() } });
        const [oldest] = kept.keys();
        if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      }
      counted.set(worker, now);
    },
    end: (worker) => void counted.delete(worker),
    of: (server) =>
      [...kept.values()]
        .filter((one) => one.server === server)
        .map(({ failure }) => failure)
        .toReversed(),
  };
}
