// Recorded decisions under another policy: what would be decided otherwise, grouped and counted. A record holds no arguments, no address, nothing of
// what the task had used before, and of what was found in the request only what a detector of that day was sure of: where a rule looks at these,
// what it would say cannot be said, and is not guessed. Of a log of any length only counts are kept.

import type { Principal } from '../../agents/index.ts';
import type { PolicyDocument, Subject, ToolFacts, Verdict } from '../types.ts';
import { compileForesight } from './foresee.ts';
import type { Foreseen, Unknown } from './foresee.ts';

/** What a record says of a decision. */
export interface RecordedDecision {
  readonly timeMs: number;
  readonly verdict: Verdict['kind'];
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  /** Empty where the record names nobody. */
  readonly agent: string;
  readonly user: string | undefined;
  readonly server: string;
  readonly era: string;
  readonly listener: string;
  readonly method: string;
  readonly subject: Subject;
  /** A person was asked about it. */
  readonly wasAsked: boolean;
  /** Nobody looked into it, so that it was decided by who asked and whom alone. */
  readonly isUnread: boolean;
}

/** What the new policy stands in, as of now. */
export interface ReplayBed {
  readonly servers: readonly string[];
  /** Agents by name, with their groups and attributes. */
  readonly agents: ReadonlyMap<string, Pick<Principal, 'groups' | 'attributes'>>;
  readonly toolFacts: (server: string, tool: string) => ToolFacts;
  /** What agents did is counted for all of them as one, `*`. */
  readonly isTogether?: boolean;
  /** Labels of what is no tool. */
  readonly serverLabels: (server: string) => readonly string[];
}

/** What happened alike to the same agent and thing. */
export interface ReplayGroup {
  readonly agent: string;
  readonly server: string;
  readonly subject: Subject;
  readonly was: { readonly verdict: Verdict['kind']; readonly rule: string | undefined };
  /** Undefined: it cannot be said, because of these rules. */
  readonly now: { readonly verdict: Verdict['kind']; readonly rule: string | undefined } | undefined;
  readonly rules: readonly string[];
  readonly count: number;
  readonly lastMs: number;
}

/** What became of all of them. */
export interface ReplayReport {
  readonly decisions: number;
  readonly same: number;
  readonly changed: number;
  readonly unsaid: number;
  /** Decisions that say nothing of policy, by why. */
  readonly leftOut: Readonly<Record<LeftOut, number>>;
  /** Agents of which nothing is known any more: they are taken to be in no group. */
  readonly unknownAgents: readonly string[];
  /** Most frequent first; changes before what cannot be said. */
  readonly groups: readonly ReplayGroup[];
  /** Decisions in groups that were not kept apart, as there were too many. */
  readonly ungrouped: number;
}

/** Why a decision is left out. */
export type LeftOut = 'not-by-policy' | 'asked-first' | 'cut-short' | 'no-server' | 'unread' | 'nameless';

/** Takes decisions one by one. */
export interface Replay {
  take(decision: RecordedDecision): void;
  report(): ReplayReport;
}

const EVERYBODY = '*';
const MAX_GROUPS = 10_000;
const MAX_UNKNOWN_AGENTS = 1_000;
/** Methods that use what they name; others are about a use that was judged before. */
const USES: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);
/** Reasons of denials that are policy's. */
const BY_POLICY: ReadonlySet<string> = new Set(['denied', 'condition-error', 'approval-needed', 'flow']);
/** What the log writes where it cut a name, or left a hidden character out. */
const CUT = /[…\ufffd]/;

const OF_CALLS: ReadonlySet<Unknown> = new Set(['args', 'source', 'taint', 'findings']);
const OF_OTHERS: ReadonlySet<Unknown> = new Set(['source', 'taint', 'findings']);

