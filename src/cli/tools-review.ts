// `sallyport tools review|approve|reject|approved|look-alikes`: what servers list, what of it is approved and taken to be what, and what a person says to
// it. The gateway does it, so that it holds on every worker when the command is done.

import type { AdminPorts, ApprovedView, LookAlikesView, ToolFactsView, WithheldView } from '../admin/index.ts';
import { nearest } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const KINDS = ['tool', 'prompt', 'template', 'instructions'] as const;

const review: Command = {
  name: 'tools review',
  summary: 'Show what servers list and nobody has approved',
  description: [
    'Lines with + are what a definition says now, lines with - what the approved one says. Nothing of it reaches an agent until it is approved.',
    'Lines with ! are hints: what stands out in its texts, what it may have been called before, what it could be mistaken for. That there are none says nothing.',
  ],
  positionals: [{ name: 'SERVER', text: 'of this server only', optional: true }],
  options: [],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const gateway = deps.admin(folder);
    const asked = args.words('SERVER')[0];
    const known = await knownServers(gateway, asked, deps);
    if (typeof known === 'number') return known;
    const read = await gateway.catalogue.withheld(asked);
    if (!read.ok) return complainAbout(deps, read.error);
    const { faults, withheld, omitted, counts } = read.value;
    if (args.output === 'json') {
      printJson(deps, read.value);
      return EXIT.ok;
    }
    for (const { server: name, fault } of faults)
      printLine(deps, `Everything of ${name} is withheld, because its approvals cannot be trusted: ${fault}. Approve it anew.`);
    for (const one of withheld) show(deps, one);
    if (omitted > 0) printLine(deps, `${omitted} more are withheld; 'sallyport tools review SERVER' shows those of one server.`);
    const unlisted = known.filter((name) => !counts.some(({ server }) => server === name));
    for (const name of unlisted)
      printText(
        deps,
        `Nothing of ${name} has been listed yet: that is done when an agent first lists or calls there, like 'sallyport tools list ${name} --key KEY'.`,
      );
    if (faults.length + withheld.length + unlisted.length === 0) printLine(deps, 'Nothing is withheld.');
    return EXIT.ok;
  },
};

const approve = decisionCommand('approve', {
  summary: 'Approve what is withheld, exactly as it is now',
  description:
    'Agents see it, and may call it as policy says, when the command is done. Any later change is withheld again. What was approved under the same name stays approved as well, for servers that show different ones to different credentials; reject it if it should not.',
  done: 'approved',
});

const reject = decisionCommand('reject', {
  summary: 'Reject what is withheld, or take an approval back',
  description: 'It stays withheld. A tool that was approved can be named as well: then it is withheld from now on.',
  done: 'rejected',
});

const approved: Command = {
  name: 'tools approved',
  summary: 'Show what of a server is approved, and what it is taken to be',
  description: [
    'Labels and classes are those that rules go by. The ones marked with ? are guessed from names and texts; write what they are under servers.<name>.tools, and that counts. What a server says of its own tools is never believed.',
  ],
  positionals: [{ name: 'SERVER', text: 'name of the server' }],
  options: [],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const server = args.word('SERVER');
    const read = await deps.admin(folder).catalogue.approved(server);
    if (!read.ok) return complainAbout(deps, read.error);
    if (args.output === 'json') printJson(deps, read.value);
    else if (read.value.fault !== null)
      printText(deps, `Everything of ${server} is withheld, because its approvals cannot be trusted: ${read.value.fault}.`);
    else if (read.value.approved.length === 0) printLine(deps, `Nothing of '${server}' is approved.`);
    else printTable(deps, ['KIND', 'NAME', 'LABELS', 'CLASS', 'APPROVED BY', 'SHAPES', 'LISTED'], read.value.approved.map(approvedRow));
    return EXIT.ok;
  },
};

const lookAlikes: Command = {
  name: 'tools look-alikes',
  summary: 'Show what could be mistaken for something of another server',
  description: [
    'Equal, similar and confusable names, texts that speak of the tools of other servers, tools that do the same, and packages that are named almost like well-known ones. A report to read; nothing is refused because of it.',
  ],
  positionals: [],
  options: [],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const read = await deps.admin(folder).catalogue.lookAlikes();
    if (!read.ok) return complainAbout(deps, read.error);
    if (args.output === 'json') {
      printJson(deps, read.value);
      return EXIT.ok;
    }
    for (const one of read.value.packages)
      printText(deps, `${one.server} starts the package ${one.package}, which is not ${one.resembles} and could be taken for it.`);
    for (const one of read.value.lookAlikes) printText(deps, `${sayAlike(one)}.`);
    if (read.value.packages.length + read.value.lookAlikes.length === 0) printLine(deps, 'Nothing stands out.');
    return EXIT.ok;
  },
};

