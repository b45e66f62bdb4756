// Recorded decisions under another policy.
export { compileForesight } from './foresee.ts';
export type { Foreseen } from './foresee.ts';
export { readDecision } from './read-decision.ts';
export { createReplay } from './replay.ts';
export type { LeftOut, RecordedDecision, Replay, ReplayBed, ReplayGroup, ReplayReport } from './replay.ts';
