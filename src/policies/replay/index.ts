// Recorded decisions under another policy.
export { createReplay } from './replay.ts';
export type { LeftOut, RecordedDecision, Replay, ReplayBed, ReplayGroup, ReplayReport } from './replay.ts';
