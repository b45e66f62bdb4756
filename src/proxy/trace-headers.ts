// W3C trace context crosses the gateway. SEP-414 puts it in `_meta`, which travels by itself; these headers are the older place. Where a call is traced here,
// what the server does stands below what the gateway asks of it, in both.

import { withTraceparent } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import { formatTraceparent } from '../telemetry/index.ts';
import { isHarmless } from './inspection/free-words.ts';
import type { Call } from './exchange.ts';

/** The headers to send on: name, value, name, value… */
export function traceHeaders(call: Pick<Call, 'arrival' | 'approval' | 'inspecting' | 'trace'>): readonly string[] {
  const { arrival, approval, trace } = call;
  const headers: string[] = [];
  const parent = arrival.headers.get('traceparent');
  // What the server does belongs under what the gateway asks of it.
  if (trace !== undefined) headers.push('traceparent', formatTraceparent(trace.traceId, trace.clientId));
  else if (parent !== undefined && TRACE_PARENT.test(parent)) headers.push('traceparent', parent);
  // Free words of the agent, which whoever approved this call was not shown (T28).
  const state = approval === undefined ? arrival.headers.get('tracestate') : undefined;
  if (state !== undefined && isHarmless(call, state, 'request')) headers.push('tracestate', state);
  return headers;
}

/** What goes to a server, with the place in the trace of what the gateway asks, where the agent has put its own. */
export function traced<M extends Message>({ trace }: Pick<Call, 'trace'>, message: M): M {
  return trace === undefined ? message : withTraceparent(message, formatTraceparent(trace.traceId, trace.clientId));
}

const TRACE_PARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
