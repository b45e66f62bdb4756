// The road: listen, receive, decide, forward, answer. Owns what one request needs while it is under way, and nothing that outlives it
// except the legacy sessions in bridge/.
export {
  createAggregates,
  createLegacyServers,
  createLinkTo,
  createPlacement,
  createProcesses,
  createSessions,
  createSharedListens,
  createTaskIds,
} from './bridge/index.ts';
export type { LegacyServers, Placement, Processes, SealingKey, Session, SessionLife, Sessions } from './bridge/index.ts';
export { createApprovalStates } from './approvals/states.ts';
export type { Approvals, AskedAnswer, AskedQuestion, NotAsked, Taken } from './approvals/types.ts';
export { createDoor } from './door.ts';
export type { LimitsPort } from './admission/index.ts';
export type { DoorOptions } from './door.ts';
export type { Arrival, Call, Ports, Reply, SightingReport } from './exchange.ts';
export { noteChange } from './approved.ts';
export { createGate } from './gate.ts';
export { notLookedInto } from './inspection/inspector.ts';
export type { InspectedStream, Inspector } from './inspection/inspector.ts';
export { lookInto, stepsUnasked } from './inspection/look-into.ts';
export type { BeginScan } from './inspection/look-into.ts';
export { withoutSecrets } from './inspection/free-words.ts';
export { createTokens, NO_TOKENS } from './inspection/tokens.ts';
export type { Tokens } from './inspection/tokens.ts';
export { createListChanges } from './list-changes.ts';
export { serverLimits } from './limits.ts';
export { createRoadMetrics } from './metrics.ts';
export { createTracing } from './tracing.ts';
export type { Tracing } from './tracing.ts';
export { createOpenExchanges } from './open-exchanges.ts';
export type { OpenExchanges } from './open-exchanges.ts';
export { createOwnerRelay } from './owner-relay.ts';
export type { RecordedCaller, Subjects } from './subjects.ts';
export { createTurns } from './turns.ts';
export type { Turns } from './turns.ts';
export type { TaintAuthority } from './taint-authority.ts';
