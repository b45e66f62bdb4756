// Brings the last checkpoint of each log to one anchor, at most so often as the config says. One that does not take it is tried again, less and less
// often; nothing waits for it but what it is owed, which is only ever the newest note of each log.

import type { Log, Metrics } from '../telemetry/index.ts';
import type { Anchor } from './anchors.ts';

export interface AnchorFeedOptions {
  readonly name: string;
  readonly anchor: Anchor;
  readonly everyMs: number;
  readonly nowMs: () => number;
  /** A clock that nobody sets. */
  readonly steadyMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface AnchorFeed {
  /** The last note of each log, by the name of the log. Call it every second. */
  offer(notes: ReadonlyMap<string, string>): void;
  readonly name: string;
  /** Since when there is something that it has not taken, in epoch milliseconds. */
  readonly owedSince: number | undefined;
  /** What a person should know; undefined: nothing. */
  fault(): string | undefined;
  /** Brings what is owed, once more, and is done. */
  close(notes: ReadonlyMap<string, string>): Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** An anchor that takes so much longer than its turn is one that hangs. */
const PATIENCE_MS = 20_000;

export function createAnchorFeed({ name, anchor, everyMs, nowMs, steadyMs, log, metrics }: AnchorFeedOptions): AnchorFeed {
  const taken = new Map<string, string>();
  let nextAt = 0;
  let pauseMs = 0;
  /** Since when there is something that it has not taken. */
  let owedSince: number | undefined;
  let reason: string | undefined;
  let running: Promise<void> | undefined;

  const owed = (notes: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
    [...notes].filter(([key, note]) => taken.get(key) !== note);

  const put = async (due: readonly (readonly [string, string])[]): Promise<void> => {
    try {
      await anchor.put(due.map(([, note]) => note));
      for (const [key, note] of due) taken.set(key, note);
      if (reason !== undefined) log.info('an anchor takes checkpoints again', { anchor: name });
      [reason, pauseMs, owedSince] = [undefined, 0, undefined];
      metrics.counter('sallyport.audit.anchored', { result: 'taken', anchor: name }).add(due.length);
    } catch (error) {
      const said = error instanceof Error ? error.message : 'unknown';
      if (said !== reason) log.error('an anchor does not take checkpoints; it is tried again', { anchor: name, reason: said });
      reason = said;
      pauseMs = pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      metrics.counter('sallyport.audit.anchored', { result: 'failed', anchor: name }).add();
    }
    nextAt = steadyMs() + (reason === undefined ? everyMs : pauseMs);
  };

  const begin = (due: readonly (readonly [string, string])[]): Promise<void> => {
    running = put(due).finally(() => (running = undefined));
    return running;
  };

  return {
    name,
    get owedSince() {
      return owedSince;
    },
    offer(notes) {
      const due = owed(notes);
      if (due.length > 0) owedSince ??= nowMs();
      metrics.gauge('sallyport.audit.anchor.late', { anchor: name }).set(owedSince === undefined ? 0 : (nowMs() - owedSince) / 1_000);
      if (running !== undefined || due.length === 0 || steadyMs() < nextAt) return;
      void begin(due);
    },
    fault() {
      if (owedSince === undefined) return undefined;
      const hangs = nowMs() - owedSince > everyMs + PATIENCE_MS;
      if (reason === undefined && !hangs) return undefined;
      return `The anchor '${name}' has taken no checkpoint since ${new Date(owedSince).toISOString()}: ${reason ?? 'it does not come back'}.`;
    },
    async close(notes) {
      await running;
      const due = owed(notes);
      if (due.length > 0 && reason === undefined) await begin(due);
    },
  };
}
