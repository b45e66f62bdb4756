// What the store remembers of the policy: every text of it that was in force, and changes that wait for a second person. The policy itself is in its file;
// nothing here is ever put in force without somebody saying so again.

import type { Result } from '../base/index.ts';

/** A policy that was put in force. */
export interface PolicyRevision {
  readonly tenant: string;
  readonly number: number;
  readonly atMs: number;
  /** Null: it was found in the file. */
  readonly by: string | null;
  readonly via: 'api' | 'cli' | 'console' | 'file';
  readonly reason: string;
  readonly acceptedBy: string | null;
  /** The revision whose text it is. */
  readonly restores: number | null;
  /** SHA-256 of the text, hex. */
  readonly tag: string;
  /** What became of rules, against the revision before. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** A change that somebody proposed. */
export interface PolicyProposal {
  readonly tenant: string;
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly via: 'api' | 'cli' | 'console';
  readonly reason: string;
  readonly restores: number | null;
  /** Tag of the policy that it is to replace. */
  readonly base: string;
  readonly text: string;
  readonly state: 'open' | 'accepted' | 'rejected' | 'withdrawn';
  readonly decidedBy: string | null;
  readonly decidedMs: number | null;
  readonly decidedReason: string | null;
  readonly revision: number | null;
}

/** What somebody decided about a proposal. */
export interface ProposalDecision {
  readonly tenant: string;
  readonly id: string;
  readonly state: Exclude<PolicyProposal['state'], 'open'>;
  readonly by: string;
  readonly reason: string | null;
  readonly atMs: number;
  readonly revision: number | null;
}

/** Which of a list: at most `limit` older than one; `undefined` begins with the latest. */
export interface LatestFirst<Key> {
  readonly tenant: string;
  readonly limit: number;
  readonly before: Key | undefined;
}

/** The policy's part of a store. */
export interface PolicyStore {
  /** Numbers it; the oldest are forgotten where there are very many. */
  addRevision(revision: Omit<PolicyRevision, 'number'>, text: string): Promise<PolicyRevision>;
  revisions(query: LatestFirst<number>): Promise<readonly PolicyRevision[]>;
  /** With its text. */
  revision(tenant: string, number: number): Promise<(PolicyRevision & { readonly text: string }) | undefined>;
  /** The oldest that the same person has open are taken back for it where they are many. Refused where as many are open as anybody would look through. */
  addProposal(proposal: PolicyProposal): Promise<Result<PolicyProposal, 'too_many'>>;
  /** Without their texts. */
  proposals(query: LatestFirst<string> & { readonly isOpen: boolean }): Promise<readonly Omit<PolicyProposal, 'text'>[]>;
  proposal(tenant: string, id: string): Promise<PolicyProposal | undefined>;
  /** Refused where it was decided already. */
  decide(decision: ProposalDecision): Promise<Result<PolicyProposal, 'proposal_unknown' | 'proposal_over'>>;
}
