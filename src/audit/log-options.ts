// What an audit log needs to be opened, and what it takes where nothing is said.

import type { GatewayError } from '../base/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { SEGMENT_BYTES, SEGMENT_MIN_BYTES } from './format.ts';
import { createLoopLoad } from './loop-load.ts';

/** What a log needs to be opened. */
export interface AuditLogOptions {
  /** The log's own directory; must exist. One live writer each. */
  readonly directory: string;
  /** Name of the log among those of this node, as its directory is called. */
  readonly slot: string;
  /** Name of the node, for the heads of segments and for who signs. */
  readonly node?: string;
  /** Who writes, for the record; the process id if nothing is said. */
  readonly writer?: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Told when the log cannot be written, cannot take more, or soon will not; `state` says whether it goes on. */
  readonly onFault: (error: GatewayError) => void;
  readonly metrics?: Metrics;
  readonly segmentBytes?: number;
  /** Bytes that may wait for the disk; above it, decisions are refused. */
  readonly maxQueuedBytes?: number;
  /** How long a record that nobody waits for may stay in memory; it goes out earlier with the next decision. */
  readonly lingerMs?: number;
  /** How long to wait after a fault before trying again; doubled at each failure. */
  readonly retryMs?: number;
  /** Whether processor time is scarce; by default, whether the event loop is. */
  readonly isBusy?: () => boolean;
  /** The caller knows that the previous writer of this directory has ended. */
  readonly takeOver?: boolean;
  readonly beatMs?: number;
  readonly files?: LogFiles;
}

/** The options with everything said. */
export type LogSettings = Required<Omit<AuditLogOptions, 'node'>> & { readonly node: string | undefined };

const QUEUED_BYTES = 8 * 1_048_576;
const LINGER_MS = 10;
const RETRY_MS = 1_000;
const BEAT_MS = 1_000;

/** Fills in what was left out. Throws a RangeError for a segment too small to hold its own head. */
export function toSettings(options: AuditLogOptions): LogSettings {
  const { segmentBytes = SEGMENT_BYTES } = options;
  if (segmentBytes < SEGMENT_MIN_BYTES) throw new RangeError(`segmentBytes must be at least ${SEGMENT_MIN_BYTES}`);
  return {
    directory: options.directory,
    slot: options.slot,
    node: options.node,
    clock: options.clock,
    onFault: options.onFault,
    writer: options.writer ?? `pid ${process.pid}`,
    metrics: options.metrics ?? createMetrics(),
    segmentBytes,
    maxQueuedBytes: options.maxQueuedBytes ?? QUEUED_BYTES,
    lingerMs: options.lingerMs ?? LINGER_MS,
    retryMs: options.retryMs ?? RETRY_MS,
    isBusy: options.isBusy ?? createLoopLoad(),
    takeOver: options.takeOver ?? false,
    beatMs: options.beatMs ?? BEAT_MS,
    files: options.files ?? diskFiles,
  };
}
