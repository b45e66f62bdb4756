// How the gateway is told what to do: read, parse, check, compile into the immutable snapshot. Never holds a secret, only references to them;
// a mistake is answered with the file, line and path, and what to write instead.
export { formatAddress, isLoopback, parseAddress } from './address.ts';
export { labelsIn, testCases } from './case-files.ts';
export type { NamedCases, TestedCases } from './case-files.ts';
export { checkConfig } from './check.ts';
export { locationFile } from './check-residency.ts';
export { readDataFolder } from './data-folder.ts';
export { diskFiles } from './files.ts';
export type { Files, PathKind } from './files.ts';
export { showTarget } from './hide-secrets.ts';
export { importClientConfig } from './import.ts';
export type { ImportedServers, WrittenServer } from './import.ts';
export type { WrittenValue } from './import-values.ts';
export { configJsonSchema } from './json-schema.ts';
export { formatPath } from './problem.ts';
export { listSettings } from './list-settings.ts';
export type { Setting } from './list-settings.ts';
export { loadConfig, loadConfigFile, loadUntestedConfigFile, problemsOfCases } from './load.ts';
export type { LoadedConfig, Placed, UntestedConfig } from './load.ts';
export type { ConfigSource } from './parse.ts';
export {
  clearFaults,
  ensureLockdownFolder,
  isUntouched,
  liftLock,
  listLifted,
  lockdownFolder,
  newLockId,
  readLifted,
  readLocks,
  writeLock,
} from './lockdown-folder.ts';
export type { LiftedLock, Lifting, Lock, LockKind, LocksFound } from './lockdown-folder.ts';
export { formatProblem } from './problem.ts';
export { compareOutlines, outlinePolicy } from './policy-outline.ts';
export type { ChangedRule, OutlinedRule, PolicyOutline } from './policy-outline.ts';
export { readPolicySource, withPolicy } from './policy-source.ts';
export type { PolicySource } from './policy-source.ts';
export { addServers, refusedAddress, renderConfig } from './render.ts';
export type { NewConfig } from './render.ts';
export { rewriteFile, whyFixed } from './rewrite-file.ts';
export type { NotWritten } from './rewrite-file.ts';
export { resolveValue } from './secrets.ts';
export type { Unresolved } from './secrets.ts';
export { digestOf, isSnapshotDocument, nextRevision, parseSnapshotDocument } from './snapshot-document.ts';
export { compileSnapshot, withLockdown } from './snapshot.ts';
export type { Env } from './template.ts';
export type {
  Address,
  AdminConfig,
  AgentsShard,
  AggregateRoute,
  CollectorConfig,
  ConfigProblem,
  ConfigShard,
  Limits,
  ListenerConfig,
  ListenerTls,
  Route,
  Snapshot,
  Sampling,
  SnapshotDocument,
  TelemetryConfig,
} from './types.ts';
export { endedCaptures } from './check-capture.ts';
export { unreadAmong } from './unread.ts';
