// Just enough HTTP to check an answer: status, length or chunks, whether the connection closes. Pure.
// Not a model of a client: the gateway's own is in src/http. It must notice every wrong byte and cost next to nothing.

/** What the bytes received so far are. */
export type Answer =
  | { readonly kind: 'partial' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'answer'; readonly status: number; readonly body: Buffer; readonly closes: boolean };

interface Head {
  readonly status: number;
  /** Undefined: chunked. */
  readonly contentLength: number | undefined;
  readonly closes: boolean;
}

const PARTIAL: Answer = { kind: 'partial' };
const MALFORMED: Answer = { kind: 'malformed' };

// Consecutive heads are mostly the same bytes: the last one is kept, parsed.
let lastHeadBytes = Buffer.alloc(0);
let lastHead: Head | undefined;

/** Reads one whole answer that must fill `bytes` exactly, since one call is in flight per connection. */
export function parseAnswer(bytes: Buffer): Answer {
  const headEnd = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (headEnd < 0) return PARTIAL;
  const head = parseHead(bytes.subarray(0, headEnd + 2));
  if (head === undefined) return MALFORMED;
  const start = headEnd + 4;
  if (head.contentLength === undefined) return parseChunks(bytes, start, head);
  const end = start + head.contentLength;
  if (bytes.length < end) return PARTIAL;
  if (bytes.length > end) return MALFORMED;
  return { kind: 'answer', status: head.status, body: bytes.subarray(start, end), closes: head.closes };
}

function parseHead(bytes: Buffer): Head | undefined {
  if (lastHead !== undefined && bytes.equals(lastHeadBytes)) return lastHead;
  const text = bytes.toString('latin1').toLowerCase();
  const status = Number(/^http\/1\.1 (\d{3}) /.exec(text)?.[1]);
  const length = /\r\ncontent-length: *(\d+)\r\n/.exec(text)?.[1];
  if (!Number.isInteger(status)) return undefined;
  if (length === undefined && !text.includes('\r\ntransfer-encoding: chunked\r\n')) return undefined;
  lastHeadBytes = Buffer.from(bytes);
  lastHead = {
    status,
    contentLength: length === undefined ? undefined : Number(length),
    closes: text.includes('\r\nconnection: close\r\n'),
  };
  return lastHead;
}

function parseChunks(bytes: Buffer, start: number, head: Head): Answer {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return PARTIAL;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!Number.isInteger(size)) return MALFORMED;
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return PARTIAL;
    if (size === 0) {
      return bytes.length === end + 2
        ? { kind: 'answer', status: head.status, body: Buffer.concat(chunks), closes: head.closes }
        : MALFORMED;
    }
    chunks.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
