// What happened, on a record that shows every change to it, and that holds nothing of what was said: decisions and outcomes of calls,
// durable before the answer, in an append-only hash chain per process; and the tools to read and verify it without a gateway.
export { DECISION_REASONS } from './decision-reasons.ts';
export type { DecisionReason } from './decision-reasons.ts';
export { encodeRecord } from './encode-record.ts';
export { toRecordedUri } from './recorded-uri.ts';
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
export type { VerifyProgress } from './read-meter.ts';
export type { KeySource, VerifyOptions, VerifyReport } from './verify.ts';
export type { LogReport } from './verify-log.ts';
export { noteOf } from './checkpoint-record.ts';
export { CHECKPOINT_KEY_FILE, findKeys, LAST_CHECKPOINT_FILE, parseKeys, readNotes } from './checkpoint-files.ts';
export type { FoundNote } from './checkpoint-files.ts';
export { createProgressReport, describeBad, describeGood, describeReport } from './describe-report.ts';
export { findUnreadable } from './readable.ts';
export { checkProof, printProof } from './check-proof.ts';
export type { CheckedProof, Proof } from './check-proof.ts';
export { newestOf, proveConsistency, proveInclusion } from './prove.ts';
export type { ProveOptions, SignedNote } from './prove.ts';
export type { Finding, Tampering } from './chain-check.ts';
export { toFindings, toMembers, toNumber } from './read-members.ts';
export { tailLogs } from './tail.ts';
export type { TailOptions, TailRecord } from './tail.ts';
export { DEFAULT_AUDIT, PRIVACY_PROFILES, PROFILES } from './privacy.ts';
export type { AnchorConfig, AnchorTarget, AuditSettings, CapturePurpose, PrivacyProfile, PrivacySwitches } from './privacy.ts';
export { auditSchema, toAuditSettings } from './schema.ts';
export type { AuditDocument } from './schema.ts';
export { emptyRange, rootOf } from './merkle.ts';
export type { CompactRange, Subtree } from './merkle.ts';
export { openNote, parseVerifierKey, printVerifierKey, readNote, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
export type { Checkpoint, VerifierKey } from './note.ts';
export { parseTombstoneName, readTombstone, signTombstone } from './tombstone.ts';
export type { Tombstone } from './tombstone.ts';
export { proveRemoval } from './removal.ts';
export type { ProvedRemoval, Removal } from './removal.ts';
export { planRetention } from './retention.ts';
export type { HeldSegment, LogPlan, RetentionOptions } from './retention.ts';
export { removeEnvelopes } from './remove-envelopes.ts';
export type { EnvelopeSweep, SweptEnvelopes } from './remove-envelopes.ts';
export { renewIdleLog } from './renew-idle.ts';
export type { Renewal } from './renew-idle.ts';
export { finishRemovals, placeTombstone, removeSegments } from './shorten.ts';
export type { SegmentSpan } from './shorten.ts';
export { describeScope } from './holds.ts';
export { findHoldsOn } from './hold-search.ts';
export type { Hold, HoldCheck, HoldScope } from './holds.ts';
export {
  checkVault,
  createVault,
  createVaultKey,
  envelopeKey,
  fingerprintOf,
  isOver,
  isWhole,
  keptUntil,
  listVault,
  MAX_MESSAGE_BYTES,
  openEnvelope,
  parseRecipient,
  parseVaultKeyFile,
  printRecipient,
  printVaultKeyFile,
  readEnvelope,
  readHead,
  vaultFiles,
  vaultFolder,
  workerVaultFolder,
} from './vault/index.ts';
export type {
  Envelope,
  EnvelopeHead,
  EnvelopePart,
  EnvelopeParts,
  Opening,
  SealedMessage,
  Sealing,
  Vault,
  VaultEntry,
  VaultFile,
  VaultReport,
} from './vault/index.ts';
export { parseCheckpointAnswer } from './checkpointing.ts';
export type { AskForCheckpoint, CheckpointAnswer, CheckpointAsk, CheckpointDispute } from './checkpointing.ts';
export { createCheckpointer } from './checkpointer.ts';
export type { Checkpointer, CheckpointState } from './checkpointer.ts';
export { isClaimed } from './claim.ts';
export { signIdleLog, stampOf } from './idle-log.ts';
export { readIdentity } from './log-identity.ts';
export { nodeName } from './node-name.ts';
export { parseFrame, toSegmentName } from './format.ts';
export { listLogs } from './log-directory.ts';
export type { LogDirectory } from './log-directory.ts';
export { hasBegun, readSegment } from './read-segment.ts';
export { ENTRY_KINDS, factsOf, GIVEN_UP, isGivenUp, isUnderWay, outcomeFactsOf, toEntryKind, toEntryLine } from './entries/entry.ts';
export type { Entry, EntryFacts, EntryKind, EntryLine, OutcomeFacts } from './entries/entry.ts';
export { matchesEntry, toWholeDays } from './entries/filter.ts';
export { withholdNames, withholdNamesIn } from './entries/withhold.ts';
export type { EntryFilter } from './entries/filter.ts';
export { createLineSource } from './entries/line-source.ts';
export type { LinePlace, LineSource } from './entries/line-source.ts';
export { COUNT_BY } from './entries/record-index.ts';
export type {
  CatchUpOptions,
  CountBy,
  CountedGroup,
  EntryPlace,
  EntryQuery,
  IndexProgress,
  IndexReport,
  UnplacedLines,
  RecordIndex,
} from './entries/record-index.ts';
export { createBreachTally } from './entries/breach.ts';
export type { BreachReport, BreachTally, Party } from './entries/breach.ts';
export { EXPORT_FORMATS, exportEntries } from './export/export.ts';
export type { ExportFormat } from './export/export.ts';
export { toJsonLine } from './export/jsonl.ts';
