// What happened, on a record that shows every change to it, and that holds nothing of what was said: decisions and outcomes of calls,
// durable before the answer, in an append-only hash chain per process; and the tools to read and verify it without a gateway.
export { encodeRecord } from './encode-record.ts';
export { MAX_ACT_DETAILS, MAX_RECORDED_FINDINGS } from './record.ts';
export type {
  ActRecord,
  ApprovalRecord,
  AuditRecord,
  CallRecord,
  CarriedCalls,
  CheckpointRecord,
  Commitment,
  DecisionRecord,
  FlowRecord,
  LockdownRecord,
  LogEvent,
  OutcomeRecord,
  RecordedCapture,
  RecordedFinding,
  RefusalSummary,
  SegmentHead,
} from './record.ts';
export { openActLog, recordAll } from './act-log.ts';
export type { ActJournal, ActLog, ActLogOptions } from './act-log.ts';
export { createLateRecords } from './late-records.ts';
export type { LateRecords, LateRecordsOptions } from './late-records.ts';
export { createSubject, toMac } from './commitment.ts';
export type { Committed, Subject, SubjectKeys } from './commitment.ts';
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
export { DEFAULT_AUDIT, PRIVACY_PROFILES, PROFILES } from './privacy.ts';
export type { AnchorConfig, AnchorTarget, AuditSettings, CapturePurpose, PrivacyProfile, PrivacySwitches } from './privacy.ts';
export { auditSchema, toAuditSettings } from './schema.ts';
export type { AuditDocument } from './schema.ts';
export { addLeaf, addRange, copyRange, emptyRange, leafHash, nodeHash, rootOf, toRange } from './merkle.ts';
export type { CompactRange, Subtree } from './merkle.ts';
export { openNote, parseVerifierKey, printVerifierKey, readNote, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
export type { Checkpoint, VerifierKey } from './note.ts';
export { openTombstone, parseTombstoneName, readTombstone, signTombstone, toTombstoneName } from './tombstone.ts';
export type { Tombstone } from './tombstone.ts';
export { createHoldCheck, describeScope, mayConcern } from './holds.ts';
export type { Hold, HoldCheck, HoldScope } from './holds.ts';
export {
  createVaultKey,
  envelopeKey,
  fingerprintOf,
  isWhole,
  listVault,
  openEnvelope,
  parseRecipient,
  parseVaultKeyFile,
  printRecipient,
  printVaultKeyFile,
  readEnvelope,
  readHead,
  sealEnvelope,
  vaultFiles,
  vaultFolder,
  workerVaultFolder,
} from './vault/index.ts';
export type { Envelope, EnvelopeHead, EnvelopePart, EnvelopeParts, Opening, Sealing, VaultEntry, VaultFile } from './vault/index.ts';
