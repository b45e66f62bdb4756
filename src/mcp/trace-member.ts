// The one member of `_meta` that the gateway writes by itself: `traceparent` (SEP-414), so that what a server does stands below what the gateway asked of it.

import { isObject } from './json-value.ts';
import { metaOf } from './meta.ts';
import type { Message } from './types.ts';

const QUOTES = 2;

/**
 * The same request with this `traceparent`, where it has one of the same length, as all of the current version have: the places of everything else are what
 * they were, and nothing is read again. Otherwise the request as it is.
 */
export function withTraceparent<M extends Message>(message: M, traceparent: string): M {
  if (message.kind !== 'request') return message;
  const { document, params } = message;
  const meta = metaOf(params);
  const span = typeof meta?.['traceparent'] === 'string' ? document.span(['params', '_meta', 'traceparent']) : undefined;
  if (span === undefined || span.end - span.start !== traceparent.length + QUOTES || !isObject(document.value)) return message;
  const bytes = Buffer.from(document.bytes);
  bytes.write(traceparent, span.start + 1, 'latin1');
  const renewed = { ...params, _meta: { ...meta, traceparent } };
  return { ...message, params: renewed, document: { ...document, bytes, value: { ...document.value, params: renewed } } };
}
