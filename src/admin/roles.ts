// Who may use what: one table, so that it can be read as a whole. Whoever may use the socket on the machine may do everything; whoever is signed in may do
// what their role says, and a stolen session no more than that.

import type { EndpointName } from './contract.ts';

/** Roles, from the one that only looks to the one that may do everything but what takes two people. */
export const ROLES = ['viewer', 'operator', 'approver', 'auditor', 'admin'] as const;
/** One of them. */
export type Role = (typeof ROLES)[number];

/** A person who is signed in. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
}

type Rights = readonly Role[];

const ANY: Rights = ROLES;
/** Who runs the gateway from day to day. */
const RUN: Rights = ['operator', 'admin'];
/** Who decides what may pass. */
const APPROVE: Rights = ['approver', 'admin'];
/** Who reads the record and keeps it in order. */
const AUDIT: Rights = ['auditor', 'admin'];
const ADMIN: Rights = ['admin'];

/** Endpoint → roles. Printed in docs/admin-api.md. */
export const RIGHTS: Readonly<Record<EndpointName, Rights>> = {
  readStatus: ANY,
  listServers: ANY,
  reload: RUN,
  recordAct: [],
  listAgents: ANY,
  addAgent: RUN,
  changeAgent: RUN,
  removeAgent: RUN,
  addKey: RUN,
  revokeKeys: RUN,
  revokeKey: RUN,
  readCatalogue: ANY,
  readWithheld: ANY,
  readApproved: ANY,
  readLookAlikes: ANY,
  decideDefinitions: APPROVE,
  listApprovals: ANY,
  listAllApprovals: ANY,
  // What a call says is for who has to decide about it.
  readApproval: APPROVE,
  decideApprovals: APPROVE,
  readFlow: ANY,
  clearFlow: RUN,
  readLimits: ANY,
  readLockdown: ANY,
  lockDown: ['operator', 'approver', 'admin'],
  liftLockdown: RUN,
  explain: ANY,
  readArgumentTypes: ANY,
  readWorld: ANY,
  listHolds: AUDIT,
  addHold: AUDIT,
  liftHold: AUDIT,
  removeOld: ADMIN,
  readCheckpoints: ANY,
  acceptLog: ADMIN,
  findSubject: AUDIT,
  whoIs: AUDIT,
  eraseSubject: ADMIN,
  matchValue: AUDIT,
  listReleases: AUDIT,
  requestRelease: AUDIT,
  decideRelease: AUDIT,
  openRelease: AUDIT,
};

/** Whether somebody may use an endpoint. */
export function mayUse({ role }: Operator, name: EndpointName): boolean {
  return RIGHTS[name].includes(role);
}

/** Who may, for a sentence. */
export function listRoles(name: EndpointName): string {
  const roles = RIGHTS[name];
  return roles.length === 0 ? 'a command on the machine of the gateway' : `the role ${roles.join(' or ')}`;
}
