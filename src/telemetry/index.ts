// How Sallyport watches itself: its own log, and its metrics. Neither may slow or fail a call, hold what people said, or grow
// with what strangers send.
export { createLog } from './log.ts';
export type { Log, LogFields, LogOptions } from './log.ts';
export { quoteAscii, toPrintable } from './printable.ts';
export { createMetrics } from './metrics.ts';
export type { Counter, Gauge, Histogram, Metrics } from './metrics.ts';
export type { CounterName, GaugeName, HistogramName, LabelsOf, MetricName } from './definitions.ts';
export { createHistory } from './history.ts';
export type { Flow, FlowPoint, History, HistoryWindow, ServerFlow, ServerFlowPoint } from './history.ts';
export { parseMetricsDump } from './dump.ts';
export type { FamilyDump, MetricsDump, SeriesDump } from './dump.ts';
export { parseCallSpans, spansIn } from './call-span.ts';
export type { CallSpan } from './call-span.ts';
export { formatTraceparent, parseTraceparent } from './trace-context.ts';
export type { TraceContext } from './trace-context.ts';
export { toOtlpMetrics } from './otlp-metrics.ts';
export type { Interval } from './otlp-metrics.ts';
export { createOtlpResource } from './otlp-resource.ts';
export type { OtlpResource } from './otlp-resource.ts';
export { toOtlpTraces } from './otlp-traces.ts';
export type { ServerPlace } from './otlp-traces.ts';
export { createMetricsTotals } from './totals.ts';
export type { MetricsTotals } from './totals.ts';
export { EXPOSITION_CONTENT_TYPE, toExpositionName } from './exposition.ts';
