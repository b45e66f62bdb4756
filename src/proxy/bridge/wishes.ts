// What all who share a stream wish together, kept up to date as they come and go, so that nobody who comes costs a look at all the others.

import type { ListenFilter } from './listen-filter.ts';
import type { SharedListener } from './shared-listener.ts';

/** All of them go to the server with each wider stream. */
const MAX_URIS = 4_096;
const MAX_URI_CHARS = 256 * 1024;
const BITS: readonly number[] = [1, 2, 4];

/** Nobody wishes anything. */
export class Wishes {
  size = 0;
  readonly #byUri = new Map<string, Set<SharedListener>>();
  readonly #counts: number[] = BITS.map(() => 0);
  #chars = 0;

  hasRoomFor({ uris }: ListenFilter): boolean {
    let more = 0;
    let chars = this.#chars;
    for (const uri of uris) {
      if (this.#byUri.has(uri)) continue;
      more += 1;
      chars += uri.length;
    }
    return this.#byUri.size + more <= MAX_URIS && chars <= MAX_URI_CHARS;
  }

  add(listener: SharedListener): void {
    listener.isCounted = true;
    this.size += 1;
    this.#count(listener.wish, 1);
    for (const uri of listener.wish.uris) {
      const watching = this.#byUri.get(uri);
      if (watching !== undefined) {
        watching.add(listener);
        continue;
      }
      this.#byUri.set(uri, new Set([listener]));
      this.#chars += uri.length;
    }
  }

  /** Whether or not it is one of them. */
  remove(listener: SharedListener): void {
    if (!listener.isCounted) return;
    listener.isCounted = false;
    this.size -= 1;
    this.#count(listener.wish, -1);
    for (const uri of listener.wish.uris) {
      const watching = this.#byUri.get(uri);
      if (watching?.delete(listener) !== true || watching.size > 0) continue;
      this.#byUri.delete(uri);
      this.#chars -= uri.length;
    }
  }

  /** What to ask the server for. */
  together(): ListenFilter {
    return { lists: this.#lists(), uris: [...this.#byUri.keys()] };
  }

  /** Whether what was granted before, and is still wished, is granted now. */
  isKept(before: { readonly lists: number; readonly uris: ReadonlySet<string> }, now: typeof before): boolean {
    if ((before.lists & this.#lists() & ~now.lists) !== 0) return false;
    for (const uri of before.uris) if (this.#byUri.has(uri) && !now.uris.has(uri)) return false;
    return true;
  }

  /** Who wishes to hear of one of these URIs, each once. */
  watchers(uris: readonly string[]): readonly SharedListener[] {
    const found = new Set<SharedListener>();
    for (const uri of uris) for (const listener of this.#byUri.get(uri) ?? []) found.add(listener);
    return [...found];
  }

  #lists(): number {
    return BITS.reduce((lists, bit, place) => ((this.#counts[place] ?? 0) > 0 ? lists | bit : lists), 0);
  }

  #count({ lists }: ListenFilter, by: 1 | -1): void {
    BITS.forEach((bit, place) => {
      if ((lists & bit) !== 0) this.#counts[place] = (this.#counts[place] ?? 0) + by;
    });
  }
}
