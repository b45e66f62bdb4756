// Control's end of telemetry: takes the spans that workers hand over, and brings them and the metrics of the whole gateway to a collector. What the collector
// does not take in time is dropped and counted; nothing ever waits for it, and nothing here is on the way of a call.

import { readFileSync } from 'node:fs';
import { diskFiles, resolveValue } from '../config/index.ts';
import type { CollectorConfig, ConfigShard, TelemetryConfig } from '../config/index.ts';
import { createOtlpResource, parseCallSpans, spansIn, toOtlpMetrics, toOtlpTraces } from '../telemetry/index.ts';
import type { CallSpan, Log, Metrics, MetricsDump, OtlpResource, ServerPlace } from '../telemetry/index.ts';
import { createCollector } from './collector.ts';
import type { Collector, CollectorOptions, Sent, Signal } from './collector.ts';
import type { Desk } from './conversation.ts';

export interface TelemetryDeskOptions {
  readonly version: string;
  readonly node: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The metrics of all processes. */
  readonly total: () => MetricsDump;
  readonly nowMs: () => number;
  readonly open?: (options: CollectorOptions) => Collector;
}

/** Control's telemetry. */
export interface TelemetryDesk extends Desk {
  /** From here on, telemetry goes where this config says. */
  configure(shard: Pick<ConfigShard, 'telemetry' | 'servers'>): void;
  /** Sends what is due. Call it every second. */
  tick(): void;
  /** What a person should know. */
  faults(): readonly string[];
  /** Sends what there is once more, and is done. */
  close(): Promise<void>;
}

/** Traced calls that wait for the collector: some megabytes. */
const MAX_WAITING = 8_192;
const MAX_BATCH = 512;
/** A batch that is not full goes after this long. */
const BATCH_MS = 2_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** At the end, nobody waits longer for a collector. */
const LAST_WORDS_MS = 2_000;

interface Target {
  readonly collector: Collector;
  readonly config: TelemetryConfig;
  readonly resource: OtlpResource;
}

