// What happened, on a record that shows every change to it, and that holds nothing of what was said: decisions and outcomes of calls,
// durable before the answer, in an append-only hash chain per process; and the tools to read and verify it without a gateway.
export { encodeRecord, MAX_RECORDED_FINDINGS } from './record.ts';
export type {
  ApprovalRecord,
  AuditRecord,
  CallRecord,
  CarriedCalls,
  DecisionRecord,
  FlowRecord,
  LockdownRecord,
  LogEvent,
  OutcomeRecord,
  RecordedFinding,
  RefusalSummary,
  SegmentHead,
} from './record.ts';
export { createCallIds } from './call-ids.ts';
export { openAuditLog } from './log.ts';
export type { AuditLog, AuditLogState } from './log.ts';
export type { AuditLogOptions } from './log-options.ts';
export type { OnDurable } from './tickets.ts';
export type { LogFile, LogFiles } from './files.ts';
export { createRefusalCounter } from './refusals.ts';
export type { RefusalCounter, RefusalCounterOptions } from './refusals.ts';
export { verifyLogs } from './verify.ts';
export type { LogReport, VerifyReport } from './verify.ts';
export type { Finding, Tampering } from './chain-check.ts';
export { toFindings, toNumber } from './read-members.ts';
export { tailLogs } from './tail.ts';
export type { TailOptions, TailRecord } from './tail.ts';
