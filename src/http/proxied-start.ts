// The first bytes of a connection from a trusted proxy: an optional PROXY header that says who really connects. Stands on the
// wire until that is known, then hands the wire on. Refuses by closing without a word: the other end is a proxy of our own.

import { appendBytes, createByteStore, storedBytes } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';
import { readProxyHeader } from './proxy-protocol.ts';
import { deadlineAfter } from './server-limits.ts';
import type { SweepClock } from './server-limits.ts';
import type { Wire, WireEvents } from './wire.ts';

/** What the first bytes said. */
export interface ProxiedStart {
  /** The client that the proxy speaks for; undefined if it speaks for itself or sent no header. */
  readonly client: { readonly address: string; readonly port: number } | undefined;
  /** Bytes behind the header. */
  readonly rest: Buffer;
}

/** What to do with it. */
export interface ProxiedStartOptions {
  readonly wire: Wire;
  readonly clock: SweepClock;
  readonly timeoutMs: number;
  /** Whether a connection without the header is refused. */
  readonly required: boolean;
  onStart(start: ProxiedStart): void;
  onRefused(detail: string): void;
}

// A class because it has a lifetime: close().
export class ProxiedStartReader implements WireEvents {
  readonly #options: ProxiedStartOptions;
  readonly #store: ByteStore = createByteStore(0);
  readonly #deadline: number;
  #over = false;

  constructor(options: ProxiedStartOptions) {
    this.#options = options;
    this.#deadline = deadlineAfter(options.clock, options.timeoutMs);
  }

  close(): void {
    this.#over = true;
    this.#options.wire.destroy();
  }

  /** Nothing has been asked yet, so nothing is lost by closing. */
  closeIfIdle(): void {
    this.close();
  }

  sweep(): void {
    if (!this.#over && this.#options.clock.tick >= this.#deadline) this.#refuse('the PROXY header did not arrive in time');
  }

  onBytes(bytes: Buffer): void {
    if (this.#over) return;
    appendBytes(this.#store, bytes, 0, bytes.length);
    const held = storedBytes(this.#store);
    const header = readProxyHeader(held);
    switch (header.kind) {
      case 'partial':
        return;
      case 'malformed':
        return this.#refuse('the PROXY header is malformed');
      case 'absent':
        return this.#options.required ? this.#refuse('the PROXY header is missing') : this.#start({ client: undefined, rest: held });
      case 'local':
        return this.#start({ client: undefined, rest: held.subarray(header.length) });
      case 'proxied':
        return this.#start({ client: { address: header.address, port: header.port }, rest: held.subarray(header.length) });
      default:
        header satisfies never;
    }
  }

  onFinished(): void {
    this.close();
  }

  onDrain(): void {}

  onClosed(): void {
    this.#over = true;
  }

  #start(start: ProxiedStart): void {
    this.#over = true;
    this.#options.onStart(start);
  }

  #refuse(detail: string): void {
    this.#options.onRefused(detail);
    this.close();
  }
}
