// A small log of acts: control's own, and that of commands where no gateway runs. It is one more log beside those of the workers, read and verified with
// them. A record that was given up by its writer is never durable unheard: whoever records waits for it, or learns why it cannot be.

import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { GatewayError } from '../base/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { createLateRecords } from './late-records.ts';
import { openAuditLog } from './log.ts';
import type { AuditLog } from './log.ts';
import type { CallRecord } from './record.ts';

/** Where acts are put on record. */
export interface ActJournal {
  /** Whether it takes records now. */
  readonly canRecord: () => boolean;
  /** Resolves when they are durable; rejects when they cannot be made so. */
  readonly record: (records: readonly CallRecord[]) => Promise<void>;
  /** For what cannot wait: on record as soon as the log takes it. */
  readonly recordSoon: (records: readonly CallRecord[]) => void;
}

/** A journal with a log of its own. */
export interface ActLog extends ActJournal {
  close(): Promise<void>;
}

export interface ActLogOptions {
  /** The log's own directory; made when missing. */
  readonly directory: string;
  /** Name of the node. */
  readonly node: string;
  /** Who writes, for the record. */
  readonly writer: string;
  readonly nowMs: () => number;
  readonly onFault: (error: GatewayError) => void;
  /** The caller knows that the previous writer has ended. */
  readonly takeOver?: boolean;
  readonly metrics?: Metrics;
}

/** People do little: a segment holds some thousand acts. */
const SEGMENT_BYTES = 1024 * 1024;

/** Opens the log of a directory. Rejects when another process writes there. */
export async function openActLog({ directory, nowMs, ...options }: ActLogOptions): Promise<ActLog> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = await openAuditLog({ ...options, directory, slot: basename(directory), clock: nowMs, segmentBytes: SEGMENT_BYTES });
  const canRecord = (): boolean => log.state === 'open';
  const record = (records: readonly CallRecord[]): Promise<void> => recordAll(log, records);
  const late = createLateRecords({ canRecord, record, onDropped: (count) => options.onFault(toLoss(count)) });
  return {
    canRecord,
    record,
    recordSoon: (records) => late.add(records),
    close: async () => {
      const lost = await late.close();
      if (lost > 0) options.onFault(toLoss(lost));
      await log.close();
    },
  };
}

function toLoss(count: number): GatewayError {
  return new GatewayError('audit_unavailable', { say: `${count} records of acts could not be written.` });
}

/** Puts records of one act on record together. */
export function recordAll(log: AuditLog, records: readonly CallRecord[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const tickets = records.map((record) => log.append(record));
    if (tickets.includes(0)) return reject(log.fault ?? new GatewayError('audit_unavailable'));
    log.whenDurable(tickets.at(-1) ?? 0, (fault) => (fault === undefined ? resolve() : reject(fault)));
  });
}
