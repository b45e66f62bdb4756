// The shapes of a decision: the document people write, what is asked, what is answered.

import type { Principal } from '../agents/index.ts';
import type { FindingClass } from '../inspection/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { Limit, LimitIndex } from './limits/index.ts';

/** What a rule does when it matches. */
export type Effect = 'allow' | 'ask' | 'deny';

/** Who may say yes where a rule asks, and for how long that is waited for. */
export interface Approval {
  readonly expiresAfterMs: number;
  /** Groups, as globs, of which an approver must be in one; `any`: whoever may approve at all. */
  readonly approvers: 'any' | readonly string[];
  /** Nobody approves what they asked for themselves. */
  readonly notRequester: boolean;
}

/** What an approval must be by all rules that ask about one call. */
export interface ApprovalTerms {
  readonly expiresAfterMs: number;
  /** For each rule that names groups, as globs: whoever approves is in one of every list. */
  readonly approvers: readonly (readonly string[])[];
  readonly notRequester: boolean;
}

/** One rule, as written, defaults filled in. Lists hold globs: `*` any run of characters, `?` one character, nothing else. */
export interface Rule {
  readonly name: string;
  readonly effect: Effect;
  /** Why it is there, for people. */
  readonly description?: string | undefined;
  /** The rule concerns a caller whose agent name matches one of `agents` or who is in a group that matches one of `groups`. */
  readonly agents: readonly string[];
  readonly groups: readonly string[];
  readonly servers: readonly string[];
  /** Undefined in all three, and no labels: the rule covers the server as a whole, and everything on it. */
  readonly tools?: readonly string[] | undefined;
  readonly prompts?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  /** What the rule covers are only tools that carry one of these, and what is on servers that do. */
  readonly labels?: readonly string[] | undefined;
  /** The rule counts only for a task that has used what carries these, all of them. Never of an allow rule. */
  readonly after?: readonly string[] | undefined;
  /** A condition (condition/index.ts). */
  readonly when?: string | undefined;
  /** How much the record of a call weighs that this rule grants; undefined: what the tool has. */
  readonly class?: CallClass | undefined;
  /** Of an ask rule. */
  readonly approval?: Approval | undefined;
  /** What was not looked into is denied, in calls that this rule grants and in their answers. */
  readonly inspect?: 'required' | undefined;
  /** Classes of findings that are at least redacted, in calls that this rule grants and in their answers. */
  readonly redact?: readonly FindingClass[] | undefined;
  /** A purpose: what is said in calls that this rule grants is sealed for it, both ways. */
  readonly capture?: string | undefined;
  /** Names of limits that calls are charged to which this rule grants. */
  readonly limit?: string | readonly string[] | undefined;
}

/** How a task is told from another one, for rules that look at what it has used. */
export interface FlowOptions {
  /** For so long after its use, what an agent has used counts for everything it does. */
  readonly windowMs: number;
  /** Agents, as globs, whose word for which task a request belongs to is taken: their trace context. */
  readonly trustTrace: readonly string[];
}

/** A whole policy, as written. */
export interface PolicyDocument {
  readonly rules: readonly Rule[];
  /** What an agent reads of a denial; by default what decided. `generic`: nothing, and what it may never use does not exist for it. */
  readonly denyDetail?: 'rule' | 'generic' | undefined;
  readonly flow?: FlowOptions | undefined;
  readonly limits?: Readonly<Record<string, Limit>> | undefined;
}

/** What a principal wants to use on a server: one named thing, or the server at all (initialize, discover, lists, ping). */
export type Subject = { readonly kind: 'tool' | 'prompt' | 'resource'; readonly name: string } | { readonly kind: 'server' };

/** How much a call's record weighs: critical is durable before forwarding, standard before the answer. */
export type CallClass = 'critical' | 'standard' | 'low';

/** What is known of a tool, whatever it says of itself. */
export interface ToolFacts {
  readonly labels: readonly string[];
  /** Those of the labels that nobody declared. They restrict like the others, and no allow rule goes by them: servers choose what they are guessed from. */
  readonly guessed?: readonly string[];
  /** Whether the class is guessed as well. */
  readonly isClassGuessed?: boolean;
  readonly class: CallClass | undefined;
  /** Of its approved definition. */
  readonly fingerprint: string | undefined;
}

/** One call, or one other request, about which a verdict is wanted. */
export interface Question {
  readonly principal: Principal;
  readonly server: string;
  readonly subject: Subject;
  /** Undefined where the subject is no tool. */
  readonly tool: ToolFacts | undefined;
  /** Labels of what is no tool: its server's. */
  readonly labels?: readonly string[] | undefined;
  /** Labels of all that the task has used. Undefined: nobody knows, and a rule that looks at them lets nothing through. */
  readonly taint?: readonly string[] | undefined;
  /** How much was found in the request, by class; undefined: nobody has looked, and a condition that asks has no answer. */
  readonly findings?: Readonly<Record<string, number>> | undefined;
  /** As the agent sent them; undefined where there are none to read: the subject takes none, or this is about a call judged before. */
  readonly args: JsonValue | undefined;
  readonly request: {
    readonly timeMs: number;
    readonly era: string;
    /** Address of the peer. */
    readonly source: string;
    readonly listener: string;
  };
}

