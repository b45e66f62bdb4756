// W3C trace context crosses the gateway. SEP-414 puts it in `_meta`, which travels by itself; these headers are the older place.

import { isHarmless } from './inspection/free-words.ts';
import type { Call } from './exchange.ts';

/** The headers to send on: name, value, name, value… */
export function traceHeaders(call: Pick<Call, 'arrival' | 'approval' | 'inspecting'>): readonly string[] {
  const { arrival, approval } = call;
  const headers: string[] = [];
  const parent = arrival.headers.get('traceparent');
  if (parent !== undefined && TRACE_PARENT.test(parent)) headers.push('traceparent', parent);
  // Free words of the agent, which whoever approved this call was not shown (T28).
  const state = approval === undefined ? arrival.headers.get('tracestate') : undefined;
  if (state !== undefined && isHarmless(call, state, 'request')) headers.push('tracestate', state);
  return headers;
}

const TRACE_PARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
