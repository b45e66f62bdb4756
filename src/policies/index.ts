// May they? A policy document becomes an index of closures that answers allow, ask or deny; settle() turns an allowed call into a permit.
// Pure: no I/O, no clock, no randomness. The Permit class itself stays inside: outsiders can hold one, not make one.
export { approverFault, RISKS, riskOf } from './approval.ts';
export type { Approver, ApproverFault, Requester, Risk } from './approval.ts';
export { parseCases, runCases } from './cases/index.ts';
export type { CaseBed, CaseFailure, CaseFile, CaseMistake, PolicyCase } from './cases/index.ts';
export { checkConditions, createConditionCheck } from './check-conditions.ts';
export type { ConditionCheck } from './check-conditions.ts';
export type { ToolSchema } from './check-conditions.ts';
export { checkPolicy } from './check.ts';
export type { Known } from './check.ts';
export { compilePolicy } from './compile.ts';
export { describeDenial, describeMatch } from './describe.ts';
export { explainCall, explainUnread } from './explain-call.ts';
export type { ExplainedCall, ExplainedRule } from './explain-call.ts';
export { compileLockdown, compileLockName, LOCKED_DOWN, lockEverything, NOTHING_LOCKED, underLockdown } from './lockdown.ts';
export type { Lock, Lockdown, LockKind } from './lockdown.ts';
export { findStrayTools, lintPolicy } from './lint/index.ts';
export type { Existing, LintBed, LintFinding, LintKind } from './lint/index.ts';
export {
  bucketShape,
  createLeaseHolder,
  createLimitAuthority,
  describeLimit,
  describeOver,
  kindOf,
  perOf,
  readKey,
  REASONS,
} from './limits/index.ts';
export type {
  Account,
  AccountView,
  Asked,
  Charge,
  Claim,
  LeaseHolder,
  LeaseReport,
  Limit,
  LimitAuthority,
  LimitIndex,
  LimitKind,
  LimitReason,
  Over,
  Receipt,
  Taken,
  Taking,
  Unreachable,
  Want,
  WrittenAccount,
} from './limits/index.ts';
export { CONDITION_PATHS } from './condition/index.ts';
export { policyJsonSchema } from './json-schema.ts';
export { isPermit } from './permit.ts';
export { createReach, describeConcern } from './reach.ts';
export type { Reach, Reached, WithinReach } from './reach.ts';
export type { Permit } from './permit.ts';
export { compileForesight, createReplay, readDecision } from './replay/index.ts';
export type { Foreseen, LeftOut, RecordedDecision, Replay, ReplayBed, ReplayGroup, ReplayReport } from './replay/index.ts';
export { KNOWN_LABELS, policySchema } from './schema.ts';
export { approvedBy, needsApproval, settle } from './settle.ts';
export type { Settlement } from './settle.ts';
export { DEFAULT_FLOW } from './flow.ts';
export { createTaintLedger, NOTED_FOR_MS } from './taint-ledger.ts';
export type { AgentTaint, TaintChange, TaintKind, TaintLedger, TaintRow, Task } from './taint-ledger.ts';
export { compileToolFacts, declaredLabels, factsOfUnread } from './tool-facts.ts';
export type { CataloguedTool, CataloguedToolOf, ToolFactsOf } from './tool-facts.ts';
export { toolHandling } from './tool-handling.ts';
export type {
  Allow,
  Approval,
  ApprovalTerms,
  Ask,
  CallClass,
  Denial,
  DenyReason,
  Effect,
  Envelope,
  Explanation,
  Finding,
  Flow,
  FlowOptions,
  Obligations,
  Policy,
  PolicyDocument,
  PolicyProblem,
  Question,
  Rule,
  RuleExplanation,
  RuleMatch,
  Subject,
  ToolFacts,
  Verdict,
} from './types.ts';