/** Begins a replay on a document that compiles. */
export function createReplay(document: PolicyDocument, bed: ReplayBed): Replay {
  const foresee = compileForesight(document, bed.servers);
  const principals = new Map<string, Principal>();
  const unknownAgents = new Set<string>();
  const groups = new Map<string, { -readonly [Member in keyof ReplayGroup]: ReplayGroup[Member] }>();
  const leftOut: Record<LeftOut, number> = { 'not-by-policy': 0, 'asked-first': 0, 'cut-short': 0, 'no-server': 0, unread: 0, nameless: 0 };
  let [decisions, same, changed, unsaid, ungrouped] = [0, 0, 0, 0, 0];

  /** One for each agent, since callers are known by identity. */
  const principalOf = ({ agent, user }: RecordedDecision): Principal => {
    const key = JSON.stringify([agent, user]);
    let principal = principals.get(key);
    if (principal === undefined) {
      const known = bed.agents.get(agent);
      if (known === undefined && unknownAgents.size < MAX_UNKNOWN_AGENTS) unknownAgents.add(agent);
      principal = { tenant: 'default', agent, user, groups: known?.groups ?? [], attributes: known?.attributes ?? {}, keyId: 'replay' };
      if (principals.size === MAX_GROUPS) principals.clear();
      principals.set(key, principal);
    }
    return principal;
  };

  const foreseen = (decision: RecordedDecision): Foreseen => {
    const { server, subject, timeMs, era, listener, method } = decision;
    const isCall = (method === 'tools/call' || method === 'prompts/get') && subject.kind !== 'server';
    return foresee(
      {
        principal: principalOf(decision),
        server,
        subject,
        tool: subject.kind === 'tool' ? bed.toolFacts(server, subject.name) : undefined,
        labels: subject.kind === 'tool' ? undefined : bed.serverLabels(server),
        taint: [],
        args: isCall ? {} : undefined,
        request: { timeMs, era, source: '', listener },
      },
      isCall ? OF_CALLS : OF_OTHERS,
    );
  };

  const group = (decision: RecordedDecision, was: Verdict['kind'], { verdict, kinds, open }: Foreseen): void => {
    const { server, subject, rule, timeMs } = decision;
    const agent = bed.isTogether === true ? EVERYBODY : decision.agent;
    const [only] = kinds.size === 1 ? kinds : [];
    const now = only === undefined ? undefined : { verdict: only, rule: verdict?.rule };
    const key = JSON.stringify([agent, server, subject, was, rule, now, open]);
    const found = groups.get(key);
    if (found !== undefined) {
      found.count++;
      found.lastMs = Math.max(found.lastMs, timeMs);
    } else if (groups.size === MAX_GROUPS) ungrouped++;
    else groups.set(key, { agent, server, subject, was: { verdict: was, rule }, now, rules: open, count: 1, lastMs: timeMs });
  };

  return {
    take: (decision) => {
      decisions++;
      const why = leaveOut(decision, bed.servers);
      if (why !== undefined) {
        leftOut[why]++;
        return;
      }
      const was = decision.wasAsked ? 'ask' : decision.verdict;
      const now = asAnswered(foreseen(decision), decision.method);
      if (now.kinds.size > 1) unsaid++;
      else if (now.kinds.has(was)) {
        same++;
        return;
      } else changed++;
      group(decision, was, now);
    },
    report: () => ({
      decisions,
      same,
      changed,
      unsaid,
      leftOut,
      unknownAgents: [...unknownAgents],
      groups: [...groups.values()].sort((a, b) => Number(a.now === undefined) - Number(b.now === undefined) || b.count - a.count),
      ungrouped,
    }),
  };
}

/** What asks about a use that was judged is not asked about again. */
function asAnswered(foreseen: Foreseen, method: string): Foreseen {
  if (USES.has(method) || !foreseen.kinds.has('ask')) return foreseen;
  return { ...foreseen, kinds: new Set(Array.from(foreseen.kinds, (kind) => (kind === 'ask' ? 'allow' : kind))) };
}

function leaveOut(
  { verdict, reason, method, server, subject, agent, isUnread }: RecordedDecision,
  servers: readonly string[],
): LeftOut | undefined {
  if (reason === 'approval-asked') return 'asked-first';
  if (method === '' || (verdict === 'deny' && !BY_POLICY.has(reason ?? ''))) return 'not-by-policy';
  if (isUnread) return 'unread';
  // Who is not named has no groups, and falls under no rule about agents.
  if (agent === '') return 'nameless';
  if (subject.kind !== 'server' && CUT.test(subject.name)) return 'cut-short';
  // On a route with several servers each is asked by itself, which has a record of its own.
  return server.startsWith('/') && !servers.includes(server) ? 'no-server' : undefined;
}
