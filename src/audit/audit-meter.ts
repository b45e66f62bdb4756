// The audit log's own metrics, resolved once.

import type { Counter, Gauge, Histogram, Metrics } from '../telemetry/index.ts';

export interface AuditMeter {
  readonly records: Counter;
  readonly bytes: Counter;
  readonly commitSeconds: Histogram;
  readonly queuedBytes: Gauge;
  readonly faulted: Gauge;
  /** Rare, so it may look its label up. */
  refused(reason: string): void;
}

/** Handles to the metrics named `sallyport.audit.…`. */
export function createAuditMeter(metrics: Metrics): AuditMeter {
  return {
    records: metrics.counter('sallyport.audit.records', {}),
    bytes: metrics.counter('sallyport.audit.written', {}),
    commitSeconds: metrics.histogram('sallyport.audit.commit.duration', {}),
    queuedBytes: metrics.gauge('sallyport.audit.queued', {}),
    faulted: metrics.gauge('sallyport.audit.faulted', {}),
    refused: (reason) => metrics.counter('sallyport.audit.refused', { reason }).add(),
  };
}
