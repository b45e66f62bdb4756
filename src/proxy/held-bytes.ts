// Bytes of answers that are held until the rest of them is there, counted for each server: many answers that never end must not fill a worker.

import type { Server } from '../servers/index.ts';
import type { Call } from './exchange.ts';
import type { Refused } from './rescue.ts';

/** So many answers of the largest size may be held for one server at once. */
const MAX_HELD_ANSWERS = 8;

/** What one answer holds. */
export class HeldBytes {
  readonly #server: Server;
  readonly #maxBytes: number;
  #held = 0;

  constructor(server: Server, maxBytes: number) {
    this.#server = server;
    this.#maxBytes = maxBytes;
  }

  /** More is held. False: there is too much of it already, for all answers of the server together. */
  hold(length: number): boolean {
    this.#held += length;
    this.#server.heldBytes += length;
    return this.#server.heldBytes <= MAX_HELD_ANSWERS * this.#maxBytes;
  }

  /** Nothing is held any more. */
  release(): void {
    this.#server.heldBytes -= this.#held;
    this.#held = 0;
  }
}

const MIB = 1024 * 1024;

/** The largest answer of a call that is held whole. */
export function maxHeldBytes({ arrival: { snapshot } }: Pick<Call, 'arrival'>): number {
  return Math.max(snapshot.limits.maxListBytes, MIB);
}

/** Begins to count for an answer of a server; `maxBytes`: of the largest answer. */
export function holdBytes(server: Server, maxBytes: number): HeldBytes {
  return new HeldBytes(server, maxBytes);
}

/** What an agent reads where there is too much of it. */
export function tooMuchHeld({ name }: Server): Refused {
  return { code: 'overloaded', say: `The MCP server '${name}' has too many large answers under way; try again.` };
}

/** Answers of one server that wait to be looked into: a second of an inspector's work, and little beside what a worker holds anyway. */
const MAX_WAITING_BYTES = 24 * MIB;
const waiting = new WeakMap<Server, number>();

/** An answer waits to be looked into; gives back what ends that. Undefined: too much waits already, by which one large answer alone is not meant. */
export function waitBytes(server: Server, length: number): (() => void) | undefined {
  const before = waiting.get(server) ?? 0;
  if (before > 0 && before + length > MAX_WAITING_BYTES) return undefined;
  waiting.set(server, before + length);
  return () => void waiting.set(server, (waiting.get(server) ?? 0) - length);
}
