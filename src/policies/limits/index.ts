// How much may they? Limits: which concern a call, what it owes, and buckets from which a worker spends what it was leased. Pure: the clock and the
// way between the two sides are arguments.
export { createLimitAuthority } from './authority.ts';
export type { AccountView, WrittenAccount } from './accounts.ts';
export type { LimitAuthority } from './authority.ts';
export { checkLimits } from './check.ts';
export { bucketShape, compileLimits, kindOf, perOf } from './compile.ts';
export type { Chargeable, LimitIndex } from './compile.ts';
export { describeLimit, describeOver } from './describe.ts';
export { createLeaseHolder } from './holder.ts';
export type { Asked, LeaseHolder, LeaseLine, Receipt, Taking, Unreachable } from './holder.ts';
export { readKey } from './keys.ts';
export type { ReadKey } from './keys.ts';
export type { Account, Claim, LeaseReport, Over, Taken, Want } from './leases.ts';
export { limitNameSchema, limitsSchema } from './schema.ts';
export { REASONS } from './types.ts';
export type { Charge, Limit, LimitKind, LimitReason } from './types.ts';
