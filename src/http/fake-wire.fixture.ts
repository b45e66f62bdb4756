// A wire for tests: takes what is written, and plays the client's side of the connection by hand.

import type { Wire, WireEvents } from './wire.ts';

/** A wire without a socket. */
export interface FakeWire extends Wire {
  /** Everything written so far, as Latin-1 text, one entry per write. */
  readonly writes: string[];
  readonly paused: boolean;
  readonly finished: boolean;
  readonly destroyed: boolean;
  readonly stallTimeoutMs: number;
  /** Bytes to be counted as not yet taken. */
  queuedBytes: number;
  /** What `write` is to say. */
  accepts: boolean;
  /** The client sends text (as Latin-1); gives back the very bytes that were handed over. */
  receive(text: string): Buffer;
  /** The client ends its side. */
  hangUp(): void;
  /** The connection goes away. */
  drop(): void;
  drain(): void;
}

/** A wire whose far end is the test. */
export function createFakeWire(): FakeWire {
  return new Fake();
}

class Fake implements FakeWire {
  readonly writes: string[] = [];
  paused = false;
  finished = false;
  destroyed = false;
  stallTimeoutMs = 0;
  queuedBytes = 0;
  accepts = true;
  #events: WireEvents | undefined;
  #gone = false;

  attach(events: WireEvents): void {
    this.#events = events;
  }

  write(...parts: readonly (Uint8Array | undefined)[]): boolean {
    if (this.finished || this.destroyed) return true;
    this.writes.push(Buffer.concat(parts.filter((part) => part !== undefined)).toString('latin1'));
    return this.accepts;
  }

  pass(...parts: readonly Uint8Array[]): boolean {
    return this.write(...parts);
  }

  finish(): void {
    this.finished = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.drop();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  watchStall(timeoutMs: number): void {
    this.stallTimeoutMs = timeoutMs;
  }

  receive(text: string): Buffer {
    const bytes = Buffer.from(text, 'latin1');
    if (!this.#gone) this.#events?.onBytes(bytes);
    return bytes;
  }

  hangUp(): void {
    if (!this.#gone) this.#events?.onFinished();
  }

  drop(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events?.onClosed();
  }

  drain(): void {
    this.#events?.onDrain();
  }
}
