// What a store keeps of questions to people: what was asked, as a keyed digest, who answered and how, and whether the answer has been used. Never what
// was asked in words: arguments are not written down. Each method is one transaction, because the whole worth of an approval is that it
// works once, whoever asks at the same time.

import type { Result } from '../base/index.ts';
import type { ApprovalTerms, Risk } from '../policies/index.ts';

/** Where a question stands. Whether it has expired is seen by the time. */
export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'used';

/** A question to a person, about one call. */
export interface ApprovalQuestion {
  readonly tenant: string;
  /** Keyed digest of all that makes it this call of this agent and no other. */
  readonly digest: string;
  readonly agent: string;
  readonly user: string | null;
  readonly server: string;
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
  readonly fingerprint: string | null;
  /** The rule that asks, and what it wants of an approval. */
  readonly rule: string;
  readonly terms: ApprovalTerms;
  readonly risk: Risk;
}

/** The question as it is kept. Times are epoch milliseconds. */
export interface ApprovalRecord extends ApprovalQuestion {
  readonly id: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  /** Who said yes or no, and when; null: nobody yet. */
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  /** The one act in which it was decided, maybe with others. */
  readonly act: string | null;
  /** The call that used it last, and how many rounds of that call have passed. */
  readonly usedBy: string | null;
  readonly rounds: number;
}

/** How many questions there may be. */
export interface ApprovalCaps {
  /** Pending, of one agent and of all. */
  readonly maxPendingPerAgent: number;
  readonly maxPending: number;
  /** Asked by one agent within `windowMs`, whatever became of them. */
  readonly maxAskedPerAgent: number;
  readonly windowMs: number;
}

/** A question is put for this call, now. */
export interface Asking {
  /** Of the question, if it is a new one. */
  readonly id: string;
  /** The call that asks: what it has taken it may be told twice. */
  readonly call: string;
  readonly nowMs: number;
  readonly caps: ApprovalCaps;
}

/** What came of it. `granted`: approved before, and taken by this call with it. */
export type Asked =
  | { readonly kind: 'granted' | 'rejected'; readonly record: ApprovalRecord }
  | { readonly kind: 'pending'; readonly record: ApprovalRecord; readonly isNew: boolean }
  | { readonly kind: 'full'; readonly which: 'agent' | 'all' | 'asked-too-often' };

/** What a person says to one or several questions. */
export interface ApprovalDecision {
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly act: string;
  readonly nowMs: number;
  /** Of approvals only: acts by one person within `windowMs`. */
  readonly pace: { readonly maxActs: number; readonly windowMs: number };
}

/** Why a decision was not made, for any of its questions. */
export type ApprovalRefusal =
  | { readonly kind: 'approval_unknown' | 'approval_over'; readonly id: string; readonly state: ApprovalState | 'expired' | undefined }
  /** Too many acts by this person; the next is possible then. */
  | { readonly kind: 'cooling_down'; readonly untilMs: number };

/** A call uses an approval, or goes on with the next round under one. */
export interface Taking {
  readonly tenant: string;
  readonly id: string;
  readonly call: string;
  readonly nowMs: number;
}

/** The questions' part of a store. */
export interface ApprovalStore {
  /** Finds the question, or keeps it as a new one. One that is approved is taken by the call with it. */
  ask(question: ApprovalQuestion, asking: Asking): Promise<Asked>;
  /** Uses an approval: true once, and again only for the very same call. */
  take(taking: Taking): Promise<boolean>;
  /** Goes from round `round` of a call to the next: true once for each, and again only for the very same call. */
  takeRound(taking: Taking, round: number): Promise<boolean>;
  /** Decides about all of them or none. */
  decide(decision: ApprovalDecision): Promise<Result<readonly ApprovalRecord[], ApprovalRefusal>>;
  read(tenant: string, id: string): Promise<ApprovalRecord | undefined>;
  /** All that are kept, oldest first. */
  list(tenant: string): Promise<readonly ApprovalRecord[]>;
  /** Forgets what was over before a time. */
  prune(beforeMs: number): Promise<void>;
}
