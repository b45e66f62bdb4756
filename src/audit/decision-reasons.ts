// Why a call was not carried, as the record has it: a code of the table of faults, or one of these. Stable, since people search for them: what was written
// once keeps its meaning. What each says to a person is the console's matter (console/src/records/reasons.ts has a sentence for every one).

import type { ErrorCode } from '../base/index.ts';

/** What the gateway itself decides by, beside the faults and refusals of base/errors.ts. */
export const DECISION_REASONS = [
  // Policy; what a rule denies, or none allows, is `denied`.
  'approval-needed',
  'condition-error',
  'flow',
  'flow-unknown',
  'lockdown',
  // Limits.
  'rate-limited',
  'too-many-at-once',
  'byte-limit',
  'spend-limit',
  'repeated-call',
  'limit-unavailable',
  // The catalogue, and approved schemas.
  'not-approved',
  'changed',
  'unknown-tool',
  'unknown-prompt',
  'not-usable',
  'invalid-arguments',
  'unvalidated-arguments',
  // What was found in the request, or could not be looked into.
  'inspection',
  'unscanned',
  // Approvals.
  'approval-asked',
  'approval-rejected',
  'approval-used',
  'approval-void',
  'approval-too-large',
  'approvals-full',
  'approvals-too-many',
  'approvals-unavailable',
  // The rest of the way.
  'vault-unavailable',
  'hung-up',
] as const;

/** Why not. */
export type DecisionReason = (typeof DECISION_REASONS)[number] | ErrorCode;
