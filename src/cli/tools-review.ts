// `sallyport tools review|approve|reject`: what servers list and nobody has approved, and what a person says to it. The gateway does it, so that it
// holds on every worker when the command is done.

import type { WithheldView } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const KINDS = ['tool', 'prompt', 'template', 'instructions'] as const;

const review: Command = {
  name: 'tools review',
  summary: 'Show what servers list and nobody has approved',
  description: [
    'Lines with + are what a definition says now, lines with - what the approved one says. Nothing of it reaches an agent until it is approved.',
  ],
  positionals: [{ name: 'SERVER', text: 'of this server only', optional: true }],
  options: [],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const read = await deps.admin(folder).catalogue.withheld();
    if (!read.ok) return complainAbout(deps, read.error);
    const server = args.words('SERVER')[0];
    const faults = read.value.faults.filter((one) => server === undefined || one.server === server);
    const withheld = read.value.withheld.filter((one) => server === undefined || one.server === server);
    if (args.output === 'json') {
      printJson(deps, { faults, withheld });
      return EXIT.ok;
    }
    for (const { server: name, fault } of faults)
      printLine(deps, `Everything of ${name} is withheld, because its approvals cannot be trusted: ${fault}. Approve it anew.`);
    for (const one of withheld) show(deps, one);
    if (faults.length + withheld.length === 0) printLine(deps, 'Nothing is withheld.');
    return EXIT.ok;
  },
};

const approve = decisionCommand('approve', {
  summary: 'Approve what is withheld, exactly as it is now',
  description: 'Agents see it, and may call it as policy says, when the command is done. Any later change is withheld again.',
  done: 'approved',
});

const reject = decisionCommand('reject', {
  summary: 'Reject what is withheld, or take an approval back',
  description: 'It stays withheld. A tool that was approved can be named as well: then it is withheld from now on.',
  done: 'rejected',
});

export const toolsReviewCommands: readonly Command[] = [review, approve, reject];

interface Wording {
  readonly summary: string;
  readonly description: string;
  readonly done: string;
}

function decisionCommand(decision: 'approve' | 'reject', { summary, description, done }: Wording): Command {
  return {
    name: `tools ${decision}`,
    summary,
    description: [description],
    positionals: [
      { name: 'SERVER', text: 'name of the server' },
      { name: 'NAME', text: 'name of the tool, prompt or template, as the server calls it', optional: true },
    ],
    options: [
      { name: 'all', text: 'everything of the server that is withheld' },
      { name: 'kind', value: 'KIND', text: `only of this kind: ${KINDS.join(', ')}` },
      { name: 'server-version', value: 'VERSION', text: 'only what was first seen with this version of the server' },
    ],
    run: (args, deps) => decide(args, deps, decision, done),
  };
}

async function decide(args: ParsedArguments, deps: CliDeps, decision: 'approve' | 'reject', done: string): Promise<ExitCode> {
  const name = args.words('NAME')[0];
  const kindText = args.text('kind');
  const kind = KINDS.find((one) => one === kindText);
  if (kindText !== undefined && kind === undefined) return complain(deps, EXIT.usage, `--kind must be one of ${KINDS.join(', ')}.`);
  // Instructions have no name.
  if ((name !== undefined) === (args.flag('all') || kind === 'instructions'))
    return complain(deps, EXIT.usage, 'Give a NAME, or --all for everything that is withheld.');
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const server = args.word('SERVER');
  const decided = await deps.admin(folder).catalogue.decide({
    server,
    decision,
    name: name ?? null,
    kind: kind ?? null,
    serverVersion: args.text('server-version') ?? null,
  });
  if (!decided.ok) return complainAbout(deps, decided.error);
  const all = decided.value.decided;
  if (args.output === 'json') printJson(deps, decided.value);
  else for (const one of all) printText(deps, `${one.kind} ${one.name} of ${server} is ${done}.`);
  if (all.length > 0) return EXIT.ok;
  const what = name === undefined ? 'Nothing' : `No '${name}'`;
  return complain(deps, EXIT.failed, `${what} of '${server}' is withheld; 'sallyport tools review' shows what is.`);
}

function show(deps: CliDeps, { server, kind, name, change, since, serverVersion, diff, looksLike }: WithheldView): void {
  const version = serverVersion === '' ? '' : `, server version ${serverVersion}`;
  printText(deps, `${server}: ${kind} ${name} (${change}, since ${since}${version})`);
  if (looksLike.length > 0) printText(deps, `  easily taken for ${looksLike.join(', ')}`);
  for (const line of diff) printText(deps, `  ${line}`);
}
