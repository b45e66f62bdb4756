// Which limits concern a call, and what it owes each. Compiled once; for a caller the limits that may concern it are kept, so that a call costs by
// the limits that concern its agent, not by all there are.

import type { Principal } from '../../agents/index.ts';
import { sha256Hex } from '../../base/index.ts';
import { canonicalJson } from '../../mcp/index.ts';
import type { JsonValue } from '../../mcp/index.ts';
import { compileGlob } from '../../base/index.ts';
import type { Matcher } from '../../base/index.ts';
import type { Subject } from '../types.ts';
import { bucketKey, callKey } from './keys.ts';
import type { BreakerShape, BucketShape, Charge, Limit, LimitKind, LimitPer } from './types.ts';

/** A call, as limits see it. */
export interface Chargeable {
  readonly principal: Principal;
  readonly server: string;
  readonly subject: Subject;
  /** Of the tool. */
  readonly labels: readonly string[];
  /** Whether it uses what it names, and is not a list or about a use that was charged. */
  readonly isUse: boolean;
  /** As sent; undefined where it has none. */
  readonly args: JsonValue | undefined;
  /** Limits that the rules name which let it through. */
  readonly named: readonly string[] | undefined;
}

/** The limits of a policy. Immutable to its users. */
export interface LimitIndex {
  /** Whether there are none, so that nobody need ask. */
  readonly isEmpty: boolean;
  /** What a call owes, an entry for each bucket. */
  readonly charges: (call: Chargeable) => readonly Charge[];
}

interface CompiledLimit {
  readonly name: string;
  readonly kind: LimitKind;
  readonly per: readonly LimitPer[];
  /** Only rules lead to it. */
  readonly isNamed: boolean;
  readonly countsAll: boolean;
  readonly concernsAgent: (principal: Principal) => boolean;
  readonly chargesGroup: (group: string) => boolean;
  readonly coversServer: Matcher;
  readonly covers: (subject: Subject, labels: readonly string[]) => boolean;
  readonly costOf: (subject: Subject) => number;
  /** Of identical calls: how long one counts. */
  readonly keptMs: number;
}

const ORDER: readonly LimitPer[] = ['agent', 'group', 'server', 'tool'];
const NONE: readonly Charge[] = [];
/** Whoever is in no group counts as in this one: else a limit per group would not hold them at all. */
const NO_GROUP: readonly string[] = [''];

const NO_LIMITS: LimitIndex = Object.freeze({ isEmpty: true, charges: () => NONE });

/** Compiles limits; `named`: those that rules name, which concern what these rules grant and nothing else. */
export function compileLimits(limits: Readonly<Record<string, Limit>>, named: ReadonlySet<string>): LimitIndex {
  const compiled = Object.entries(limits).map(([name, limit]) => compileLimit(name, limit, named.has(name)));
  if (compiled.length === 0) return NO_LIMITS;
  const known = new WeakMap<Principal, readonly CompiledLimit[]>();
  const limitsOf = (principal: Principal): readonly CompiledLimit[] => {
    let found = known.get(principal);
    if (found === undefined) known.set(principal, (found = compiled.filter((limit) => limit.isNamed || limit.concernsAgent(principal))));
    return found;
  };
  return Object.freeze<LimitIndex>({
    isEmpty: false,
    charges: (call) => {
      let charges: Charge[] | undefined;
      for (const limit of limitsOf(call.principal)) {
        if (!concerns(limit, call)) continue;
        const cost = limit.costOf(call.subject);
        if (cost > 0 || limit.kind === 'bytes') addCharges((charges ??= []), limit, call, cost);
      }
      return charges ?? NONE;
    },
  });
}

/** The numbers of a limit that has a bucket. */
export function bucketShape({ rate, concurrent, bytes, spend }: Limit): BucketShape | undefined {
  if (concurrent !== undefined) return { capacity: concurrent, amount: 0, periodMs: 1 };
  if (rate !== undefined) return { capacity: rate.burst ?? rate.calls, amount: rate.calls, periodMs: rate.periodMs };
  if (bytes !== undefined) return { capacity: bytes.burst ?? bytes.bytes, amount: bytes.bytes, periodMs: bytes.periodMs };
  if (spend !== undefined) return { capacity: spend.burst ?? spend.units, amount: spend.units, periodMs: spend.periodMs };
  return undefined;
}

/** The numbers of a limit on identical calls. */
export function breakerShape({ repeats }: Limit): BreakerShape | undefined {
  return repeats;
}

