// `sallyport approvals …`: calls that wait for a person. The gateway does it, so that a waiting call goes on when the command is done. What agents sent is
// shown whole and with everything visible that a terminal would hide: nobody can approve what they cannot see.

import type { ApprovalView, ShownApproval } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const ID = { name: 'ID', text: 'of the approval, as the list has it' } as const;
const IDS = { ...ID, repeated: true } as const;
const KEY_FILE = keyFileOption('who decides, where a rule names approvers');

const list: Command = {
  name: 'approvals list',
  summary: 'List the calls that wait for a person',
  description: [
    'What cannot be undone comes first. Calls of one agent to one tool stand together; those can be approved with one command.',
  ],
  options: [
    { name: 'agent', value: 'NAME', text: 'only of this agent' },
    { name: 'all', text: 'also what was answered, or has expired, within a day' },
  ],
  run: runList,
};

const show: Command = {
  name: 'approvals show',
  summary: 'Show one of them, with everything that its server would get',
  positionals: [ID],
  run: runShow,
};

const approve = decisionCommand('approve', {
  summary: 'Approve calls: each goes through once, exactly as it is shown',
  description: [
    'A call that waits goes on at once. One that was told to come back goes through when its agent sends it again. Anything else about it, an argument, the definition of the tool, the rule, and a person is asked anew.',
    'Several at once must be of one agent and one tool, and not of high risk. Whoever approves very often in a short time has to take a break, or let somebody else go on.',
  ],
  done: 'approved',
});

const reject = decisionCommand('reject', {
  summary: 'Reject calls',
  description: ['The same call is refused, without asking anybody again, until the question would have expired.'],
  done: 'rejected',
});

export const approvalsCommands: readonly Command[] = [list, show, approve, reject];

interface Wording {
  readonly summary: string;
  readonly description: readonly string[];
  readonly done: string;
}

function decisionCommand(decision: 'approve' | 'reject', { summary, description, done }: Wording): Command {
  return {
    name: `approvals ${decision}`,
    summary,
    description,
    positionals: [IDS],
    options: [KEY_FILE],
    run: (args, deps) => decide(args, deps, decision, done),
  };
}

async function runList(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await deps.admin(folder).approvals.list(args.flag('all'));
  if (!read.ok) return complainAbout(deps, read.error);
  const agent = args.text('agent');
  const approvals = read.value.filter((one) => agent === undefined || one.agent === agent);
  if (args.output === 'json') printJson(deps, { approvals });
  else if (approvals.length === 0) printLine(deps, 'Nothing waits for a person.');
  else printTable(deps, ['ID', 'STATE', 'RISK', 'AGENT', 'WHAT', 'RULE', 'ASKED', 'EXPIRES'], together(approvals).map(toCells));
  return EXIT.ok;
}

async function runShow(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await deps.admin(folder).approvals.read(args.word('ID'));
  if (!read.ok) return complainAbout(deps, read.error);
  if (args.output === 'json') printJson(deps, read.value);
  else printApproval(deps, read.value);
  return EXIT.ok;
}

async function decide(args: ParsedArguments, deps: CliDeps, decision: 'approve' | 'reject', done: string): Promise<ExitCode> {
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const decided = await deps.admin(folder).approvals.decide({ decision, ids: [...args.words('ID')] }, { key: key.value });
  if (!decided.ok) return complainAbout(deps, decided.error);
  const { by, decided: all } = decided.value;
  if (args.output === 'json') printJson(deps, decided.value);
  else {
    for (const one of all) printText(deps, `${one.id} is ${done} by ${by}: ${one.agent}, ${whatOf(one)}.`);
    if (decision === 'approve')
      printLine(deps, 'A call that still waits goes on now; one that does not wait any more goes through when its agent sends it again.');
  }
  return EXIT.ok;
}

/** In the order of the list, with what is alike behind the first of its kind. */
function together(approvals: readonly ApprovalView[]): readonly ApprovalView[] {
  return [...Map.groupBy(approvals, ({ agent, server, kind, name }) => JSON.stringify([agent, server, kind, name])).values()].flat();
}

function toCells(one: ApprovalView): readonly string[] {
  return [one.id, one.state, one.risk, one.agent, whatOf(one), one.rule, one.createdAt, one.expiresAt];
}

function whatOf({ server, kind, name }: ApprovalView): string {
  return kind === 'tool' ? `${server}/${name}` : `${server}: ${kind} ${name}`;
}

type Row = readonly [name: string, value: string];

function printApproval(deps: CliDeps, one: ShownApproval): void {
  const rows: readonly Row[] = [
    ['id', one.id],
    ['state', one.decidedBy === null ? one.state : `${one.state}, by ${one.decidedBy} at ${one.decidedAt ?? ''}`],
    ['risk', one.risk],
    ['agent', one.user === null ? one.agent : `${one.agent}, for ${one.user}`],
    [one.kind, one.name],
    ['server', one.server],
    ...thingRows(one),
    ['rule', one.rule],
    ...ruleRows(one),
    ['approvers', approversOf(one)],
    ['asked', one.createdAt],
    ['expires', one.expiresAt],
    ...(one.usedBy === null ? [] : [['used by', `record ${one.usedBy}`] as const]),
  ];
  for (const [name, value] of rows) printText(deps, `${`${name}:`.padEnd(11)} ${value.replaceAll('\n', String.raw`\n`)}`);
  printText(deps, one.text === null ? UNKNOWN : `\n${one.text}`);
}

const UNKNOWN =
  '\nWhat it is about is not known any more: it was answered, or the gateway was restarted. It becomes known when its agent asks again.';

/** What its server says about it, and what rules take it for. */
function thingRows({ thing }: ShownApproval): readonly Row[] {
  if (thing === null) return [];
  const { title, description, facts, approvedBy, approvedAt, hasChanged } = thing;
  return [
    ...row('title', title),
    ...row('says', description),
    ...row('labels', facts === null ? null : facts.labels.join(', ')),
    ...row('class', facts === null || facts.classFrom === 'nothing' ? null : facts.class),
    ...row('approved', approvedBy === null ? null : `by ${approvedBy} at ${approvedAt ?? ''}`),
    ...row('changed', hasChanged ? 'it is another one by now, and the call would not pass as it is' : null),
  ];
}

function ruleRows({ askingRule }: ShownApproval): readonly Row[] {
  if (askingRule === null) return [['', 'no such rule asks any more']];
  return [...row('because', askingRule.description), ...row('when', askingRule.when)];
}

/** Nothing where there is nothing to say. */
function row(name: string, value: string | null): readonly Row[] {
  return value === null || value === '' ? [] : [[name, value]];
}

function approversOf({ approvers, notRequester }: ApprovalView): string {
  const groups = approvers.length === 0 ? 'any' : approvers.map((one) => one.join(' or ')).join(', and ');
  return notRequester ? `${groups}; not who asked` : groups;
}
