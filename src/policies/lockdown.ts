// The kill switch: what may not be used at all now, whatever the rules say, until somebody lifts it. It stands in front of a policy as one
// more denial that wins over everything, so that whatever asks the policy obeys it: calls, lists, streams, sessions and what they hold.
// Where nothing is locked the policy is the very one it was, and costs what it did.

import type { Principal } from '../agents/index.ts';
import { compileGlob, isGlob } from '../base/index.ts';
import type { Matcher } from '../base/index.ts';
import type { Denial, Policy, Subject } from './types.ts';

/** What can be locked; `all`: everything of a tenant. */
export type LockKind = 'agent' | 'server' | 'tool' | 'all';

/** Something that somebody locked. */
export interface Lock {
  readonly id: string;
  readonly tenant: string;
  readonly kind: LockKind;
  /** A name or a glob; of a tool `SERVER/TOOL`, or only the tool on every server. Empty for `all`. */
  readonly name: string;
  /** Why, as it was given: for people and the record, never for agents. */
  readonly reason: string;
  /** Who, as they call themselves. */
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly since: string;
}

/** What is locked. Immutable. */
export interface Lockdown {
  readonly locks: readonly Lock[];
  /** Why nobody can say what is locked, the end of a sentence: then everything is. */
  readonly fault: string | undefined;
  /** Whether anything is locked. */
  readonly isOn: boolean;
  /** Whether this agent may not use this now. */
  readonly stops: (principal: Pick<Principal, 'tenant' | 'agent'>, server: string, subject: Subject) => boolean;
  /** Whether it may stop something that this agent does there, when nobody can say what that is. */
  readonly concerns: (principal: Pick<Principal, 'tenant' | 'agent'>, server: string) => boolean;
}

/** The denial of what is locked. */
export const LOCKED_DOWN: Denial = Object.freeze({ kind: 'deny', rule: undefined, reason: 'lockdown' });

/** Nothing is locked. */
export const NOTHING_LOCKED: Lockdown = Object.freeze({
  locks: [],
  fault: undefined,
  isOn: false,
  stops: () => false,
  concerns: () => false,
});

/** Nobody can say what is locked, so everything is. */
export function lockEverything(fault: string, locks: readonly Lock[] = []): Lockdown {
  return Object.freeze({ locks, fault, isOn: true, stops: () => true, concerns: () => true });
}

/** Compiles locks; their number costs nothing where they are plain names. */
export function compileLockdown(locks: readonly Lock[]): Lockdown {
  if (locks.length === 0) return NOTHING_LOCKED;
  const tenants = new Map<string, Pick<Lockdown, 'stops' | 'concerns'>>();
  for (const tenant of new Set(locks.map((lock) => lock.tenant)))
    tenants.set(tenant, compileTenant(locks.filter((lock) => lock.tenant === tenant)));
  return Object.freeze({
    locks,
    fault: undefined,
    isOn: true,
    stops: (principal, server, subject) => tenants.get(principal.tenant)?.stops(principal, server, subject) === true,
    concerns: (principal, server) => tenants.get(principal.tenant)?.concerns(principal, server) === true,
  } satisfies Lockdown);
}

/** The policy as a lockdown leaves it. */
export function underLockdown(policy: Policy, { isOn, stops, concerns }: Lockdown): Policy {
  if (!isOn) return policy;
  return Object.freeze({
    ...policy,
    decide: (principal, server, subject, ...more) =>
      stops(principal, server, subject) ? LOCKED_DOWN : policy.decide(principal, server, subject, ...more),
    judgeUnread: (principal, server, toolClass) =>
      concerns(principal, server) ? LOCKED_DOWN : policy.judgeUnread(principal, server, toolClass),
    judge: (question) => (stops(question.principal, question.server, question.subject) ? LOCKED_DOWN : policy.judge(question)),
    explain: (question) => {
      const explained = policy.explain(question);
      return stops(question.principal, question.server, question.subject) ? { ...explained, verdict: LOCKED_DOWN } : explained;
    },
  } satisfies Policy);
}

/** What a lock of this kind and name would concern, for telling a person whether it names anything that exists. */
export function compileLockName(kind: Exclude<LockKind, 'all'>, name: string): (server: string, own: string) => boolean {
  if (kind === 'tool') return compileTools([name]);
  const matches = compileGlob(name);
  return (_server, own) => matches(own);
}

function compileTenant(locks: readonly Lock[]): Pick<Lockdown, 'stops' | 'concerns'> {
  if (locks.some(({ kind }) => kind === 'all')) return { stops: () => true, concerns: () => true };
  const named = (kind: LockKind): readonly string[] => locks.filter((lock) => lock.kind === kind).map(({ name }) => name);
  const isAgent = anyOf(named('agent'));
  const isServer = anyOf(named('server'));
  const isTool = compileTools(named('tool'));
  // A tool's name ends with the first slash at the latest: what stands before it names its server.
  const hasTool = anyOf(named('tool').map((pattern) => (pattern.includes('/') ? pattern.slice(0, pattern.indexOf('/')) : '*')));
  return {
    stops: ({ agent }, server, subject) => isAgent(agent) || isServer(server) || (subject.kind === 'tool' && isTool(server, subject.name)),
    concerns: ({ agent }, server) => isAgent(agent) || isServer(server) || hasTool(server),
  };
}

/** Names by a look-up, globs one by one. */
function anyOf(patterns: readonly string[]): Matcher {
  const names = new Set(patterns.filter((pattern) => !isGlob(pattern)));
  const globs = patterns.filter(isGlob).map(compileGlob);
  return (name) => names.has(name) || globs.some((matches) => matches(name));
}

/** No server has a slash in its name, so the first one ends it: a tool whose own name has one is written with its server, or `*`, in front. */
function compileTools(patterns: readonly string[]): (server: string, tool: string) => boolean {
  const full = patterns.map((pattern) => (pattern.includes('/') ? pattern : `*/${pattern}`));
  const names = new Set(full.filter((pattern) => !isGlob(pattern)));
  const globs = full.filter(isGlob).map((pattern): readonly [Matcher, Matcher] => {
    const slash = pattern.indexOf('/');
    return [compileGlob(pattern.slice(0, slash)), compileGlob(pattern.slice(slash + 1))];
  });
  return (server, tool) =>
    (names.size > 0 && names.has(`${server}/${tool}`)) || globs.some(([isServer, isTool]) => isServer(server) && isTool(tool));
}
