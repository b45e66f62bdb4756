// What the admin API needs for its pages about policy, catalogue, limits and settings. A gateway that runs answers; the store alone could not.

import type { Result } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type {
  BucketPage,
  BucketQuery,
  CheckedPolicy,
  DecideProposalInput,
  DefinitionPage,
  DefinitionPlace,
  DefinitionQuery,
  DefinitionView,
  JobView,
  PolicyRevisionPage,
  PolicyRevisionWhole,
  PolicySchemaView,
  PolicyView,
  ProposalPage,
  ProposalView,
  ProposalWhole,
  ReplayPolicyInput,
  ReplayView,
  SettingsQuery,
  SettingsView,
  WritePolicyInput,
} from './contract.ts';
import type { AdminProblem } from './problems.ts';
import type { Asking } from './visit.ts';

type Answer<T> = Promise<Result<T, AdminProblem>>;

/** How a policy is to be written. */
export interface PolicyWriting {
  readonly who: Asking;
  readonly isDryRun: boolean;
  /** What the writer has seen; undefined: whatever it is now. */
  readonly expectedTag: string | undefined;
}

/** A page of a list. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The policy as it is written: what commands ask for too. */
export interface PolicyTextPort {
  read(): Answer<PolicyView>;
  write(input: WritePolicyInput, writing: PolicyWriting): Answer<CheckedPolicy>;
  proposals(query: PageQuery & { readonly state: 'open' | 'all' }): Answer<ProposalPage>;
  readProposal(proposal: string): Answer<ProposalWhole>;
  /** Refused to whoever proposed it, but for taking it back. */
  decide(proposal: string, input: DecideProposalInput, who: Asking): Answer<ProposalView>;
  history(query: PageQuery): Answer<PolicyRevisionPage>;
  readRevision(revision: string): Answer<PolicyRevisionWhole>;
}

/** All of it. */
export interface PolicyDocumentPort extends PolicyTextPort {
  replay(input: ReplayPolicyInput, actor: Actor): Answer<JobView>;
  readReplay(job: string): Answer<ReplayView>;
  schema(): Answer<PolicySchemaView>;
}

/** Definitions one by one. */
export interface DefinitionsPort {
  list(query: DefinitionQuery): Answer<DefinitionPage>;
  read(place: DefinitionPlace): Answer<DefinitionView>;
}

/** All of these. */
export interface PolicyPages {
  readonly policyDocument: PolicyDocumentPort;
  readonly definitions: DefinitionsPort;
  readonly settings: (query: SettingsQuery) => Answer<SettingsView>;
  /** The buckets of a limit. */
  readonly buckets: (query: BucketQuery) => Answer<BucketPage>;
}
