// Control's own log: what people did to the gateway, and said to calls that waited for them, and what the gateway did by itself to what it keeps. It is one
// more log beside those of the workers, read and verified with them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditLog } from '../audit/index.ts';
import type { AuditLog, CallRecord } from '../audit/index.ts';
import type { Log } from '../telemetry/index.ts';

/** The log, as desks use it. */
export interface ControlLog {
  readonly canRecord: () => boolean;
  /** Rejects when it cannot be made durable. */
  readonly record: (records: readonly CallRecord[]) => Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface ControlLogOptions {
  readonly dataFolder: string;
  readonly writer: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** People do little: a segment holds some thousand acts. */
const SEGMENT_BYTES = 1024 * 1024;

export function createControlLog({ dataFolder, writer, log, nowMs }: ControlLogOptions): ControlLog {
  let audit: AuditLog | undefined;
  return {
    canRecord: () => audit?.state === 'open',
    record: (records) =>
      new Promise((resolve, reject) => {
        const seqs = records.map((one) => audit?.append(one) ?? 0);
        const last = seqs.at(-1) ?? 0;
        if (audit === undefined || seqs.includes(0)) return reject(new Error('the audit log takes nothing'));
        audit.whenDurable(last, (fault) => (fault === undefined ? resolve() : reject(fault)));
      }),
    open: async () => {
      const directory = join(dataFolder, 'audit', 'control');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      audit = await openAuditLog({
        directory,
        slot: 'control',
        writer,
        clock: nowMs,
        segmentBytes: SEGMENT_BYTES,
        onFault: (error) => log.error('the audit log cannot be written', { error }),
        takeOver: true, // The supervisor has one control at a time.
      });
    },
    close: async () => audit?.close(),
  };
}
