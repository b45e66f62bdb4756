// `sallyport policy unused`: what agents may do and have not done. What nobody uses, nobody misses when it is taken away, except who steals a key.

import { DEFAULT_AUDIT } from '../audit/index.ts';
import { labelsIn } from '../config/index.ts';
import type { UntestedConfig } from '../config/index.ts';
import { compilePolicy, compileToolFacts } from '../policies/index.ts';
import type { Policy } from '../policies/index.ts';
import type { AgentView } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { openDecisions, SINCE } from './decisions.ts';
import { EXIT } from './exit-codes.ts';
import { knownAgents, knownWorld } from './known.ts';
import { readPolicyConfig } from './policy-config.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { withProgress } from './progress.ts';

/** An agent at a server that it may use tools of. */
interface Grant {
  readonly agent: string;
  readonly server: string;
  readonly used: number;
  readonly unused: readonly string[];
}

/** The same, tool by tool. */
interface Given extends Pick<Grant, 'agent' | 'server'> {
  readonly granted: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

/** In the place of an agent: all of them, who are not told apart. */
const EVERYBODY = '*';
/** Uses kept apart; an agent that uses more tools than that uses them all, for this purpose. */
const MAX_USES = 1_000_000;
const MAX_NAMED = 6;

export const policyUnusedCommand: Command = {
  name: 'policy unused',
  summary: 'Show permissions that nobody uses',
  description: [
    'Rules that have decided nothing, and tools that an agent may call and has not called, in the time that is on record, or since then. Tools are those that the running gateway has approved; without one, those that anybody has called.',
    'Ends with exit code 1 if there are any, so that a script can ask.',
  ],
  options: [SINCE],
  examples: [['sallyport policy unused --since 30d', 'what could be taken away']],
  run: async (args, deps) => {
    const config = await readPolicyConfig(args, deps);
    if (typeof config === 'number') return config;
    const opened = await openDecisions(args, deps, 'policy.unused');
    if (typeof opened === 'number') return opened;
    const agents = await knownAgents(args, deps);
    if (agents === undefined)
      return complain(deps, EXIT.failed, 'Nobody can say which agents there are. Name the data folder with --data.');
    const rules = new Set<string>();
    const uses = new Set<string>();
    const called = new Map<string, Set<string>>();
    let [decisions, firstMs] = [0, Infinity];
    for await (const { rule, verdict, method, agent, server, subject, timeMs } of withProgress(deps, 'decisions read', opened.read())) {
      decisions++;
      firstMs = Math.min(firstMs, timeMs);
      if (rule !== undefined) rules.add(rule);
      if (method !== 'tools/call' || subject.kind !== 'tool' || verdict === 'deny' || uses.size >= MAX_USES) continue;
      uses.add(useOf(agent, server, subject.name));
      called.set(server, (called.get(server) ?? new Set()).add(subject.name));
    }
    if (uses.size >= MAX_USES)
      return complain(deps, EXIT.failed, `More than ${MAX_USES} different uses are on record: give a shorter time with --since.`);
    const tools =
      (await knownWorld(args, deps))?.tools ?? [...called].flatMap(([server, names]) => Array.from(names, (name) => ({ server, name })));
    // Where the record names nobody, or nobody is to be told apart, only what all of them together have left unused can be said.
    const { subjects, smallestGroup } = config.shard.audit ?? DEFAULT_AUDIT;
    const given = findGrants(config, agents, tools, uses);
    const grants = (subjects === 'names' && smallestGroup === 1 ? given : together(given)).map(toGrant);
    const unusedRules = config.shard.policy.rules.flatMap(({ name, effect }) => (rules.has(name) ? [] : [{ rule: name, effect }]));
    const since = Number.isFinite(firstMs) ? new Date(firstMs).toISOString() : null;
    const isAllUsed = unusedRules.length === 0 && grants.every(({ unused }) => unused.length === 0);
    if (args.output === 'json') printJson(deps, { decisions, since, rules: unusedRules, grants });
    else print(deps, { decisions, since, rules: unusedRules, grants });
    return isAllUsed ? EXIT.ok : EXIT.failed;
  },
};

function useOf(agent: string, server: string, tool: string): string {
  return JSON.stringify([agent, server, tool]);
}

/** What each agent may call, by what may ever be, and how much of it has been called. */
function findGrants(
  { shard }: UntestedConfig,
  agents: ReadonlyMap<string, AgentView>,
  tools: readonly { readonly server: string; readonly name: string }[],
  uses: ReadonlySet<string>,
): readonly Given[] {
  const servers = shard.servers.map(({ name }) => name);
  const compiled = compilePolicy(shard.policy, { servers });
  if (!compiled.ok) return [];
  const factsOf = compileToolFacts(shard.servers);
  const labelsOf = labelsIn(shard.servers);
  return [...agents.values()].flatMap((agent) =>
    servers.flatMap((server): readonly Given[] => {
      const principal = {
        tenant: 'default',
        agent: agent.name,
        user: undefined,
        groups: agent.groups,
        attributes: agent.attributes,
        keyId: 'unused',
      };
      const mayUse = (tool: string): boolean => mayCall(compiled.value, principal, server, tool, factsOf(server, tool));
      if (compiled.value.decide(principal, server, { kind: 'server' }, labelsOf(server)).kind === 'deny') return [];
      const granted = tools.flatMap((tool) => (tool.server === server && mayUse(tool.name) ? [tool.name] : []));
      const isUsed = (tool: string): boolean => uses.has(useOf(agent.name, server, tool)) || uses.has(useOf('', server, tool));
      return granted.length === 0 ? [] : [{ agent: agent.name, server, granted: new Set(granted), used: new Set(granted.filter(isUsed)) }];
    }),
  );
}

/** What all agents may use as one, at each server: unused is what none of them has used. */
function together(given: readonly Given[]): readonly Given[] {
  return [...Map.groupBy(given, ({ server }) => server)].map(([server, same]) => ({
    agent: EVERYBODY,
    server,
    granted: new Set(same.flatMap(({ granted }) => [...granted])),
    used: new Set(same.flatMap(({ used }) => [...used])),
  }));
}

function toGrant({ agent, server, granted, used }: Given): Grant {
  return { agent, server, used: used.size, unused: [...granted.difference(used)].sort() };
}

type Principal = Parameters<Policy['decide']>[0];
type Facts = ReturnType<ReturnType<typeof compileToolFacts>>;

function mayCall({ decide }: Policy, principal: Principal, server: string, tool: string, { labels, guessed }: Facts): boolean {
  return decide(principal, server, { kind: 'tool', name: tool }, labels, guessed).kind !== 'deny';
}

interface Found {
  readonly decisions: number;
  readonly since: string | null;
  readonly rules: readonly { readonly rule: string; readonly effect: string }[];
  readonly grants: readonly Grant[];
}

function print(deps: CliDeps, { decisions, since, rules, grants }: Found): void {
  printLine(deps, since === null ? 'Nothing is on record in this time.' : `${decisions} decisions since ${since}.`);
  if (rules.length > 0) {
    printLine(deps, '\nRules that decided nothing:');
    for (const { rule, effect } of rules) printText(deps, `  ${rule} (${effect})`);
  }
  const idle = grants.filter(({ unused }) => unused.length > 0);
  if (idle.length > 0) {
    printLine(deps, '\nTools that agents may call and have not called:');
    printTable(
      deps,
      ['AGENT', 'SERVER', 'USED', 'UNUSED', 'TOOLS'],
      idle.map(({ agent, server, used, unused }) => [agent, server, `${used}`, `${unused.length}`, shortened(unused)]),
    );
  }
  if (rules.length === 0 && idle.length === 0) printLine(deps, 'Everything that is allowed has been used.');
}

function shortened(names: readonly string[]): string {
  return `${names.slice(0, MAX_NAMED).join(' ')}${names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''}`;
}
