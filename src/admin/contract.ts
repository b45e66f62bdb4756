// The contract of the admin API: every endpoint, what it takes and what it gives. The server checks requests against it, the client
// checks answers, and whoever shows them takes their types from here: this file is a second door of the folder, for types and table only.
// Each matter has a file of its own.

import type * as z from 'zod';
import { ACT_ENDPOINTS } from './contract-acts.ts';
import { AGENT_ENDPOINTS } from './contract-agents.ts';
import { APPROVAL_ENDPOINTS } from './contract-approvals.ts';
import { CATALOGUE_ENDPOINTS } from './contract-catalogue.ts';
import { CHECKPOINT_ENDPOINTS } from './contract-checkpoints.ts';
import { EVENT_ENDPOINTS } from './contract-events.ts';
import { DEFINITION_ENDPOINTS } from './contract-definitions.ts';
import { FLOW_ENDPOINTS } from './contract-flow.ts';
import { GATEWAY_ENDPOINTS } from './contract-gateway.ts';
import { JOB_ENDPOINTS } from './contract-jobs.ts';
import { LIMITS_ENDPOINTS } from './contract-limits.ts';
import { LOCKDOWN_ENDPOINTS } from './contract-lockdown.ts';
import { OVERVIEW_ENDPOINTS } from './contract-overview.ts';
import { OPERATOR_ENDPOINTS } from './contract-operators.ts';
import { POLICY_ENDPOINTS } from './contract-policy.ts';
import { RECORD_ENDPOINTS } from './contract-records.ts';
import { POLICY_DOCUMENT_ENDPOINTS } from './contract-policy-document.ts';
import { RETENTION_ENDPOINTS } from './contract-retention.ts';
import { SERVER_ENDPOINTS } from './contract-servers.ts';
import { SESSION_ENDPOINTS } from './contract-session.ts';
import { SETTINGS_ENDPOINTS } from './contract-settings.ts';
import { SUBJECT_ENDPOINTS } from './contract-subjects.ts';
import { VAULT_ENDPOINTS } from './contract-vault.ts';
import { VERIFICATION_ENDPOINTS } from './contract-verifications.ts';

export type * from './contract-acts.ts';
export type * from './contract-agents.ts';
export type * from './contract-approvals.ts';
export type * from './contract-catalogue.ts';
export type * from './contract-checkpoints.ts';
export type * from './contract-events.ts';
export type * from './contract-definitions.ts';
export type * from './contract-flow.ts';
export type * from './contract-gateway.ts';
export type * from './contract-jobs.ts';
export type * from './contract-limits.ts';
export type * from './contract-lockdown.ts';
export type * from './contract-overview.ts';
export type * from './contract-operators.ts';
export type * from './contract-policy.ts';
export type * from './contract-policy-document.ts';
export type * from './contract-records.ts';
export type * from './contract-retention.ts';
export type * from './contract-servers.ts';
export type * from './contract-session.ts';
export type * from './contract-settings.ts';
export type * from './contract-subjects.ts';
export type * from './contract-vault.ts';
export type * from './contract-verifications.ts';
export { lockInputSchema } from './contract-lockdown.ts';

/** Where the API lives on its socket. A change that breaks clients gets a new number. */
export const API_PREFIX = '/api/v1';

/** Whoever approves calls shows a key of their own here. Not in the body, which may be looked at; never in a log. */
export const APPROVER_HEADER = 'sallyport-approver';

/** Who asks, as a command or a page says of itself: a name for the record, and no right to anything. */
export const ACTOR_HEADER = 'sallyport-actor';
/** What they ask with: `cli` or `console`; anything else is a program of their own. */
export const VIA_HEADER = 'sallyport-via';

/** What a page of the console sends with everything but GET: `csrf` of its session. */
export const CSRF_HEADER = 'sallyport-csrf';

/** Every endpoint. Pinned by test/pins. */
export const ENDPOINTS = {
  ...GATEWAY_ENDPOINTS,
  ...OVERVIEW_ENDPOINTS,
  ...SERVER_ENDPOINTS,
  ...ACT_ENDPOINTS,
  ...SESSION_ENDPOINTS,
  ...OPERATOR_ENDPOINTS,
  ...AGENT_ENDPOINTS,
  ...CATALOGUE_ENDPOINTS,
  ...DEFINITION_ENDPOINTS,
  ...APPROVAL_ENDPOINTS,
  ...FLOW_ENDPOINTS,
  ...LIMITS_ENDPOINTS,
  ...LOCKDOWN_ENDPOINTS,
  ...POLICY_ENDPOINTS,
  ...POLICY_DOCUMENT_ENDPOINTS,
  ...SETTINGS_ENDPOINTS,
  ...RETENTION_ENDPOINTS,
  ...CHECKPOINT_ENDPOINTS,
  ...SUBJECT_ENDPOINTS,
  ...VAULT_ENDPOINTS,
  ...RECORD_ENDPOINTS,
  ...VERIFICATION_ENDPOINTS,
  ...JOB_ENDPOINTS,
  ...EVENT_ENDPOINTS,
} as const;

/** The name of an endpoint. */
export type EndpointName = keyof typeof ENDPOINTS;
/** What an endpoint's body is once checked; undefined for those without. */
export type RequestOf<Name extends EndpointName> = Checked<(typeof ENDPOINTS)[Name]['request']>;
/** What stands behind the question mark, once checked; undefined for those that take nothing there. */
export type QueryOf<Name extends EndpointName> = (typeof ENDPOINTS)[Name] extends { readonly query: infer Query }
  ? Checked<Query>
  : undefined;
/** What an endpoint answers. */
export type ResponseOf<Name extends EndpointName> = (typeof ENDPOINTS)[Name] extends { readonly form: 'download' }
  ? Download
  : (typeof ENDPOINTS)[Name] extends { readonly form: 'events' }
    ? AsyncIterable<z.output<(typeof ENDPOINTS)[Name]['response']>>
    : z.output<(typeof ENDPOINTS)[Name]['response']>;
/** What a path names. */
export type ParametersOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | ParametersOf<Rest> : never;

type Checked<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A file, as it is made. */
export interface Download {
  readonly contentType: string;
  readonly fileName: string;
  readonly chunks: AsyncIterable<string | Uint8Array>;
}
