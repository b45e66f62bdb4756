// Bytes that arrive in pieces, kept in one growing buffer: memory stays within twice what was received, however small the
// pieces (an array of one-byte chunks would cost a hundredfold) and whatever length was promised. Append-only: a view handed
// out is never written to again.

const FIRST_BYTES = 1024;

/** A growing buffer; only the first `length` bytes count. */
export interface ByteStore {
  bytes: Buffer;
  length: number;
}

/** An empty store with room for `roomBytes`. */
export function createByteStore(roomBytes: number): ByteStore {
  return { bytes: Buffer.allocUnsafe(Math.max(FIRST_BYTES, roomBytes)), length: 0 };
}

/** Appends source[start, end). */
export function appendBytes(store: ByteStore, source: Buffer, start: number, end: number): void {
  const needed = store.length + end - start;
  if (needed > store.bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * store.bytes.length));
    store.bytes.copy(larger, 0, 0, store.length);
    store.bytes = larger;
  }
  source.copy(store.bytes, store.length, start, end);
  store.length = needed;
}

/** What has been stored, as a view. */
export function storedBytes(store: ByteStore): Buffer {
  return store.bytes.subarray(0, store.length);
}
