// Control's own log: what people did to the gateway, and said to calls that waited for them, and what the gateway did by itself to what it keeps. It is one
// more log beside those of the workers, read and verified with them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLateRecords, openAuditLog, recordAll } from '../audit/index.ts';
import type { ActJournal, AuditLog, CallRecord } from '../audit/index.ts';
import type { Log } from '../telemetry/index.ts';

/** The log, as desks use it. */
export interface ControlLog extends ActJournal {
  /** The log itself; undefined until it is open. */
  readonly log: AuditLog | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface ControlLogOptions {
  readonly dataFolder: string;
  /** Name of the node. */
  readonly node: string;
  readonly writer: string;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Told of what is on record now. */
  readonly onRecorded: (records: readonly CallRecord[]) => void;
}

/** People do little: a segment holds some thousand acts. */
const SEGMENT_BYTES = 1024 * 1024;

export function createControlLog({ dataFolder, node, writer, log, nowMs, onRecorded }: ControlLogOptions): ControlLog {
  let audit: AuditLog | undefined;
  const canRecord = (): boolean => audit?.state === 'open';
  const record = async (records: readonly CallRecord[]): Promise<void> => {
    if (audit === undefined) throw new Error('the audit log is not open');
    await recordAll(audit, records);
    onRecorded(records);
  };
  const late = createLateRecords({ canRecord, record, onDropped: (count) => log.error('acts cannot be put on record', { count }) });
  return {
    get log() {
      return audit;
    },
    canRecord,
    record,
    recordSoon: (records) => late.add(records),
    open: async () => {
      const directory = join(dataFolder, 'audit', 'control');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      audit = await openAuditLog({
        directory,
        slot: 'control',
        node,
        writer,
        clock: nowMs,
        segmentBytes: SEGMENT_BYTES,
        onFault: (error) => log.error('the audit log cannot be written', { error }),
        takeOver: true, // The supervisor has one control at a time.
      });
    },
    close: async () => {
      const lost = await late.close();
      if (lost > 0) log.error('acts were not put on record', { count: lost });
      await audit?.close();
    },
  };
}
