// A file of small entries of one size, of which each can be destroyed where it stands. What is kept in it must not leave copies: so nothing is ever moved
// or written anew, a destroyed entry is zeros on the disk when `destroy` returns, and its place is used again. (A disk or a file system that keeps old
// blocks by itself, and a backup, are beyond what a program can do; docs/audit.md says so.)
//
// FORMAT. The first slot is the header: a line of ASCII that names what is in the file and its version, then zeros. Every other slot is zeros, or
//     state (1: in use, 2: being destroyed) · body · the first 16 bytes of SHA-256( state · body )
// A slot is a power of two of bytes, so none lies across two sectors. Writes go through a descriptor opened O_DSYNC, since the permission model
// denies fsync. A slot whose digest does not fit was torn before anybody was told of it, or has gone bad: it is left as it is, and not used.

import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { sha256 } from '../base/index.ts';

/** An open file of slots. All members throw when the disk does. */
export interface SlotFile {
  /** The bodies in use, by slot; views that change when a slot is destroyed. */
  readonly bodies: ReadonlyMap<number, Buffer>;
  /** Slots that were being destroyed when the last process ended: the owner finishes it. */
  readonly unfinished: readonly number[];
  /** Slots that hold what cannot be read. */
  readonly damaged: number;
  /** Adds a body, which is on disk when this returns; gives its slot. */
  add(body: Uint8Array): number;
  /** From now on it counts as being destroyed, also after a crash. */
  condemn(slot: number): void;
  /** It is zeros on the disk, and in memory, when this returns. */
  destroy(slot: number): void;
  close(): void;
}

export interface SlotFileOptions {
  readonly slotBytes: number;
  /** What stands in the header: name and version. */
  readonly title: string;
}

const DIGEST_BYTES = 16;
const FREE = 0;
const IN_USE = 1;
const CONDEMNED = 2;

/** Bytes of a body in a slot of this size. */
export function bodyBytes(slotBytes: number): number {
  return slotBytes - 1 - DIGEST_BYTES;
}

/** Opens a file of slots, or makes one. Throws where it is of another kind. */
export function openSlotFile(path: string, { slotBytes, title }: SlotFileOptions): SlotFile {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC, 0o600);
  const bodies = new Map<number, Buffer>();
  const unfinished: number[] = [];
  const free: number[] = [];
  let slots = 0;
  let damaged = 0;

  const write = (slot: number, bytes: Uint8Array): void => {
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, slot * slotBytes + done);
  };
  const bodyOf = (slot: number): Buffer => {
    const body = bodies.get(slot);
    if (body === undefined) throw new Error(`${path} has nothing in slot ${slot}`);
    return body;
  };
  const load = (): void => {
    const bytes = readAll(fd);
    const header = Buffer.alloc(slotBytes, `${title}\n`, 'ascii').fill(0, title.length + 1);
    // A file that was made a moment before a crash may end in the middle of its header.
    if (bytes.length < slotBytes && header.subarray(0, bytes.length).equals(bytes)) {
      write(0, header);
      slots = 1;
      return;
    }
    if (!bytes.subarray(0, slotBytes).equals(header)) throw new Error(`${path} is of no known form`);
    slots = Math.ceil(bytes.length / slotBytes);
    for (let slot = 1; slot < slots; slot++) {
      const one = bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes);
      if (one.every((byte) => byte === 0)) free.push(slot);
      else if (!isWhole(one, slotBytes)) damaged += 1;
      else {
        bodies.set(slot, one.subarray(1, slotBytes - DIGEST_BYTES));
        if (one[0] === CONDEMNED) unfinished.push(slot);
      }
    }
    free.reverse();
  };

  try {
    load();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    bodies,
    unfinished,
    get damaged() {
      return damaged;
    },
    add: (body) => {
      const slot = free.at(-1) ?? slots;
      const bytes = encode(IN_USE, body, slotBytes);
      write(slot, bytes);
      if (slot === slots) slots += 1;
      else free.pop();
      bodies.set(slot, bytes.subarray(1, slotBytes - DIGEST_BYTES));
      return slot;
    },
    condemn: (slot) => write(slot, encode(CONDEMNED, bodyOf(slot), slotBytes)),
    destroy: (slot) => {
      const body = bodyOf(slot);
      write(slot, Buffer.alloc(slotBytes));
      body.fill(0);
      bodies.delete(slot);
      free.push(slot);
    },
    close: () => closeSync(fd),
  };
}

function encode(state: number, body: Uint8Array, slotBytes: number): Buffer {
  if (body.length > bodyBytes(slotBytes)) throw new RangeError('a body is larger than its slot');
  const bytes = Buffer.alloc(slotBytes);
  bytes[0] = state;
  bytes.set(body, 1);
  bytes.set(digestOf(bytes, slotBytes), slotBytes - DIGEST_BYTES);
  return bytes;
}

function isWhole(bytes: Buffer, slotBytes: number): boolean {
  if (bytes.length < slotBytes || bytes[0] === FREE || (bytes[0] !== IN_USE && bytes[0] !== CONDEMNED)) return false;
  return bytes.subarray(slotBytes - DIGEST_BYTES).equals(digestOf(bytes, slotBytes));
}

function digestOf(bytes: Buffer, slotBytes: number): Uint8Array {
  return sha256(bytes.subarray(0, slotBytes - DIGEST_BYTES)).subarray(0, DIGEST_BYTES);
}

function readAll(fd: number): Buffer {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const read = readSync(fd, bytes, done, size - done, done);
    if (read === 0) return bytes.subarray(0, done);
    done += read;
  }
  return bytes;
}
