// `sallyport flow …`: what agents have used before, as far as a rule looks at it, and having it forgotten. The gateway does it, so that it
// holds on every worker when the command is done.

import { userInfo } from 'node:os';
import type { FlowView } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const AGENT = { name: 'AGENT', text: 'its name', optional: true } as const;

const show: Command = {
  name: 'flow',
  summary: 'Show what agents have used before, as far as a rule looks at it',
  description: [
    'Rules with `after` go by it. What stands under EVERYWHERE counts for everything that the agent does, what stands under ELSEWHERE in some of its sessions, or under some of its traces.',
  ],
  positionals: [AGENT],
  options: [],
  examples: [['sallyport flow desk', 'of one agent']],
  run: showFlow,
};

const clear: Command = {
  name: 'flow clear',
  summary: 'Forget what an agent has used before',
  description: [
    'For a person who has looked at it: what the agent knows, it still knows. It is on record, and holds on every worker when the command is done.',
  ],
  positionals: [AGENT],
  options: [{ name: 'all', text: 'what all agents have used, also where it cannot be read' }],
  run: clearFlow,
};

export const flowCommands: readonly Command[] = [show, clear];

async function showFlow(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await deps.admin(folder).flow.read();
  if (!read.ok) return complainAbout(deps, read.error);
  const agent = args.word('AGENT');
  const agents = read.value.agents.filter((one) => agent === '' || one.agent === agent);
  if (args.output === 'json') {
    printJson(deps, { ...read.value, agents });
    return EXIT.ok;
  }
  if (read.value.fault !== null) printLine(deps, read.value.fault);
  else if (read.value.hidden)
    printLine(deps, 'What single agents have used is not shown: the privacy profile does not let them be told apart.');
  else if (agents.length === 0) printLine(deps, 'Nothing that a rule looks at has been used.');
  else printTable(deps, ['AGENT', 'EVERYWHERE', 'UNTIL', 'ELSEWHERE', 'SESSIONS', 'TRACES'], agents.map(toCells));
  return EXIT.ok;
}

async function clearFlow(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const agent = args.word('AGENT');
  if (args.flag('all') === (agent !== '')) return complain(deps, EXIT.usage, 'Give an AGENT, or --all.');
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const done = await deps.admin(folder).flow.clear({ agent: agent === '' ? null : agent, by: userInfo().username });
  if (!done.ok) return complainAbout(deps, done.error);
  if (args.output === 'json') printJson(deps, done.value);
  else if (done.value.cleared)
    printText(deps, agent === '' ? 'What agents have used is forgotten.' : `What ${agent} has used is forgotten.`);
  else printText(deps, 'There was nothing to forget.');
  return EXIT.ok;
}

function toCells({ agent, labels, elsewhere, sessions, traces }: FlowView['agents'][number]): readonly string[] {
  const until =
    labels
      .map((one) => one.until)
      .sort()
      .at(-1) ?? '-';
  return [agent, labels.map(({ label }) => label).join(', ') || '-', until, elsewhere.join(', ') || '-', `${sessions}`, `${traces}`];
}
