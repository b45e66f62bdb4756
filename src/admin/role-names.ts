// What roles there are. Apart from who may do what, so that the contract can name them.

/** Roles, from the one that only looks to the one that may do everything but what takes two people. */
export const ROLES = ['viewer', 'operator', 'approver', 'auditor', 'admin'] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];
