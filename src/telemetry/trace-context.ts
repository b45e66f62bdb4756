// W3C trace context, as far as the gateway reads it: whose trace a request belongs to, and whether that is kept. What an agent says of it is believed for
// nothing else. A header that cannot be read begins a new trace and fails nothing (§3.2).

/** Where in a trace something is. */
export interface TraceContext {
  /** 32 and 16 lowercase hexadecimal digits, not all zero. */
  readonly traceId: string;
  readonly spanId: string;
  /** Whether whoever said it keeps what it does. */
  readonly isSampled: boolean;
}

/** §3.2.2: version, trace id, parent id, flags. A later version may say more behind them. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MAX_CHARS = 512;
const SAMPLED = 1;

/** Reads a `traceparent`; undefined where it is none. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined || text.length > MAX_CHARS) return undefined;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** The `traceparent` of a span that is kept. */
export function formatTraceparent(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}
