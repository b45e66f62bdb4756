// What the codec needs of a socket, and no more: plain TCP, TLS, unix sockets and a test's fake all stand behind it, and another
// runtime's sockets could. It moves bytes and reports; it never decides when to close.

import type { Socket } from 'node:net';
import { SpentBytes } from './spent-bytes.ts';

/** One accepted connection. */
export interface Wire {
  /** Bytes written that the system has not yet taken. */
  readonly queuedBytes: number;
  /** Sends bytes in one write; `more` and `tail` follow them without being copied. False: the queue is above the high-water mark, wait for onDrain. */
  write(bytes: Uint8Array, more?: Uint8Array, tail?: Uint8Array): boolean;
  /** The same, of bytes that nobody else has: their memory is given back when they are written, which empties them. */
  pass(front: Uint8Array, bytes: Uint8Array, back: Uint8Array): boolean;
  /** Ends our sending side once everything is sent; the other side may go on sending. */
  finish(): void;
  /** Ends both sides now. */
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Destroys the connection when nothing moves for so long; 0 stops watching. */
  watchStall(timeoutMs: number): void;
  /** Says who is told what happens from now on. */
  attach(events: WireEvents): void;
}

/** Who is told what happens on a wire. */
export interface WireEvents {
  /** The bytes are the receiver's to keep. */
  onBytes(bytes: Buffer): void;
  /** The other side will send no more. */
  onFinished(): void;
  /** The queue, reported full before, has room again. */
  onDrain(): void;
  /** The connection is gone, for whatever reason. Called once. */
  onClosed(): void;
}

/** Puts a socket behind the interface. The socket must have been made with allowHalfOpen, so that finish() ends one side only. */
export function createSocketWire(socket: Socket, highWaterBytes: number): Wire {
  return new SocketWire(socket, highWaterBytes);
}

class SocketWire implements Wire {
  readonly #socket: Socket;
  readonly #highWaterBytes: number;
  readonly #onFlushed: () => void;
  #events: WireEvents | undefined;
  #full = false;
  /** Most connections never pass anything on. */
  #spent: SpentBytes | undefined;

  constructor(socket: Socket, highWaterBytes: number) {
    this.#socket = socket;
    this.#highWaterBytes = highWaterBytes;
    this.#onFlushed = () => this.#flushed();
    socket.on('timeout', () => socket.destroy());
    // A reset is no fault of ours and 'close' follows; without a listener it would end the process.
    socket.on('error', () => socket.destroy());
  }

  attach(events: WireEvents): void {
    const socket = this.#socket;
    const first = this.#events === undefined;
    this.#events = events;
    if (!first) return;
    socket.on('end', () => this.#events?.onFinished());
    socket.once('close', () => this.#events?.onClosed());
    // Last: this starts the flow.
    socket.on('data', (bytes: Buffer) => this.#events?.onBytes(bytes));
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array, more?: Uint8Array, tail?: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    if (more === undefined) {
      this.#send(bytes);
    } else {
      socket.cork();
      socket.write(bytes);
      if (tail !== undefined) socket.write(more);
      this.#send(tail ?? more);
      socket.uncork();
    }
    return !this.#full;
  }

  pass(front: Uint8Array, bytes: Uint8Array, back: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    const spent = (this.#spent ??= new SpentBytes(this.#onFlushed));
    if (!spent.add(bytes)) return this.write(front, bytes, back);
    socket.cork();
    socket.write(front);
    socket.write(bytes, spent.onWritten);
    this.#send(back);
    socket.uncork();
    return !this.#full;
  }

  finish(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  watchStall(timeoutMs: number): void {
    this.#socket.setTimeout(timeoutMs);
  }

  // The socket's own 'drain' follows its own mark, which a handed-in socket need not share with us: so ask for the end of this
  // write, but only where it lifts the queue above ours or finds it there.
  #send(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (!this.#full && socket.writableLength + bytes.length <= this.#highWaterBytes) {
      socket.write(bytes);
      return;
    }
    socket.write(bytes, this.#onFlushed);
    this.#full = this.#full || socket.writableLength > this.#highWaterBytes;
  }

  #flushed(): void {
    if (!this.#full || this.#socket.writableLength > this.#highWaterBytes / 2) return;
    this.#full = false;
    this.#events?.onDrain();
  }
}
