// Control's own log: what people said to calls that waited for them. It is one more log beside those of the workers, read and verified with them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { ApprovalRecord } from '../cluster/index.ts';
import type { Log } from '../telemetry/index.ts';

/** The log, as the desk uses it. */
export interface ApprovalLog {
  readonly canRecord: () => boolean;
  /** Rejects when it cannot be made durable. */
  readonly record: (said: readonly ApprovalRecord[]) => Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface ApprovalLogOptions {
  readonly dataFolder: string;
  readonly writer: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** People say little: a segment holds some thousand answers. */
const SEGMENT_BYTES = 1024 * 1024;

export function createApprovalLog({ dataFolder, writer, log, nowMs }: ApprovalLogOptions): ApprovalLog {
  let audit: AuditLog | undefined;
  return {
    canRecord: () => audit?.state === 'open',
    record: (said) =>
      new Promise((resolve, reject) => {
        const seqs = said.map((one) => audit?.append(toRecord(one, nowMs())) ?? 0);
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

function toRecord(said: ApprovalRecord, time: number): Parameters<AuditLog['append']>[0] {
  const { kind, name } = said;
  return {
    kind: 'approval',
    time,
    event: said.state === 'rejected' ? 'rejected' : 'approved',
    approval: said.id,
    act: said.act ?? '',
    by: said.decidedBy ?? '',
    tenant: said.tenant,
    agent: said.agent,
    user: said.user ?? undefined,
    server: said.server,
    tool: kind === 'tool' ? name : undefined,
    prompt: kind === 'prompt' ? name : undefined,
    resource: kind === 'resource' ? name : undefined,
    rule: said.rule,
    since: said.createdAt,
  };
}
