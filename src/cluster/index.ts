// Many nodes, one truth: where agents, their keys' digests, the config's revisions and the catalogue are kept. Never asked while a call is on its way.
export type {
  ApprovalCaps,
  ApprovalDecision,
  ApprovalQuestion,
  ApprovalRecord,
  ApprovalRefusal,
  ApprovalState,
  ApprovalStore,
  Asked,
  Asking,
  Taking,
} from './approvals.ts';
export type { CatalogueChange, DefinitionState, DefinitionStore, SeenDefinition } from './definitions.ts';
export type { HoldRecord, HoldRefusal, HoldStore, Lifting } from './holds.ts';
export type {
  NewLink,
  NewSession,
  OperatorChange,
  OperatorEntry,
  OperatorRecord,
  OperatorRefusal,
  OperatorRole,
  OperatorScope,
  OperatorStore,
  SessionRecord,
} from './operators.ts';
export type { PolicyProposal, PolicyRevision, PolicyStore, ProposalDecision } from './policies.ts';
export type { LevelName, LevelStore } from './levels.ts';
export type { TaintStore } from './taint.ts';
export { createCheckpointTable } from './checkpoint-table.ts';
export type { CheckpointRow, CheckpointTable } from './checkpoint-table.ts';
export { lookForStore, openStore } from './sqlite-store.ts';
export type { AgentChange, AgentList, AgentPage, AgentPageQuery, ConfigRevision, Store, StoreRefusal, WriteScope } from './store.ts';
export { buildIndex as buildRecordIndex } from './records/build-index.ts';
export { openRecordIndex } from './records/sqlite-records.ts';
