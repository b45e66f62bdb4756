// Who may use what: one table, so that it can be read as a whole. Whoever may use the socket on the machine may do everything; whoever is signed in may do
// what their role says, and a stolen session no more than that.

import type { EndpointName } from './contract.ts';
import { ROLES } from './role-names.ts';
import type { Role } from './role-names.ts';

export { ROLES } from './role-names.ts';
export type { Role } from './role-names.ts';

/** A role, or nobody's: whoever has not signed in. */
export type Standing = Role | 'guest';

type Rights = readonly Standing[];

const ANY: Rights = ROLES;
/** Who runs the gateway from day to day. */
const RUN: Rights = ['operator', 'admin'];
/** Who decides what may pass. */
const APPROVE: Rights = ['approver', 'admin'];
/** Who reads the record and keeps it in order. */
const AUDIT: Rights = ['auditor', 'admin'];
const ADMIN: Rights = ['admin'];
/** Who needs to see what agents do, one call at a time. */
const LOOK: Rights = ['operator', 'approver', 'auditor', 'admin'];

/** Endpoint → roles. Printed in docs/reference/admin-api.md. */
export const RIGHTS: Readonly<Record<EndpointName, Rights>> = {
  readStatus: ANY,
  reload: RUN,
  readOverview: ANY,
  readCapacity: ANY,
  listServers: ANY,
  readServer: ANY,
  // It goes to the server with the gateway's credentials.
  probeServer: RUN,
  recordAct: [],
  signIn: ['guest', ...ROLES],
  readSession: ANY,
  signOut: ANY,
  readDocument: ANY,
  listOperators: ADMIN,
  addOperator: ADMIN,
  changeOperator: ADMIN,
  removeOperator: ADMIN,
  makeLink: ADMIN,
  endSessions: ADMIN,
  listAgents: ANY,
  readAgent: ANY,
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
  listDefinitions: ANY,
  readDefinition: ANY,
  listApprovals: ANY,
  listAllApprovals: ANY,
  // What a call says is for who has to decide about it.
  readApproval: APPROVE,
  decideApprovals: APPROVE,
  readFlow: ANY,
  clearFlow: RUN,
  readLimits: ANY,
  listBuckets: ANY,
  readLockdown: ANY,
  lockDown: ['operator', 'approver', 'admin'],
  liftLockdown: RUN,
  explain: ANY,
  readArgumentTypes: ANY,
  readWorld: ANY,
  readPolicy: ANY,
  writePolicy: RUN,
  listProposals: ANY,
  readProposal: ANY,
  // Whoever proposed one may take it back, whatever else they may.
  decideProposal: ['operator', 'approver', 'admin'],
  listPolicyRevisions: ANY,
  readPolicyRevision: ANY,
  // It reads the record, and shows what agents did.
  beginReplay: ['operator', 'approver', 'auditor', 'admin'],
  readReplay: ['operator', 'approver', 'auditor', 'admin'],
  readPolicySchema: ANY,
  readSettings: ANY,
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
  listRecords: LOOK,
  // Figures that tell of no single person: what names one is for who may ask about a person, and who may not list entries has no figure of a few people.
  countRecords: ANY,
  readRecord: LOOK,
  proveRecord: AUDIT,
  exportRecords: AUDIT,
  beginVerification: AUDIT,
  readVerification: AUDIT,
  listJobs: ANY,
  readJob: ANY,
  cancelJob: ['operator', 'auditor', 'admin'],
  // The topic `calls` is for who may list records.
  listen: ANY,
};

/** What is left out of answers that more roles may have. Printed in docs/reference/admin-api.md. */
export const SIGHTS = {
  // The last line that a program of a server wrote, and what else it said: a secret may be in it.
  programWords: RUN,
} as const satisfies Readonly<Record<string, Rights>>;

/** Whether somebody may see such a thing. */
export function maySee(standing: Standing, sight: keyof typeof SIGHTS): boolean {
  return SIGHTS[sight].includes(standing);
}

/** Whether somebody may use an endpoint. */
export function mayUse(standing: Standing, name: EndpointName): boolean {
  return RIGHTS[name].includes(standing);
}

/** Who may, for a sentence. */
export function listRoles(name: EndpointName): string {
  return toWords(RIGHTS[name]);
}

/** Who may see something, for a sentence. */
export function listSeers(sight: keyof typeof SIGHTS): string {
  return toWords(SIGHTS[sight]);
}

function toWords(roles: Rights): string {
  return roles.length === 0 ? 'a command on the machine of the gateway' : `the role ${roles.join(' or ')}`;
}
