// How the gateway is changed and asked about while it runs: the API on a socket in the data folder, and the client for it. Never on the
// road of a request, and never a place where a secret can be read back.
export { newActId, performAct, toActProblem, toActRecord } from './acts.ts';
export type { Actor, ActsOnRecord, EndOfAct, PerformedAct } from './acts.ts';
export { createActsPort } from './acts-port.ts';
export type { ActKeeper } from './route-acts.ts';
export { createAgentsPort } from './agents-port.ts';
export type { AgentsPortOptions } from './agents-port.ts';
export { createAdminClient } from './client.ts';
export type { ClientOptions } from './client.ts';
export type {
  AcceptLogInput,
  AddAgentInput,
  AddHoldInput,
  AgentView,
  ApprovalView,
  ApprovedView,
  CatalogueView,
  CheckpointsView,
  CommandAction,
  CommandActInput,
  ConfigStatus,
  DecidedApprovals,
  DecidedView,
  DecideInput,
  DecisionInput,
  ErasedSubject,
  EraseSubjectInput,
  ExplainInput,
  ExplanationView,
  FlowView,
  GatewayStatus,
  HoldView,
  IssuedKey,
  KeyInput,
  LimitsView,
  LookAlikesView,
  LockdownView,
  LockedView,
  LockView,
  OpenedRelease,
  ReleaseInput,
  ReleaseView,
  RetentionInput,
  RetentionView,
  ServerStatus,
  ShownApproval,
  SignedLogView,
  SubjectView,
  ToolFactsView,
  WithheldView,
  WorkerStatus,
  ArgumentTypes,
  ArgumentTypesInput,
  WorldView,
} from './contract.ts';
export { createLockdownPort } from './lockdown-port.ts';
export type { InForce, LockdownPortOptions } from './lockdown-port.ts';
export type {
  ActsPort,
  AdminPorts,
  AgentsPort,
  ApprovalsPort,
  Asking,
  CataloguePort,
  CheckpointsPort,
  FlowPort,
  HoldsPort,
  LockdownPort,
  PolicyPort,
  SubjectsPort,
  VaultPort,
} from './ports.ts';
export type { AdminProblem, ProblemCode } from './problems.ts';
export { createAdminServer } from './server.ts';
export type { AdminServer, AdminServerOptions } from './server.ts';
