// The strict pass: one walk over the bytes that accepts exactly RFC 8259, and of that only what can be read in one way.
// Refused beyond the grammar: two equal keys (JSON.parse keeps the last, other readers the first), `__proto__`, half
// characters, and nesting that other readers give up on. It builds no values; it notes where those near the root stand.

import { addName, collectNames, createNameRows, FEW_NAMES, noteName } from './scan-names.ts';
import { malformed, refuse, skipLiteral, skipNumber, skipSpace, skipString } from './scan-tokens.ts';
import type { Scan } from './scan-tokens.ts';
import { closeSpan, lendSpans, openSpan, RECORDED_LEVELS } from './spans.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** Nesting beyond this is always refused: no MCP message needs it, and the stack of a reader is not a stranger's to spend. */
const MAX_DEPTH = 64;

export interface ScanOptions {
  /** Levels of objects and arrays; at most, and by default, 64. */
  readonly maxDepth?: number;
  /** Lone surrogate escapes are noted instead of refused. */
  readonly repair?: boolean;
}

// Written and read within one pass, which is synchronous and calls nobody.
const NAME_ROWS = createNameRows(MAX_DEPTH + 1);

/** Walks the whole text: one value with white space around it. What is wrong with it, if anything, is in `problem`. */
export function scanJson(bytes: Uint8Array, options: ScanOptions): Scan {
  const scan: Scan = {
    bytes,
    maxDepth: Math.min(options.maxDepth ?? MAX_DEPTH, MAX_DEPTH),
    repair: options.repair ?? false,
    spans: lendSpans(),
    spanTop: 0,
    names: NAME_ROWS,
    lone: undefined,
    escaped: false,
    escapedName: false,
    lossy: false,
    problem: undefined,
  };
  const at = scanValue(scan, skipSpace(bytes, 0), 0);
  if (at >= 0) {
    const end = skipSpace(bytes, at);
    if (end < bytes.length) malformed(scan, end, 'something follows the value');
  }
  return scan;
}

function scanValue(scan: Scan, from: number, level: number): number {
  if (level > RECORDED_LEVELS) return scanBareValue(scan, from, level);
  const span = openSpan(scan, from);
  const end = scanBareValue(scan, from, level);
  closeSpan(scan, span, end);
  return end;
}

function scanBareValue(scan: Scan, from: number, level: number): number {
  switch (scan.bytes[from]) {
    case QUOTE:
      return skipString(scan, from);
    case OPEN_OBJECT:
      return scanObject(scan, from, level + 1);
    case OPEN_ARRAY:
      return scanArray(scan, from, level + 1);
    case SMALL_T:
      return skipLiteral(scan, from, TRUE);
    case SMALL_F:
      return skipLiteral(scan, from, FALSE);
    case SMALL_N:
      return skipLiteral(scan, from, NULL);
    default:
      return skipNumber(scan, from);
  }
}

function scanObject(scan: Scan, from: number, level: number): number {
  if (level > scan.maxDepth) return tooDeep(scan, from);
  const bytes = scan.bytes;
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  let many: Set<string> | undefined;
  let count = 0;
  for (;;) {
    if (bytes[at] !== QUOTE) return malformed(scan, at, 'a key is missing');
    scan.escaped = false;
    const name = at + 1;
    at = skipString(scan, at);
    if (at < 0) return -1;
    scan.escapedName ||= scan.escaped;
    if (many === undefined && (count === FEW_NAMES || scan.escaped)) many = collectNames(scan, level, count);
    const fresh = many === undefined ? noteName(scan, level, count, name, at - 1) : addName(scan, many, name, at - 1);
    if (!fresh) return -1;
    count++;
    at = skipSpace(bytes, at);
    if (bytes[at] !== COLON) return malformed(scan, at, 'a colon is missing');
    at = scanValue(scan, skipSpace(bytes, at + 1), level);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return malformed(scan, at, 'a comma or a closing brace is missing');
    at = skipSpace(bytes, at + 1);
  }
}

function scanArray(scan: Scan, from: number, level: number): number {
  if (level > scan.maxDepth) return tooDeep(scan, from);
  const bytes = scan.bytes;
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    at = scanValue(scan, at, level);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return malformed(scan, at, 'a comma or a closing bracket is missing');
    at = skipSpace(bytes, at + 1);
  }
}

function tooDeep(scan: Scan, at: number): -1 {
  return refuse(scan, 'json_malformed', at, `The body nests objects and arrays more than ${scan.maxDepth} deep`);
}
