// `sallyport policy history|show`: the policy as it is written, those that were in force before it, and changes that somebody proposed. The gateway is asked,
// since it alone knows who and why.

import type { AdminProblem, DiffLineView, PolicyRevisionView, PolicyTextPort, PolicyView } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { printChecked, sayPlace } from './policy-checked.ts';
import { listCommand } from './policy-list.ts';
import { complain, isPrintableText, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';

export const policyHistoryCommand: Command = listCommand({
  name: 'policy history',
  summary: 'List the policies that were in force: since when, by whom and why',
  description: [
    "What somebody wrote by hand stands there from when it was reloaded; who it was nobody knows. 'sallyport policy show REVISION' shows what one of them changed.",
  ],
  options: [],
  rows: 'revisions',
  empty: 'No policy was in force yet.',
  header: ['REVISION', 'SAVED', 'BY', 'RULES', 'STATE', 'WHY'],
  toCells,
  ask: async ({ policyDocument }, page) => {
    const answered = await policyDocument.history(page);
    return answered.ok ? ok({ rows: answered.value.revisions, next: answered.value.next }) : answered;
  },
});

export const policyShowCommand: Command = {
  name: 'policy show',
  summary: 'Show the policy as it is written, a revision of it, or a proposal',
  description: [
    'Of a revision it shows what that changed, of a proposal what it would change now: lines with + are new, lines with - are gone.',
    'The tag of the policy as it is written is what --if-match of other commands takes.',
  ],
  positionals: [
    { name: 'WHICH', text: 'number of a revision, or id of a proposal (default: the policy as it is written)', optional: true },
  ],
  options: [{ name: 'text', text: 'only the text, as it is' }],
  examples: [
    ['sallyport policy show --text > policy.yaml', "the policy, to be edited and put back with 'sallyport policy save'"],
    ['sallyport policy show 12', 'what revision 12 changed'],
  ],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const { policyDocument } = deps.admin(folder);
    const which = args.word('WHICH');
    if (which === '') return show(args, deps, await policyDocument.read(), printPolicy);
    if (which.startsWith('prp_')) return show(args, deps, await policyDocument.readProposal(which), printProposal);
    if (!/^\d+$/.test(which))
      return complain(deps, EXIT.usage, `WHICH is the number of a revision or the id of a proposal, not '${which}'.`);
    return show(args, deps, await policyDocument.readRevision(which), printRevision);
  },
};

function show<T extends { readonly text: string }>(
  args: ParsedArguments,
  deps: CliDeps,
  read: Result<T, AdminProblem>,
  print: (deps: CliDeps, value: T) => void,
): ExitCode {
  if (!read.ok) return complainAbout(deps, read.error);
  if (args.output === 'json') printJson(deps, read.value);
  else if (!args.flag('text')) print(deps, read.value);
  // It may be put back as it was printed, so nothing in it is made visible here; nor may it steer the terminal.
  else if (isPrintableText(read.value.text)) deps.stdout.write(read.value.text);
  else
    return complain(
      deps,
      EXIT.failed,
      'There are characters in it that nobody sees, or that steer a terminal. --output json has them as they are.',
    );
  return EXIT.ok;
}

function printPolicy(deps: CliDeps, { text, tag, source, inForce, revision, writable, why, separation, problems }: PolicyView): void {
  printFacts(deps, [
    ['file', source.file === null ? 'none' : `${source.file}, from line ${source.firstLine}`],
    ['tag', tag],
    [
      'in force',
      inForce ? (revision === null ? 'yes' : `yes, as revision ${revision}`) : "no: 'sallyport reload' puts it in force, or says why not",
    ],
    ['changes', writable ? (separation === 'two' ? 'take two people' : 'take one person') : `not from here: ${why ?? ''}`],
  ]);
  for (const problem of problems) printText(deps, `! ${sayPlace(problem, 'line ')}`);
  printText(deps, `\n${text.replace(/\n$/, '')}`);
}

function printRevision(
  deps: CliDeps,
  {
    revision,
    at,
    by,
    via,
    reason,
    acceptedBy,
    restores,
    inForce,
    before,
    diff,
  }: PolicyRevisionView & { readonly before: number | null; readonly diff: readonly DiffLineView[] },
): void {
  printFacts(deps, [
    ['revision', inForce ? `${revision}, in force` : `${revision}`],
    ['saved', at],
    ['by', by ?? `found in the ${via}`],
    ...(acceptedBy === null ? [] : [['accepted by', acceptedBy] as const]),
    ...(restores === null ? [] : [['brings back', `revision ${restores}`] as const]),
    ['why', reason],
  ]);
  printDiff(deps, before === null ? 'It was the first:' : `Against revision ${before}:`, diff);
}

type Proposal = Extract<Awaited<ReturnType<PolicyTextPort['readProposal']>>, { ok: true }>['value'];

function printProposal(
  deps: CliDeps,
  { proposal, state, at, by, reason, restores, decidedBy, decidedAt, decidedReason, diff, checked }: Proposal,
): void {
  printFacts(deps, [
    ['proposal', proposal],
    ['state', decidedBy === null ? state : `${state}, by ${decidedBy} at ${decidedAt ?? ''}`],
    ...(decidedReason === null ? [] : [['because', decidedReason] as const]),
    ['proposed', at],
    ['by', by],
    ...(restores === null ? [] : [['brings back', `revision ${restores}`] as const]),
    ['why', reason],
  ]);
  printDiff(deps, 'Against the policy as it is written:', diff);
  if (checked === null) return;
  printLine(deps, '');
  printChecked(deps, checked, 'line ');
}

function printFacts(deps: CliDeps, facts: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of facts) printText(deps, `${`${name}:`.padEnd(12)} ${value}`);
}

const MARKS: Readonly<Record<DiffLineView['kind'], string>> = { same: ' ', added: '+', removed: '-' };

function printDiff(deps: CliDeps, heading: string, diff: readonly DiffLineView[]): void {
  printLine(deps, `\n${heading}`);
  for (const { kind, text } of diff) printText(deps, `${MARKS[kind]} ${text}`.trimEnd());
}

function toCells({ revision, at, by, via, acceptedBy, reason, rules, inForce }: PolicyRevisionView): readonly string[] {
  const counts = [
    ['+', rules.added],
    ['-', rules.removed],
    ['~', rules.changed],
  ] as const;
  return [
    String(revision),
    at,
    `${by ?? `the ${via}`}${acceptedBy === null ? '' : `, accepted by ${acceptedBy}`}`,
    counts.flatMap(([mark, count]) => (count === 0 ? [] : [`${mark}${count}`])).join(' '),
    inForce ? 'in force' : '',
    reason,
  ];
}