export const toolsReviewCommands: readonly Command[] = [review, approve, reject, approved, lookAlikes];

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
      { name: 'fingerprint', value: 'F', text: 'only if it is still exactly what the review showed, by its fingerprint' },
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
  const gateway = deps.admin(folder);
  const known = await knownServers(gateway, server, deps);
  if (typeof known === 'number') return known;
  const decided = await gateway.catalogue.decide({
    server,
    decision,
    name: name ?? null,
    kind: kind ?? null,
    fingerprint: args.text('fingerprint') ?? null,
    serverVersion: args.text('server-version') ?? null,
  });
  if (!decided.ok) return complainAbout(deps, decided.error);
  const all = decided.value.decided;
  if (args.output === 'json') printJson(deps, decided.value);
  else for (const one of all) printText(deps, `${called(one)} of ${server} is ${done}.`);
  if (all.length > 0) return EXIT.ok;
  const what = name === undefined ? 'Nothing' : `No '${name}'`;
  return complain(deps, EXIT.failed, `${what} of '${server}' is withheld; 'sallyport tools review' shows what is.`);
}

/** The servers of the config, or the one of them that is asked about; an exit code where it is none, when that has been said. */
async function knownServers(gateway: AdminPorts, asked: string | undefined, deps: CliDeps): Promise<readonly string[] | ExitCode> {
  const read = await gateway.servers();
  if (!read.ok) return complainAbout(deps, read.error);
  const names = read.value.map(({ name }) => name);
  if (asked === undefined) return names;
  if (names.includes(asked)) return [asked];
  const meant = nearest(asked, names);
  const list = names.length === 0 ? 'The gateway has none.' : `The gateway has ${names.join(', ')}.`;
  return complain(deps, EXIT.failed, `There is no server '${asked}'. ${list}${meant === undefined ? '' : ` Did you mean '${meant}'?`}`);
}

function show(deps: CliDeps, one: WithheldView): void {
  const version = one.serverVersion === '' ? '' : `, server version ${one.serverVersion}`;
  printText(deps, `${one.server}: ${called(one)} (${one.change}, since ${one.since}${version})`);
  printText(deps, `  fingerprint ${one.fingerprint}`);
  if (one.facts !== null) printText(deps, `  labels ${sayLabels(one.facts)}, class ${sayClass(one.facts)}`);
  if (one.resembles !== null)
    printText(
      deps,
      `  ! ${Math.round(one.resembles.likeness * 100)} % like ${one.resembles.name}, which is approved and not listed any more`,
    );
  for (const { kind, place, span, text, finding } of one.hints)
    printText(deps, `  ! ${HINTS[kind]}${finding === null ? '' : ` (${finding})`} at ${place}, ${span[0]}–${span[1]}: ${text}`);
  for (const alike of one.lookAlikes) printText(deps, `  ! ${sayAlike(alike)}`);
  for (const line of one.diff) printText(deps, `  ${line}`);
}

const HINTS: Readonly<Record<WithheldView['hints'][number]['kind'], string>> = {
  'hidden-characters': 'characters that nobody sees',
  orders: 'words that give a model orders',
  'prefers-itself': 'words that ask to be preferred',
  secret: 'what grants access, or looks like it',
  'active-content': 'what is run or fetched by showing it',
};

function sayAlike({ kind, one, other, prefersItself }: LookAlikesView['lookAlikes'][number]): string {
  const [first, second] = [`${one.server}/${one.name}`, `${other.server}/${other.name}`];
  const preferred = prefersItself ? ', and asks to be preferred' : '';
  switch (kind) {
    case 'same-name':
      return `${first} is called like ${second}${preferred}`;
    case 'looks-same':
      return `${first} looks like ${second} and is not the same name${preferred}`;
    case 'near-name':
      return `${first} is nearly called like ${second}${preferred}`;
    case 'names-other':
      return `the text of ${first} speaks of ${second}${preferred}`;
    case 'same-purpose':
      return `${first} says that it does the same as ${second}${preferred}`;
    default:
      return kind satisfies never;
  }
}

function approvedRow({ kind, name, fingerprints, decidedBy, listed, facts }: ApprovedView['approved'][number]): readonly string[] {
  return [
    kind,
    name,
    facts === null ? '' : sayLabels(facts),
    facts === null ? '' : sayClass(facts),
    decidedBy ?? '',
    String(fingerprints.length),
    listed ? 'yes' : 'no',
  ];
}

/** What is guessed has a question mark. */
function sayLabels({ labels, guessed }: ToolFactsView): string {
  return labels.length === 0 ? 'none' : labels.map((label) => (guessed.includes(label) ? `${label}?` : label)).join(' ');
}

function sayClass({ class: callClass, classFrom }: ToolFactsView): string {
  return classFrom === 'guessed' ? `${callClass}?` : callClass;
}

function called({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return name === '' ? kind : `${kind} ${name}`;
}
