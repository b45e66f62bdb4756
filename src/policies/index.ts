// May they? A policy document becomes an index of closures that answers allow or deny; settle() turns an allowed call into a permit.
// Pure: no I/O, no clock, no randomness. The Permit class itself stays inside: outsiders can hold one, not make one.
export { checkPolicy } from './check.ts';
export type { Known } from './check.ts';
export { compilePolicy } from './compile.ts';
export { describeDenial } from './describe.ts';
export { isPermit } from './permit.ts';
export type { Permit } from './permit.ts';
export { policySchema } from './schema.ts';
export { settle } from './settle.ts';
export type { Settlement } from './settle.ts';
export type {
  Allow,
  CallClass,
  Denial,
  DenyReason,
  Effect,
  Envelope,
  Finding,
  Obligations,
  Policy,
  PolicyDocument,
  PolicyProblem,
  Rule,
  Subject,
  Verdict,
} from './types.ts';
