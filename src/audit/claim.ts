// One live writer per log directory. Node has no file locks, so a claim is a small file with a random token and a beat that the writer
// counts up every second. Whoever finds a claim waits to see whether it still beats; whoever loses his notices before
// his next write, since he looks at the token first. So two writers never take turns in one log, not even when a process that
// seemed dead wakes up again. The caller that knows the last writer has ended (its parent) need not wait.

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statSync, write, writeSync } from 'node:fs';
import { join } from 'node:path';

import { GatewayError } from '../base/index.ts';

/** The right to write to a directory. */
export interface Claim {
  /** Looks at the file (some 2 µs): false once another writer has taken the directory. Throws when it cannot be read. */
  holds(): boolean;
  close(): void;
}

export interface ClaimOptions {
  /** The previous writer is known to have ended: do not wait for its beat. */
  readonly takeOver: boolean;
  readonly beatMs: number;
}

const FILE = 'writer';
const TOKEN_CHARS = 32;
/** A dead claim is one that misses this many beats. */
const BEATS_TO_WAIT = 2.5;
/** A writer beats every second; one that has not for so long is dead, or so busy that it does not matter. */
const ALIVE_MS = 5_000;

/** Takes the directory, or fails with `audit_unavailable` when another process writes there. */
export async function claimDirectory(directory: string, options: ClaimOptions): Promise<Claim> {
  const path = join(directory, FILE);
  const before = readClaim(path);
  if (before !== undefined && !options.takeOver) {
    await new Promise((resolve) => setTimeout(resolve, BEATS_TO_WAIT * options.beatMs));
    if (readClaim(path) !== before) {
      const pid = /^\S+ (\d+)/.exec(before)?.[1] ?? 'unknown';
      throw new GatewayError('audit_unavailable', {
        say: `Another process (pid ${pid}) writes the audit log in ${directory}; stop it first.`,
      });
    }
  }
  return holdClaim(path, options.beatMs);
}

/** Whether somebody holds a directory and gave a sign of life not long ago. */
export function isClaimed(directory: string, nowMs: number): boolean {
  const claim = statSync(join(directory, FILE), { throwIfNoEntry: false });
  return claim !== undefined && Math.abs(nowMs - claim.mtimeMs) < ALIVE_MS;
}

function holdClaim(path: string, beatMs: number): Claim {
  const token = randomBytes(TOKEN_CHARS / 2).toString('hex');
  const fd = openSync(path, 'w+', 0o600);
  const found = Buffer.alloc(TOKEN_CHARS);
  const holds = (): boolean => readSync(fd, found, 0, TOKEN_CHARS, 0) === TOKEN_CHARS && found.toString('latin1') === token;
  let beats = 0;
  let isBeating = false;
  const next = (): string => `${token} ${process.pid} ${String(++beats).padStart(12, '0')}\n`;
  writeSync(fd, next(), 0, 'latin1');
  const timer = setInterval(() => {
    try {
      if (isBeating || !holds()) return;
      isBeating = true;
      // A disk that hangs must not hang the process: whoever asks how it is must be answered.
      write(fd, next(), 0, 'latin1', () => (isBeating = false));
    } catch {
      // A disk that fails shows at the next record; a missed beat must not end the process.
    }
  }, beatMs).unref();
  return {
    holds,
    close() {
      clearInterval(timer);
      if (holds()) rmSync(path, { force: true });
      // What is still being written would be written to whatever gets this number next; the process ends soon.
      if (!isBeating) closeSync(fd);
    },
  };
}

/** What the claim says now; undefined when there is none. */
function readClaim(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(100);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
