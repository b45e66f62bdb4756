// The vault as a worker sees it: give it what was said, and it lies sealed on the disk a moment later. Nobody waits for that but what the rules oblige to:
// where the disk does not take envelopes, it says so at once, and a call that would need one is not carried. It must never hold without bound, and never
// write anything that is not sealed.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../base/index.ts';
import type { Metrics } from '../../telemetry/index.ts';
import { diskFiles } from '../files.ts';
import type { LogFile, LogFiles } from '../files.ts';
import type { RecordedCapture } from '../record.ts';
import { sealEnvelope } from './envelope.ts';
import type { Sealing } from './envelope.ts';
import type { EnvelopeParts } from './types.ts';
import { envelopeFile } from './vault-folder.ts';

/** A sealed message that is not in the vault yet. */
export interface SealedMessage {
  /** What goes on record of it. */
  readonly capture: RecordedCapture;
  /** It is on record: from now on it waits to be written. What is not kept is nowhere. */
  keep(): void;
}

/** A worker's part of the vault. */
export interface Vault {
  /** Whether envelopes are taken now. */
  readonly takes: boolean;
  /** Whether the disk took none when it was last tried; it is tried again. */
  readonly isFaulted: boolean;
  /** Bytes that wait for the disk, or that somebody holds to have them sealed. */
  readonly heldBytes: number;
  /** Seals a message; undefined: nothing is taken now. */
  seal(parts: EnvelopeParts, message: Uint8Array, sealing: Sealing): SealedMessage | undefined;
  /** Room for what is gathered until it can be sealed; false: there is none. Everything reserved is freed again. */
  reserve(bytes: number): boolean;
  free(bytes: number): void;
  /** Writes what waits, as far as the disk takes it. */
  close(): Promise<void>;
}

export interface VaultOptions {
  /** The worker's own folder; must exist. */
  readonly folder: string;
  readonly metrics: Metrics;
  /** Told when envelopes cannot be written, and when some are lost. Once, until they can be written again. */
  readonly onFault: (error: GatewayError) => void;
  readonly files?: LogFiles;
  readonly makeFolder?: (path: string) => Promise<unknown>;
  readonly maxHeldBytes?: number;
  readonly retryMs?: number;
}

/** Longer messages are cut: whoever looks at one by one reads no more. */
export const MAX_MESSAGE_BYTES = 4 * 1_048_576;

const HELD_BYTES = 64 * 1_048_576;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** The log writes through the same few threads, and calls wait for it. */
const MAX_WRITES = 2;

interface Waiting {
  readonly day: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** The vault in a folder. */
export function createVault(options: VaultOptions): Vault {
  const { folder, metrics, files = diskFiles, maxHeldBytes = HELD_BYTES, retryMs = RETRY_MS } = options;
  const makeFolder = options.makeFolder ?? ((path: string) => mkdir(path, { recursive: true, mode: 0o700 }));
  const held = metrics.gauge('sallyport.vault.held', {});
  const faulted = metrics.gauge('sallyport.vault.faulted', {});
  const waiting: Waiting[] = [];
  const days = new Set<string>();
  let heldBytes = 0;
  let writes = 0;
  let failures = 0;
  let closing = false;
  let retry: NodeJS.Timeout | undefined;
  let onQuiet: (() => void) | undefined;

  const whyFull = (bytes: number): string | undefined => {
    if (closing) return 'closed';
    if (failures > 0) return 'faulted';
    return heldBytes + bytes > maxHeldBytes ? 'full' : undefined;
  };
  const hasRoom = (bytes: number): boolean => {
    const reason = whyFull(bytes);
    if (reason !== undefined) metrics.counter('sallyport.vault.refused', { reason }).add();
    return reason === undefined;
  };
  const hold = (bytes: number): void => {
    heldBytes += bytes;
    held.set(heldBytes);
  };
  const fail = (cause: unknown): void => {
    failures += 1;
    faulted.set(1);
    if (failures === 1) tell(options, new GatewayError('audit_unavailable', { cause, say: 'The vault cannot be written.' }));
  };
  const recover = (): void => {
    failures = 0;
    faulted.set(0);
  };

  const write = async (one: Waiting): Promise<void> => {
    const path = join(folder, one.day);
    if (!days.has(one.day)) await makeFolder(path);
    days.add(one.day);
    const file = await openNew(files, join(path, one.file));
    try {
      await new Promise<void>((resolve, reject) => file.write(one.bytes, 0, (error) => (error === null ? resolve() : reject(error))));
    } finally {
      await file.close();
    }
  };
  const next = (): void => {
    while (writes < (failures > 0 ? 1 : MAX_WRITES) && retry === undefined) {
      const one = waiting.shift();
      if (one === undefined) break;
      writes += 1;
      write(one).then(
        () => finish(one),
        (error: unknown) => putBack(one, error),
      );
    }
    if (writes === 0 && (waiting.length === 0 || closing)) onQuiet?.();
  };
  const finish = (one: Waiting): void => {
    writes -= 1;
    hold(-one.bytes.length);
    recover();
    next();
  };
  /** It is tried again until the process ends: its record is there already. */
  const putBack = (one: Waiting, error: unknown): void => {
    writes -= 1;
    waiting.unshift(one);
    fail(error);
    if (!closing) {
      const waitMs = Math.min(retryMs * 2 ** (failures - 1), RETRY_MAX_MS);
      retry ??= setTimeout(() => {
        retry = undefined;
        next();
      }, waitMs);
    }
    if (closing && writes === 0) onQuiet?.();
  };

  return {
    get takes() {
      return whyFull(0) === undefined;
    },
    get isFaulted() {
      return failures > 0;
    },
    get heldBytes() {
      return heldBytes;
    },
    seal(parts, message, sealing) {
      if (!hasRoom(message.length)) return undefined;
      const { bytes, sha256 } = sealEnvelope(parts, message, sealing);
      return {
        capture: { id: parts.id, purpose: parts.purpose, bytes: bytes.length, sha256 },
        keep: () => {
          hold(bytes.length);
          waiting.push({ ...envelopeFile(parts.id, parts.time), bytes });
          metrics.counter('sallyport.vault.sealed', { part: parts.part }).add();
          next();
        },
      };
    },
    reserve(bytes) {
      if (!hasRoom(bytes)) return false;
      hold(bytes);
      return true;
    },
    free: (bytes) => hold(-bytes),
    async close() {
      closing = true;
      clearTimeout(retry);
      retry = undefined;
      if (writes > 0 || waiting.length > 0) {
        await new Promise<void>((resolve) => {
          onQuiet = resolve;
          next();
        });
      }
      onQuiet = undefined;
      const lost = waiting.splice(0);
      if (lost.length === 0) return;
      metrics.counter('sallyport.vault.refused', { reason: 'lost' }).add(lost.length);
      tell(options, new GatewayError('audit_unavailable', { say: `${lost.length} envelopes of the vault could not be written.` }));
    },
  };
}

/** What an attempt that failed has left is written over: it is the same envelope. */
async function openNew(files: LogFiles, path: string): Promise<LogFile> {
  try {
    return await files.open(path, 'create');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return files.open(path, 'write');
    throw error;
  }
}

function tell({ onFault }: VaultOptions, error: GatewayError): void {
  try {
    onFault(error);
  } catch {
    // Whoever is told must not stop the vault.
  }
}
