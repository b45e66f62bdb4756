// The shapes of asking a person: what is asked, what comes of it, and what a call holds that was approved.

import type { ApprovalTerms, Risk } from '../../policies/index.ts';

/** What a person is asked about: one call, whole. */
export interface AskedQuestion {
  readonly tenant: string;
  readonly agent: string;
  readonly user: string | undefined;
  readonly server: string;
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly name: string;
  /** Of the definition that is approved, or several; undefined where there is none. */
  readonly fingerprint: string | undefined;
  readonly rule: string;
  readonly terms: ApprovalTerms;
  readonly risk: Risk;
  /** Everything of the request that its server may go by, as canonical JSON: what a person reads. */
  readonly content: string;
}

/** Why nobody can be asked. */
export type NotAsked = 'agent-full' | 'full' | 'asked-too-often' | 'unavailable';

/** What becomes of a question. After `pending`, one of `approved`, `rejected` may follow. */
export type AskedAnswer =
  /** Approved before, and taken by this call. */
  | { readonly kind: 'granted'; readonly id: string }
  | { readonly kind: 'pending'; readonly id: string; readonly expiresAtMs: number }
  | { readonly kind: 'approved'; readonly id: string }
  | { readonly kind: 'rejected'; readonly id: string; readonly expiresAtMs: number }
  | { readonly kind: 'refused'; readonly why: NotAsked };

/** Whose approval a call takes. */
export interface Taken {
  readonly tenant: string;
  readonly id: string;
  /** Id of the call: the same call may ask twice. */
  readonly call: string;
}

/** A worker's way to those who approve. Nothing is called back from within a method. */
export interface Approvals {
  /** Asks; `heard` is called until what is asked is over, or was dropped. */
  ask(question: AskedQuestion, call: string, heard: (answer: AskedAnswer) => void): { drop(): void };
  /** Uses an approval, once; undefined: nobody can say now. */
  take(taken: Taken, done: (isTaken: boolean | undefined) => void): void;
  /** Goes from a round of an approved call to the next, once. */
  takeRound(taken: Taken, round: number, done: (isTaken: boolean | undefined) => void): void;
  /** Seals and opens what agents carry between the rounds of a call. */
  readonly states: ApprovalStates;
  /** For the metrics: how a wait ended. */
  waited(outcome: WaitOutcome, waitedMs: number): void;
}

/** How a wait ended for the agent. */
export type WaitOutcome = 'approved' | 'rejected' | 'unanswered' | 'gone' | 'refused';

/** An approval as a call has it. */
export interface HeldApproval {
  readonly id: string;
  /** Digests of the question that it answers: of all of it, and without what may change between messages of one call. */
  readonly question: string;
  readonly base: string;
  /** It was used for this call. */
  isTaken: boolean;
  /** How many rounds of the call have passed. */
  readonly round: number;
  /** What continues the call in its next round; `inner`: the server's own state. */
  readonly seal: (inner: string | undefined) => string;
}

/** What an agent carries, sealed: that it was told what is pending, or that its call was approved and goes on. */
export type ApprovalState =
  | { readonly kind: 'told'; readonly id: string; readonly question: string; readonly expiresAtMs: number }
  | {
      readonly kind: 'round';
      readonly id: string;
      readonly question: string;
      readonly expiresAtMs: number;
      readonly round: number;
      /** The server's own; undefined: it gave none. */
      readonly inner: string | undefined;
    };

/** Makes and reads what agents carry. */
export interface ApprovalStates {
  seal(state: ApprovalState, principal: Bound): string;
  /** `foreign`: not one of ours; undefined: one of ours that is altered, late, or somebody else's. */
  open(state: string, principal: Bound, nowMs: number): ApprovalState | 'foreign' | undefined;
}

/** Who may carry it. */
export interface Bound {
  readonly tenant: string;
  readonly agent: string;
  readonly user: string | undefined;
}