/** Which kind a limit is of. */
export function kindOf({ rate, concurrent, bytes, spend }: Limit): LimitKind {
  if (rate !== undefined) return 'rate';
  if (concurrent !== undefined) return 'concurrent';
  if (bytes !== undefined) return 'bytes';
  return spend === undefined ? 'repeats' : 'spend';
}

/** What a limit counts apart, in the order in which keys are written. */
export function perOf({ per = ['agent'] }: Limit): readonly LimitPer[] {
  return ORDER.filter((one) => per.includes(one));
}

function concerns(limit: CompiledLimit, { server, subject, labels, isUse, named }: Chargeable): boolean {
  if (!isUse && !limit.countsAll) return false;
  if (limit.isNamed) return named !== undefined && named.includes(limit.name);
  return limit.coversServer(server) && limit.covers(subject, labels);
}

function addCharges(charges: Charge[], limit: CompiledLimit, call: Chargeable, cost: number): void {
  const { name, kind, per } = limit;
  const { principal, server, subject, args } = call;
  if (kind === 'repeats') {
    // Prompts and resources of a server share a key but for this: which of them it is belongs to the call.
    const digest = sha256Hex(canonicalJson([subject.kind, subject.kind === 'server' ? null : subject.name, args ?? null]));
    charges.push({ limit: name, kind, key: callKey(principal, server, digest, thingOf(subject)), cost, keptMs: limit.keptMs });
    return;
  }
  if (!per.includes('group')) {
    charges.push({ limit: name, kind, key: bucketKey(per, { principal, group: '', server, tool: thingOf(subject) }), cost });
    return;
  }
  const groups = principal.groups.filter(limit.chargesGroup);
  for (const group of groups.length === 0 ? NO_GROUP : groups)
    charges.push({ limit: name, kind, key: bucketKey(per, { principal, group, server, tool: thingOf(subject) }), cost });
}

/** Tools count apart where a limit says so; prompts and resources of a server count as one each, because URIs are the agent's to choose. */
function thingOf(subject: Subject): string {
  if (subject.kind === 'tool') return subject.name;
  return subject.kind === 'server' ? '(lists)' : `(${subject.kind}s)`;
}

function compileLimit(name: string, limit: Limit, isNamed: boolean): CompiledLimit {
  const kind = kindOf(limit);
  const { agents, groups } = limit;
  const isAgent = anyOf(agents);
  const isGroup = anyOf(groups);
  const everyone = agents.length === 0 && groups.length === 0;
  return {
    name,
    kind,
    per: perOf(limit),
    isNamed,
    countsAll: limit.counts === 'requests',
    concernsAgent: (principal) => everyone || isAgent(principal.agent) || principal.groups.some(isGroup),
    chargesGroup: groups.length === 0 ? () => true : isGroup,
    coversServer: anyOf(limit.servers),
    covers: compileCovers(limit),
    costOf: compileCost(limit),
    keptMs: Math.max(limit.repeats?.windowMs ?? 0, limit.repeats?.coolDownMs ?? 0),
  };
}

function compileCovers({ tools, prompts, resources, labels }: Limit): CompiledLimit['covers'] {
  const isNarrow = tools !== undefined || prompts !== undefined || resources !== undefined || labels !== undefined;
  if (!isNarrow) return () => true;
  const isTool = tools === undefined ? (): boolean => labels !== undefined : anyOf(tools);
  const isPrompt = anyOf(prompts ?? []);
  const isResource = anyOf(resources ?? []);
  return (subject, carried) => {
    switch (subject.kind) {
      case 'tool':
        return isTool(subject.name) && (labels === undefined || labels.some((label) => carried.includes(label)));
      case 'prompt':
        return isPrompt(subject.name);
      case 'resource':
        return isResource(subject.name);
      case 'server':
        return false;
      default:
        return subject satisfies never;
    }
  };
}

/** The dearest of what the operator declared; what was not declared costs one unit. */
function compileCost({ spend, bytes }: Limit): (subject: Subject) => number {
  if (bytes !== undefined) return () => 0;
  const costs = Object.entries(spend?.costs ?? {}).map(([glob, units]) => ({ matches: compileGlob(glob), units }));
  if (costs.length === 0) return () => 1;
  return (subject) => {
    if (subject.kind !== 'tool') return 1;
    let dearest: number | undefined;
    for (const { matches, units } of costs) if (matches(subject.name)) dearest = Math.max(dearest ?? 0, units);
    return dearest ?? 1;
  };
}

function anyOf(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(compileGlob);
  return (name) => matchers.some((matches) => matches(name));
}