export function createTelemetryDesk(options: TelemetryDeskOptions): TelemetryDesk {
  const { version, node, log, metrics, total, nowMs, open = createCollector } = options;
  const sinceMs = nowMs();
  const waiting: CallSpan[] = [];
  let places: ReadonlyMap<string, ServerPlace> = new Map();
  let target: Target | undefined;
  let waitingSinceMs = 0;
  let metricsAtMs = 0;
  let sendingTraces: Promise<void> | undefined;
  let sendingMetrics: Promise<void> | undefined;
  /** While it fails, it is asked less and less often. */
  let pauseMs = 0;
  let notBeforeMs = 0;
  let fault: string | undefined;
  /** Where it is sent, for a person to look at; undefined: the config names no collector. */
  let endpoint: string | undefined;

  const countSpans = (result: 'sent' | 'refused' | 'dropped', calls: readonly CallSpan[]): void =>
    metrics.counter('sallyport.telemetry.spans', { result }).add(calls.reduce((sum, call) => sum + spansIn(call), 0));

  const hear = (from: Target, signal: Signal, sent: Sent): void => {
    metrics.counter('sallyport.telemetry.exports', { signal, result: sent.kind }).add();
    // What was under way when another config came, and was cut off by that, says nothing of the collector that is asked now.
    if (from !== target) return;
    if (sent.kind === 'sent') {
      if (fault !== undefined) log.info('the collector takes telemetry again');
      [fault, pauseMs, notBeforeMs] = [undefined, 0, 0];
      return;
    }
    if (sent.reason !== fault) log.warn('the collector does not take telemetry; calls are not affected', { signal, reason: sent.reason });
    fault = sent.reason;
    if (sent.kind === 'refused') return;
    pauseMs = pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    notBeforeMs = nowMs() + Math.max(pauseMs, sent.retryAfterMs);
  };

  const sendTraces = async (to: Target): Promise<void> => {
    const batch = waiting.splice(0, MAX_BATCH);
    waitingSinceMs = nowMs();
    const sent = await to.collector.send(
      'traces',
      toOtlpTraces(batch, to.resource, (server) => places.get(server)),
    );
    hear(to, 'traces', sent);
    if (sent.kind === 'sent') countSpans('sent', batch);
    else if (sent.kind === 'refused') countSpans('refused', batch);
    else if (isSamePlace(to, target)) keep(batch, 'first');
    else countSpans('dropped', batch);
  };
  const sendMetrics = async (to: Target): Promise<void> => {
    metricsAtMs = nowMs();
    hear(to, 'metrics', await to.collector.send('metrics', toOtlpMetrics(total(), to.resource, { sinceMs, atMs: metricsAtMs })));
  };

  /** Takes calls in; of too many, the newest are dropped, so that what was begun to be told is told to its end. */
  const keep = (calls: readonly CallSpan[], at: 'first' | 'last'): void => {
    const room = Math.max(0, MAX_WAITING - waiting.length);
    const taken = calls.slice(0, room);
    if (at === 'first') {
      waiting.unshift(...taken);
      waitingSinceMs = 0; // It has waited once already.
    } else {
      if (waiting.length === 0) waitingSinceMs = nowMs();
      waiting.push(...taken);
    }
    if (taken.length < calls.length) countSpans('dropped', calls.slice(room));
  };

  const tick = (): void => {
    if (target === undefined || nowMs() < notBeforeMs) return;
    const isDue = waiting.length >= MAX_BATCH || (waiting.length > 0 && nowMs() - waitingSinceMs >= BATCH_MS);
    if (isDue && sendingTraces === undefined) sendingTraces = sendTraces(target).finally(() => (sendingTraces = undefined));
    const { metricsEveryMs } = target.config;
    if (metricsEveryMs > 0 && nowMs() - metricsAtMs >= metricsEveryMs && sendingMetrics === undefined)
      sendingMetrics = sendMetrics(target).finally(() => (sendingMetrics = undefined));
  };

  return {
    hears: {
      spans: ({ fields }) => {
        // Without a collector they have nowhere to go: a worker that has an older snapshot may still send some.
        if (target !== undefined) keep(parseCallSpans(fields['calls']), 'last');
      },
    },
    configure: ({ telemetry, servers }) => {
      places = new Map(servers.map((server) => [server.name, placeOf(server)]));
      // Also where nothing is another: whoever has exchanged a secret lets the config be read again.
      const before = target;
      before?.collector.close();
      target = undefined;
      [fault, pauseMs, notBeforeMs] = [undefined, 0, 0];
      if (telemetry?.otlp === undefined) {
        if (waiting.length > 0) countSpans('dropped', waiting.splice(0));
        return;
      }
      endpoint = telemetry.otlp.endpoint;
      const opened = openCollector(telemetry.otlp, open);
      if (typeof opened === 'string') {
        fault = opened;
        log.error('telemetry cannot be sent', { reason: opened });
        return;
      }
      target = { collector: opened, config: telemetry, resource: createOtlpResource(version, node, telemetry.resource) };
      // What was gathered for one place is not told to another.
      if (before !== undefined && !isSamePlace(before, target)) countSpans('dropped', waiting.splice(0));
    },
    tick,
    faults: () => (fault === undefined ? [] : [faultText(fault, endpoint)]),
    close: async () => {
      const last = target;
      if (last === undefined || fault !== undefined) return last?.collector.close();
      const sendRest = async (): Promise<void> => {
        await sendingTraces;
        while (waiting.length > 0 && fault === undefined) await sendTraces(last);
        if (last.config.metricsEveryMs > 0) await sendMetrics(last);
      };
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_WORDS_MS)));
      await Promise.race([sendRest(), patience]);
      clearTimeout(timer);
      last.collector.close();
    },
  };
}

/** Whether both are the same collector, however it is spoken to. */
function isSamePlace(one: Target, other: Target | undefined): boolean {
  return one.config.otlp?.endpoint === other?.config.otlp?.endpoint;
}

/** What is wrong, where, and what to do. Of the address only what names the machine: a path may be a credential. */
function faultText(fault: string, endpoint: string | undefined): string {
  const place = endpoint === undefined ? '' : ` at ${new URL(endpoint).origin}`;
  return `Telemetry is not taken by the collector${place}: ${fault}. Calls are not affected. See that it runs and is reached from this machine, or correct telemetry.otlp in the config.`;
}

/** The collector of a config; a text says why there is none. */
function openCollector(
  { endpoint, headers, ca, timeoutMs }: CollectorConfig,
  open: (options: CollectorOptions) => Collector,
): Collector | string {
  const fields: Record<string, string> = {};
  for (const [name, source] of Object.entries(headers)) {
    const value = resolveValue(source, process.env, diskFiles);
    if (!value.ok) return `the header ${name} ${value.error.message}`;
    fields[name] = value.value.reveal();
  }
  try {
    return open({ endpoint, headers: fields, ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'), timeoutMs });
  } catch {
    // What was thrown may hold a header.
    return `it cannot be spoken to with these settings${ca === undefined ? '' : `; can ${ca} be read?`}`;
  }
}

function placeOf(server: ConfigShard['servers'][number]): ServerPlace {
  if (server.kind === 'stdio') return { transport: 'pipe' };
  const { protocol, hostname, port } = new URL(server.url);
  return { transport: 'tcp', address: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}
