// Bytes from a stranger → one JSON value that every reader sees alike, with the places of its parts, or a refusal.
// The bytes stay as they came: the gateway judges exactly what it forwards. Never throws.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { buildValue } from './build-value.ts';
import { findElements, findSpan } from './find-span.ts';
import { scanJson } from './scan.ts';
import type { Scan } from './scan-tokens.ts';
import { settleSpans } from './spans.ts';
import type { JsonDocument, JsonValue, Refusal, Span } from './types.ts';

export interface ParseOptions {
  /** For answers: a lone surrogate escape becomes U+FFFD and is counted, instead of refusing the whole text. */
  readonly repairSurrogates?: boolean;
  /** Levels of objects and arrays; at most, and by default, 64. */
  readonly maxDepth?: number;
}

// Fatal: overlong forms, encoded surrogates and code points above U+10FFFF are refused, not replaced. A byte order mark
// is kept, so that the pass meets it and refuses it (RFC 8259 §8.1).
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ESCAPE_BYTES = 6;
const REPLACEMENT = Buffer.from('\ufffd');
const DECIDING = ['id', 'params', 'result'];

/** Parses one JSON text strictly: RFC 8259, and of that only what can be read in one way. */
export function parseJson(bytes: Uint8Array, options: ParseOptions = {}): Result<JsonDocument, Refusal> {
  const text = decode(bytes);
  if (text === undefined) return fail({ code: 'json_malformed', say: 'The body is not valid UTF-8.' });
  const { maxDepth = Infinity, repairSurrogates: repair = false } = options;
  const scan = scanJson(bytes, { maxDepth, repair });
  if (scan.problem !== undefined) return fail(scan.problem);
  return scan.lone === undefined ? ok(createDocument(scan, text, 0)) : parseRepaired(replaceEscapes(bytes, scan.lone), scan.lone.length);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

// The repaired text is read again from its first byte: two keys that differed may now be equal, and offsets have moved.
function parseRepaired(bytes: Uint8Array, repaired: number): Result<JsonDocument, Refusal> {
  const scan = scanJson(bytes, {});
  return scan.problem === undefined ? ok(createDocument(scan, UTF8.decode(bytes), repaired)) : fail(scan.problem);
}

function createDocument(scan: Scan, text: string, repaired: number): JsonDocument {
  const { bytes } = scan;
  const layout = { bytes, spans: settleSpans(scan) };
  const value: JsonValue = scan.escapedName ? buildValue(text) : JSON.parse(text);
  return {
    bytes,
    value,
    lossy: scan.lossy && DECIDING.some((member) => losesDigits(bytes, findSpan(layout, [member]))),
    repaired,
    span: (path) => findSpan(layout, path),
    elements: (path) => findElements(layout, path),
  };
}

/** The rare second look, once some number somewhere is known to lose digits: is it in this member? */
function losesDigits(bytes: Uint8Array, span: Span | undefined): boolean {
  return span !== undefined && scanJson(bytes.subarray(span.start, span.end), {}).lossy;
}

function replaceEscapes(bytes: Uint8Array, lone: readonly number[]): Uint8Array {
  const repaired = new Uint8Array(bytes.length - lone.length * (ESCAPE_BYTES - REPLACEMENT.length));
  let from = 0;
  let to = 0;
  for (const at of lone) {
    repaired.set(bytes.subarray(from, at), to);
    to += at - from;
    repaired.set(REPLACEMENT, to);
    to += REPLACEMENT.length;
    from = at + ESCAPE_BYTES;
  }
  repaired.set(bytes.subarray(from), to);
  return repaired;
}
