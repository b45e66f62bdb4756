// A history as bytes, so that it outlives its process: a line that says what there is, and the numbers behind it. What was kept by a program that counts
// otherwise, or is not whole, is nothing.

/** The used rows of one ring (ring.ts). */
export interface KeptRing {
  /** Undefined: of the gateway. */
  readonly server?: string | undefined;
  readonly name: string;
  readonly rows: Float64Array;
}

export interface KeptHistory {
  readonly sinceMs: number;
  readonly rings: readonly KeptRing[];
}

const VERSION = 1;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
const LF = 10;

/** `shape`: what the columns are; read again only where it is the same. */
export function encodeHistory(shape: string, { sinceMs, rings }: KeptHistory): Uint8Array {
  const parts = rings.map(({ server, name, rows }) => ({ server, name, numbers: rows.length }));
  const head = Buffer.from(`${JSON.stringify({ version: VERSION, shape, sinceMs, parts })}\n`);
  return Buffer.concat([head, ...rings.map(({ rows }) => Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength))]);
}

/** Undefined: it is not of this shape, or not whole. */
export function decodeHistory(shape: string, bytes: Uint8Array): KeptHistory | undefined {
  const end = bytes.indexOf(LF);
  const head = end < 0 ? undefined : readHead(Buffer.from(bytes.subarray(0, end)).toString());
  if (head === undefined || head['version'] !== VERSION || head['shape'] !== shape) return undefined;
  const { sinceMs, parts } = head;
  if (typeof sinceMs !== 'number' || !Number.isFinite(sinceMs) || !Array.isArray(parts)) return undefined;
  const rings: KeptRing[] = [];
  let at = end + 1;
  for (const part of parts) {
    const { server, name, numbers } = toMembers(part);
    if (typeof name !== 'string' || typeof numbers !== 'number' || !Number.isSafeInteger(numbers) || numbers < 0) return undefined;
    const from = at;
    at += numbers * NUMBER_BYTES;
    if (at > bytes.length) return undefined;
    // Copied: numbers begin where whole multiples of their size do, and the line before them does not end there.
    const rows = new Float64Array(new Uint8Array(bytes.subarray(from, at)).buffer);
    if (!rows.every((value) => Number.isFinite(value) && value >= 0)) return undefined;
    rings.push({ server: typeof server === 'string' ? server : undefined, name, rows });
  }
  return at === bytes.length ? { sinceMs, rings } : undefined;
}

function readHead(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return toMembers(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function toMembers(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
