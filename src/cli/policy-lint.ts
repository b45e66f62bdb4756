// `sallyport policy lint`: rules that cannot do what their writer believes.

import type { UntestedConfig } from '../config/index.ts';
import { declaredLabels, KNOWN_LABELS, lintPolicy } from '../policies/index.ts';
import type { LintBed } from '../policies/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { openDecisions, SINCE } from './decisions.ts';
import { EXIT } from './exit-codes.ts';
import { knownAgents, knownWorld } from './known.ts';
import { shownPath } from './locate.ts';
import { readPolicyConfig } from './policy-config.ts';
import { printJson, printLine, printText } from './print.ts';
import { withProgress } from './progress.ts';

export const policyLintCommand: Command = {
  name: 'policy lint',
  summary: 'Find rules that cannot do what they say',
  description: [
    'shadowed: another rule always decides before it. contradictory: it allows exactly what another one denies. never-matching, constant: its condition is never, or always, true. These hold for every call there can be.',
    'dangling: it names agents, groups, servers, tools or labels that nothing has now. unused, with --records: it has decided nothing that is on record.',
    'Agents are those of the data folder, tools those that the running gateway has approved; what nobody can be asked about is not looked at. Ends with exit code 1 if anything is found.',
  ],
  options: [{ name: 'records', text: 'also find rules that have decided nothing on record' }, SINCE],
  run: async (args, deps) => {
    const config = await readPolicyConfig(args, deps);
    if (typeof config === 'number') return config;
    const opened = args.flag('records') ? await openDecisions(args, deps, 'policy.lint') : undefined;
    if (typeof opened === 'number') return opened;
    const used = new Set<string>();
    if (opened !== undefined)
      for await (const { rule } of withProgress(deps, 'decisions read', opened.read())) if (rule !== undefined) used.add(rule);
    const bed = await readBed(config, args, deps);
    const found = lintPolicy(config.shard.policy, opened === undefined ? bed : { ...bed, used });
    const findings = found.map(({ kind, rule, path, message, fix }) => {
      const { file, line, column } = config.placed(path, message, fix);
      return { kind, rule, file: shownPath(file, deps), line, column, message, fix };
    });
    if (args.output === 'json') printJson(deps, { ok: findings.length === 0, findings });
    else {
      for (const { kind, rule, file, line, column, message, fix } of findings)
        printText(deps, `${file}:${line}:${column}: ${kind}: ${rule} ${message}. ${fix}`);
      if (findings.length === 0)
        printLine(
          deps,
          `Nothing is wrong with ${config.shard.policy.rules.length === 1 ? 'the rule' : `the ${config.shard.policy.rules.length} rules`}.`,
        );
    }
    return findings.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

async function readBed({ shard }: UntestedConfig, args: ParsedArguments, deps: CliDeps): Promise<LintBed> {
  const servers = shard.servers.map(({ name }) => name);
  const agents = await knownAgents(args, deps);
  const world = await knownWorld(args, deps);
  const anonymous = shard.listeners.flatMap((listener) => (listener.anonymous === undefined ? [] : [listener.anonymous]));
  const guessed = world?.tools.flatMap(({ labels }) => labels);
  const found = shard.inspection?.actions.flatMap(({ taints = [] }) => taints) ?? [];
  return {
    servers,
    ...(agents !== undefined && {
      agents: [...agents.keys(), ...anonymous],
      groups: [...new Set([...agents.values()].flatMap(({ groups }) => groups))],
    }),
    // Without the catalogue, what the gateway guesses of tools is not known.
    labels: [...new Set([...declaredLabels(shard.servers), ...found, ...(guessed ?? KNOWN_LABELS)])],
    ...(world !== undefined && { tools: toolsByServer(world.tools) }),
  };
}

/** Of servers with at least one approved tool: of another one nobody knows what it will list. */
function toolsByServer(tools: readonly { readonly server: string; readonly name: string }[]): ReadonlyMap<string, readonly string[]> {
  const byServer = new Map<string, string[]>();
  for (const { server, name } of tools) {
    const names = byServer.get(server);
    if (names === undefined) byServer.set(server, [name]);
    else names.push(name);
  }
  return byServer;
}
