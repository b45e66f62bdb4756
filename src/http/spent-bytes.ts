// Memory of bytes that were read only to be written on, given back when they are written. What is read lies outside of the heap, and hardly anything in it: V8 sees
// no garbage that a quick collection would be worth, but a heap that grows by all that passes, and walks through the whole of it for every 64 MiB.
//
// Node cuts what it reads from one block of memory after the other. A block is given back when all of it has passed here, piece behind piece: then
// nobody else has a part of it.

/** Of smaller blocks it is not worth the call. */
const MIN_BYTES = 4096;

/** Pieces on their way into one socket, in the order in which they were written. */
export class SpentBytes {
  /** To be called back by the socket when the piece is written that `add` has said yes to. One function for all: Node then calls back for many at once. */
  readonly onWritten: (error?: Error | null) => void;
  /** Blocks whose last piece is on its way. */
  #waiting: ArrayBuffer[] = [];
  /** The block of which pieces are passing, and how much of it has. */
  #block: ArrayBufferLike | undefined;
  #passed = 0;
  #isBroken = false;

  constructor(then: () => void) {
    this.onWritten = (error) => {
      // What has failed is told of out of order: the system may still be at the piece in front.
      if (error !== undefined && error !== null) this.#isBroken = true;
      const first = this.#waiting.shift();
      if (this.#isBroken) this.#waiting = [];
      else first?.transfer(0);
      then();
    };
  }

  /** A piece is about to be written. True: with it all of its block has passed, and `onWritten` must be called back. */
  add({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
    if (byteOffset === 0) {
      this.#block = buffer;
      this.#passed = 0;
    }
    if (buffer !== this.#block || byteOffset !== this.#passed) {
      this.#block = undefined;
      return false;
    }
    this.#passed += byteLength;
    if (this.#passed < buffer.byteLength) return false;
    this.#block = undefined;
    if (this.#passed < MIN_BYTES || !(buffer instanceof ArrayBuffer)) return false;
    this.#waiting.push(buffer);
    return true;
  }
}
