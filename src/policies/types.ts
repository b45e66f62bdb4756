// The shapes of a decision: the document people write, what is asked, what is answered.

import type { Principal } from '../agents/index.ts';

/** What a rule does when it matches. */
export type Effect = 'allow' | 'deny';

/** One rule, as written, defaults filled in. Lists hold globs: `*` any run of characters, `?` one character, nothing else. */
export interface Rule {
  readonly name: string;
  readonly effect: Effect;
  /** The rule concerns a caller whose agent name matches one of `agents` or who is in a group that matches one of `groups`. */
  readonly agents: readonly string[];
  readonly groups: readonly string[];
  readonly servers: readonly string[];
  /** Undefined in all three: the rule covers the server as a whole, and everything on it. */
  readonly tools?: readonly string[] | undefined;
  readonly prompts?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
}

/** A whole policy, as written. */
export interface PolicyDocument {
  readonly rules: readonly Rule[];
}

/** What a principal wants to use on a server: one named thing, or the server at all (initialize, discover, lists, ping). */
export type Subject = { readonly kind: 'tool' | 'prompt' | 'resource'; readonly name: string } | { readonly kind: 'server' };

/** How much a call's record weighs: critical is durable before forwarding, standard before the answer. */
export type CallClass = 'critical' | 'standard' | 'low';

/** What an allowed call owes. Conditions, redaction and limits get their members here. */
export interface Obligations {
  readonly class: CallClass;
}

/** Leave, and by which rule. */
export type Allow = { readonly kind: 'allow'; readonly rule: string; readonly obligations: Obligations };

/**
 * A no. `rule`: a deny rule matched. `no-rule`: nothing allows it. `ambiguous-name`: the name is too long to be judged, or a resource
 * URI can be read in so many ways that no rule can be trusted to have judged it.
 */
export type Denial =
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: 'rule' }
  | { readonly kind: 'deny'; readonly rule: undefined; readonly reason: 'no-rule' | 'ambiguous-name' };

/** Why a call was denied. */
export type DenyReason = Denial['reason'];

/** The answer of a policy. */
export type Verdict = Allow | Denial;

/** A compiled policy. Same question, same answer; immutable to its users. */
export interface Policy {
  readonly rules: readonly Rule[];
  /** Deny wins over allow, the default is deny; the rule named is the first in document order that decides. */
  readonly decide: (principal: Principal, server: string, subject: Subject) => Verdict;
}

/** Something wrong with, or doubtful about, a document. */
export interface PolicyProblem {
  readonly severity: 'error' | 'warning';
  /** Leads to the place inside the policy document. */
  readonly path: readonly (string | number)[];
  /** What is said about that place, without naming it: `is not a server of this config`. */
  readonly message: string;
  /** What to write instead; undefined where `written` and `among` say it, or nothing useful can be said. */
  readonly fix?: string;
  /** For a name that exists nowhere: what was written, and what could have been. */
  readonly written?: string;
  readonly among?: readonly string[];
}

/** What inspection found in the bytes: its type and how often, never the text. */
export interface Finding {
  readonly type: string;
  readonly count: number;
}

/** What may be forwarded, exactly: these bytes to this server for this caller, judged under this snapshot revision. */
export interface Envelope<Payload> {
  readonly bytes: Uint8Array;
  readonly server: string;
  readonly method: string;
  /** Name of the tool or prompt, or URI of the resource; undefined for the server as a whole. */
  readonly name: string | undefined;
  readonly principal: Principal;
  readonly revision: number;
  /** What the road needs beside: the parsed message, the era, headers. The policy does not look at it. */
  readonly payload: Payload;
}
