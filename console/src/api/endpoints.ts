// The endpoints that the console uses. Only types of the contract come into the browser, so the method and the path of each stand here once
// more; the compiler refuses a row that is not as the contract has it.

import type { ENDPOINTS, EndpointName, ParametersOf } from '../../../src/admin/contract.ts';

type Contract = typeof ENDPOINTS;

/** Endpoint → method and path below the prefix. */
export const ROUTES = {
  signIn: ['POST', '/session'],
  readSession: ['GET', '/session'],
  signOut: ['DELETE', '/session'],
  readOverview: ['GET', '/overview'],
  readCapacity: ['GET', '/capacity'],
  readStatus: ['GET', '/status'],
  reload: ['POST', '/reload'],
  readLockdown: ['GET', '/lockdown'],
  lockDown: ['POST', '/lockdown'],
  liftLockdown: ['POST', '/lockdown/lift'],
  listServers: ['GET', '/servers'],
  readServer: ['GET', '/servers/{server}'],
  probeServer: ['POST', '/servers/{server}/probe'],
  listAgents: ['GET', '/agents'],
  readAgent: ['GET', '/agents/{agent}'],
  addAgent: ['POST', '/agents'],
  changeAgent: ['PATCH', '/agents/{agent}'],
  removeAgent: ['DELETE', '/agents/{agent}'],
  addKey: ['POST', '/agents/{agent}/keys'],
  revokeKeys: ['DELETE', '/agents/{agent}/keys'],
  revokeKey: ['DELETE', '/agents/{agent}/keys/{key}'],
  listApprovals: ['GET', '/approvals'],
  listAllApprovals: ['GET', '/approvals/all'],
  readApproval: ['GET', '/approvals/{approval}'],
  decideApprovals: ['POST', '/approvals/decisions'],
  readCatalogue: ['GET', '/catalogue/withheld'],
  readLookAlikes: ['GET', '/catalogue/look-alikes'],
  listDefinitions: ['GET', '/catalogue/definitions'],
  readDefinition: ['GET', '/catalogue/definition'],
  decideDefinitions: ['POST', '/catalogue/decisions'],
  readPolicy: ['GET', '/policy'],
  writePolicy: ['PUT', '/policy'],
  readPolicySchema: ['GET', '/policy/schema'],
  listProposals: ['GET', '/policy/proposals'],
  readProposal: ['GET', '/policy/proposals/{proposal}'],
  decideProposal: ['POST', '/policy/proposals/{proposal}/decisions'],
  listPolicyRevisions: ['GET', '/policy/history'],
  readPolicyRevision: ['GET', '/policy/history/{revision}'],
  beginReplay: ['POST', '/policy/replays'],
  readReplay: ['GET', '/policy/replays/{job}'],
  explain: ['POST', '/policy/explain'],
  readArgumentTypes: ['POST', '/policy/argument-types'],
  readLimits: ['GET', '/limits'],
  listBuckets: ['GET', '/limits/buckets'],
  listRecords: ['GET', '/records'],
  countRecords: ['GET', '/records/counts'],
  readRecord: ['GET', '/records/{log}/{seq}'],
  proveRecord: ['GET', '/records/{log}/{seq}/proof'],
  exportRecords: ['GET', '/export'],
  beginVerification: ['POST', '/verifications'],
  readVerification: ['GET', '/verifications/{job}'],
  readJob: ['GET', '/jobs/{job}'],
  cancelJob: ['DELETE', '/jobs/{job}'],
  readCheckpoints: ['GET', '/checkpoints'],
  readSettings: ['GET', '/settings'],
  listOperators: ['GET', '/operators'],
  addOperator: ['POST', '/operators'],
  changeOperator: ['PATCH', '/operators/{operator}'],
  removeOperator: ['DELETE', '/operators/{operator}'],
  makeLink: ['POST', '/operators/{operator}/link'],
  endSessions: ['DELETE', '/operators/{operator}/sessions'],
  listen: ['GET', '/events'],
  listJobs: ['GET', '/jobs'],
  listHolds: ['GET', '/holds'],
  readFlow: ['GET', '/flow'],
  listReleases: ['GET', '/releases'],
} as const satisfies { readonly [Name in EndpointName]?: readonly [Contract[Name]['method'], Contract[Name]['path']] };

/** What the console can ask for. */
export type Endpoint = keyof typeof ROUTES;

type Input<Schema> = Schema extends { readonly _zod: { readonly input: infer Input } } ? Input : undefined;
type Plain = string | number | boolean | undefined;

/** What an endpoint is asked with: the names of its path, what stands behind the question mark, its body. */
export type AskOf<Name extends Endpoint> = (ParametersOf<Contract[Name]['path']> extends never
  ? { readonly path?: never }
  : { readonly path: Readonly<Record<ParametersOf<Contract[Name]['path']>, string>> }) &
  (Contract[Name] extends { readonly query: infer Query }
    ? { readonly query?: { readonly [Member in keyof Input<Query>]?: Plain } }
    : { readonly query?: never }) &
  (Contract[Name]['request'] extends undefined ? { readonly body?: never } : { readonly body: Input<Contract[Name]['request']> }) & {
    /** Checks everything and does nothing. */
    readonly dryRun?: boolean;
    /** The ETag of what the change was made on. */
    readonly ifMatch?: string | undefined;
    readonly signal?: AbortSignal;
  };

/** The URL of an endpoint, names escaped so that none of them becomes another path. */
export function toUrl(name: Endpoint, path: Readonly<Record<string, string>> = {}, query: Readonly<Record<string, Plain>> = {}): string {
  const [, pattern] = ROUTES[name];
  const target = pattern.replaceAll(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(path[part] ?? ''));
  const search = new URLSearchParams();
  for (const [member, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(member, String(value));
  return `/api/v1${target}${search.size === 0 ? '' : `?${search.toString()}`}`;
}
