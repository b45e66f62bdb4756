// How the gateway is changed and asked about while it runs: the API on a socket in the data folder, and the client for it. Never on the
// road of a request, and never a place where a secret can be read back.
export { newActId, performAct, toActProblem, toActRecord } from './acts.ts';
export type { Actor, ActsOnRecord, EndOfAct, PerformedAct } from './acts.ts';
export { createActsPort } from './acts-port.ts';
export type { ActKeeper } from './route-acts.ts';
export { THRESHOLDS } from './thresholds.ts';
export { createAgentPagesPort, createAgentsPort } from './agents-port.ts';
export type { ConsoleSettings } from './console-settings.ts';
export { firstLink } from './first-operator.ts';
export { createOperatorsPort } from './operators-port.ts';
export { createSessionWatch } from './session-watch.ts';
export { createSessionsPort } from './sessions-port.ts';
export type { AgentsPortOptions } from './agents-port.ts';
export { createAdminClient } from './client.ts';
export type { ClientOptions } from './client.ts';
export type {
  AcceptLogInput,
  AddedOperator,
  AddAgentInput,
  AddHoldInput,
  AddOperatorInput,
  AgentView,
  ApprovalView,
  ApprovedView,
  CapacityView,
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
  LinkView,
  LookAlikesView,
  LockdownView,
  LockedView,
  LockView,
  OpenedRelease,
  OperatorView,
  Overview,
  OverviewPoint,
  ProbeHop,
  Quantiles,
  ReleaseInput,
  ReleaseView,
  ResourceView,
  RetentionInput,
  RetentionView,
  ServerDetail,
  ServerPoint,
  ServerProbe,
  ServerStatus,
  SessionView,
  ServerTls,
  ApprovalBackground,
  ShownApproval,
  SignedLogView,
  SubjectView,
  ToolFactsView,
  Warning,
  Window,
  WithheldView,
  WorkerStatus,
  ArgumentTypes,
  ArgumentTypesInput,
  WorldView,
  Changed,
  Download,
  EventsQuery,
  ExportQuery,
  GatewayEvent,
  JobKind,
  JobView,
  RecordCounts,
  RecordCountsQuery,
  RecordFindingView,
  RecordHop,
  RecordRule,
  RecordsPage,
  RecordsQuery,
  RecordStory,
  RecordView,
  VerificationReport,
  VerificationView,
} from './contract.ts';
export { parseServerProbe } from './contract-servers.ts';
export { createLockdownPort } from './lockdown-port.ts';
export type { InForce, LockdownPortOptions } from './lockdown-port.ts';
export type {
  BucketPage,
  BucketQuery,
  CheckedPolicy,
  DecideProposalInput,
  DefinitionDiffLine,
  DefinitionPage,
  DefinitionPlace,
  DefinitionQuery,
  DefinitionRow,
  DefinitionView,
  DiffLineView,
  PolicyProblemView,
  PolicyRevisionView,
  PolicySchemaView,
  PolicyView,
  ProposalView,
  ReplayView,
  SettingsQuery,
  SettingsView,
  SettingView,
  WritePolicyInput,
} from './contract.ts';
export type { DefinitionsPort, PolicyDocumentPort, PolicyPages, PolicyTextPort, PolicyWriting } from './policy-port.ts';
export type {
  ActsPort,
  AdminPorts,
  AgentsPort,
  ApprovalsPort,
  CataloguePort,
  CheckpointsPort,
  FlowPort,
  GatewayPorts,
  HoldsPort,
  LockdownPort,
  OperatorsPort,
  OverviewPort,
  PolicyPort,
  SubjectsPort,
  VaultPort,
} from './ports.ts';
export type { AdminProblem, ProblemCode } from './problems.ts';
export { openApiDocument } from './openapi.ts';
export { RIGHTS, ROLES, SIGHTS } from './roles.ts';
export type { Role } from './roles.ts';
export type { Asking, Operator, Shown, SignedIn, Visit } from './visit.ts';
export type { EventsPort, JobsPort, RecordPages, RecordsPort } from './record-ports.ts';
export { openConsoleDoor } from './console-door.ts';
export type { ConsoleDoor, ConsoleDoorOptions } from './console-door.ts';
export { problemResponse } from './rescue.ts';
export { createAdminServer } from './server.ts';
export type { AdminServer, AdminServerOptions } from './server.ts';