/** What an allowed call owes, by all the rules that let it through. */
export interface Obligations {
  readonly class: CallClass;
  /** Names of the limits that the rules name which let it through; absent: none. */
  readonly limits?: readonly string[];
  /** What was not looked into is denied, in the request and in its answer. */
  readonly inspect?: 'required';
  /** Classes of findings that are at least redacted, both ways; absent: none. */
  readonly redact?: readonly FindingClass[];
  /** The purpose for which what is said is sealed, both ways: of several rules, what the first in the document says. */
  readonly capture?: string;
}

/** Leave, and by which rule. */
export type Allow = { readonly kind: 'allow'; readonly rule: string; readonly obligations: Obligations };

/** A person must say yes, by which rule: the first of those that ask. */
export type Ask = { readonly kind: 'ask'; readonly rule: string; readonly approval: ApprovalTerms; readonly obligations: Obligations };

/**
 * A no. `rule`: a deny rule matched. `flow`: one that denies what follows on the use of certain things. `condition-error`: the rule's
 * condition has no answer for this call, and may not be passed over. `approval-needed`: a person must approve it, and none has. `no-rule`: nothing allows it. `ambiguous-name`: the name is too long to be
 * judged, or a resource URI can be read in so many ways that no rule can be trusted to have judged it. `lockdown`: somebody has locked it.
 */
export type Denial =
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: 'rule' | 'approval-needed' }
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: 'flow'; readonly after: readonly string[] }
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: 'condition-error'; readonly error: string }
  | { readonly kind: 'deny'; readonly rule: undefined; readonly reason: 'no-rule' | 'ambiguous-name' | 'lockdown' };

/** Why a call was denied. */
export type DenyReason = Denial['reason'];

/** The answer of a policy. */
export type Verdict = Allow | Ask | Denial;

/**
 * A compiled policy. Same question, same answer; immutable to its users. Deny wins over ask, ask over allow, and the default is deny; the
 * rule named is the first in document order that decides.
 */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly denyDetail: 'rule' | 'generic';
  /** What calls are charged to. */
  readonly limits: LimitIndex;
  /** What rules look at of what a task has used. */
  readonly flow: Flow;
  /** What may ever be, for lists and streams: conditions of deny rules are taken as false, of the others as true. `labels`: the thing's, and which of them are guessed. */
  readonly decide: (
    principal: Principal,
    server: string,
    subject: Subject,
    labels?: readonly string[],
    guessed?: readonly string[],
  ) => Verdict;
  /** The verdict on one call, by its arguments too. */
  readonly judge: (question: Question) => Verdict;
  /** The verdict on a request that nobody looks into: by who asks and whom alone. `toolClass`: the heaviest that anything there has. */
  readonly judgeUnread: (principal: Principal, server: string, toolClass: CallClass | undefined) => Allow | Denial;
  /** The same verdict, and what each rule had to do with it. Slow: for people. */
  readonly explain: (question: Question) => Explanation;
}

/** What rules look at of what a task has used, so that nothing is kept or asked for that no rule looks at. */
export interface Flow {
  /** No rule looks at anything. */
  readonly isOff: boolean;
  readonly windowMs: number;
  /** Whether an agent's word for which task a request belongs to is taken. */
  readonly trustsTrace: (agent: string) => boolean;
  /** Of the labels of what is used, those that some rule looks at. */
  readonly watched: (labels: readonly string[]) => readonly string[];
  /** Whether the verdict on a thing may depend on what the task has used. `labels`: the thing's. */
  readonly decides: (principal: Principal, server: string, subject: Subject, labels: readonly string[]) => boolean;
}

/** Whether a rule matched a question and, if not, what was in the way: the first of these that was. */
export type RuleMatch =
  | 'matches'
  | 'other-agent'
  | 'other-server'
  | 'other-subject'
  | 'other-labels'
  | 'other-taint'
  | 'condition-false'
  | 'condition-error';

/** What a rule had to do with a verdict. */
export interface RuleExplanation {
  readonly rule: string;
  readonly effect: Effect;
  readonly match: RuleMatch;
  /** Why the condition has no answer, with `condition-error`. */
  readonly error: string | undefined;
}

/** A verdict, and every rule of the document, in its order. */
export interface Explanation {
  readonly verdict: Verdict;
  readonly rules: readonly RuleExplanation[];
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
