// `sallyport operators …`: who may sign in to the console, and as what. Links lead to a console that runs, so a gateway has to.

import { ENDPOINTS } from '../admin/contract.ts';
import { ROLES } from '../admin/index.ts';
import type { AdminProblem, LinkView, OperatorsPort, OperatorView } from '../admin/index.ts';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable } from './print.ts';
import { complainAbout } from './problems.ts';

const NAME = { name: 'NAME', text: 'name of the person: letters, digits, dots, underscores, @ and hyphens' } as const;
const ROLE: OptionSpec = { name: 'role', value: 'ROLE', text: `what they may do: ${ROLES.join(', ')}` };
const GROUP: OptionSpec = { name: 'group', value: 'GROUP', repeated: true, text: 'a group they are in, for rules that say who approves' };
const AGENT: OptionSpec = {
  name: 'agent',
  value: 'AGENT',
  repeated: true,
  text: 'an agent that acts for them: what it asks for, they do not approve where a rule keeps the two apart',
};
const DRY_RUN: OptionSpec = { name: 'dry-run', text: 'check everything, and change nothing' };

const list: Command = {
  name: 'operators list',
  summary: 'List the people who may sign in to the console',
  run: async (args, deps) => {
    const listed = await ask(args, deps, (operators) => operators.list());
    if (!listed.ok) return complainAbout(deps, listed.error);
    const { version, operators } = listed.value;
    if (args.output === 'json') printJson(deps, { version, operators });
    else if (operators.length === 0) printLine(deps, "Nobody can sign in yet; 'sallyport operators add NAME --role ROLE' changes that.");
    else printTable(deps, ['OPERATOR', 'ROLE', 'GROUPS', 'AGENTS', 'SIGNED IN', 'LAST SEEN', 'LINK UNTIL'], operators.map(toCells));
    return EXIT.ok;
  },
};

const add: Command = {
  name: 'operators add',
  summary: 'Let a person sign in to the console',
  description: ['Prints a link that signs them in once, within the hour. Whoever opens it first is that person: hand it over in private.'],
  positionals: [NAME],
  options: [ROLE, GROUP, AGENT, DRY_RUN],
  examples: [['sallyport operators add ada --role approver --group lawyers', 'somebody who decides about calls']],
  run: async (args, deps) => {
    const input = {
      name: args.word('NAME'),
      role: args.text('role'),
      groups: [...args.list('group')],
      agents: [...args.list('agent')],
    };
    if (input.role === undefined) return complain(deps, EXIT.usage, `Say with --role what they may do: ${ROLES.join(', ')}.`);
    const checked = ENDPOINTS.addOperator.request.safeParse(input);
    if (!checked.success) return complainMalformed(deps, checked.error);
    const isDryRun = args.flag('dry-run');
    const added = await ask(args, deps, (operators) => operators.add(checked.data, { isDryRun }));
    if (!added.ok) return complainAbout(deps, added.error);
    const { operator, link } = added.value;
    if (args.output === 'json') printJson(deps, { operator, link });
    else if (isDryRun) printLine(deps, `${operator.name} would be added, as ${operator.role}. Nothing was changed.`);
    else {
      printLine(deps, `${operator.name} was added, as ${operator.role}.`);
      printLink(deps, link);
    }
    return EXIT.ok;
  },
};

const change: Command = {
  name: 'operators change',
  summary: 'Set the role, groups or agents of a person',
  description: ['What is given replaces what was there; what is not given stays. Another role signs them out everywhere.'],
  positionals: [NAME],
  options: [
    ROLE,
    GROUP,
    AGENT,
    { name: 'no-groups', text: 'take them out of all groups' },
    { name: 'no-agents', text: 'no agent acts for them' },
    DRY_RUN,
  ],
  run: async (args, deps) => {
    const given = (names: readonly string[], none: boolean): string[] | undefined =>
      none ? [] : names.length > 0 ? [...names] : undefined;
    const input = {
      role: args.text('role'),
      groups: given(args.list('group'), args.flag('no-groups')),
      agents: given(args.list('agent'), args.flag('no-agents')),
    };
    if (input.role === undefined && input.groups === undefined && input.agents === undefined)
      return complain(deps, EXIT.usage, 'Nothing to change: give --role, --group or --agent.');
    const checked = ENDPOINTS.changeOperator.request.safeParse(input);
    if (!checked.success) return complainMalformed(deps, checked.error);
    const isDryRun = args.flag('dry-run');
    const changed = await ask(args, deps, (operators) => operators.change(args.word('NAME'), checked.data, { isDryRun }));
    return say(args, deps, changed, ({ name }) => (isDryRun ? `${name} would be changed. Nothing was.` : `${name} was changed.`));
  },
};

const remove: Command = {
  name: 'operators remove',
  summary: 'Let a person sign in no more; their sessions end at once',
  positionals: [NAME],
  options: [DRY_RUN],
  run: async (args, deps) => {
    const isDryRun = args.flag('dry-run');
    const removed = await ask(args, deps, (operators) => operators.remove(args.word('NAME'), { isDryRun }));
    return say(args, deps, removed, ({ name }) => (isDryRun ? `${name} would be removed. Nobody was.` : `${name} was removed.`));
  },
};

const link: Command = {
  name: 'operators link',
  summary: 'Print a new link that signs a person in once',
  description: ['It works for an hour. A link that was made before stops working.'],
  positionals: [NAME],
  run: async (args, deps) => {
    const made = await ask(args, deps, (operators) => operators.link(args.word('NAME')));
    if (!made.ok) return complainAbout(deps, made.error);
    if (args.output === 'json') printJson(deps, made.value);
    else printLink(deps, made.value);
    return EXIT.ok;
  },
};

const signOut: Command = {
  name: 'operators sign-out',
  summary: 'Sign a person out everywhere',
  description: ['Every session of theirs ends at once, and a link that was not used yet stops working. They may get a new one.'],
  positionals: [NAME],
  run: async (args, deps) => {
    const ended = await ask(args, deps, (operators) => operators.endSessions(args.word('NAME')));
    if (!ended.ok) return complainAbout(deps, ended.error);
    if (args.output === 'json') printJson(deps, { ended: ended.value });
    else printLine(deps, ended.value === 0 ? 'They were signed in nowhere.' : `Signed out: ${ended.value}.`);
    return EXIT.ok;
  },
};

export const operatorsCommands: readonly Command[] = [list, add, change, remove, link, signOut];

async function ask<T>(
  args: ParsedArguments,
  deps: CliDeps,
  action: (operators: OperatorsPort) => Promise<Result<T, AdminProblem>>,
): Promise<Result<T, AdminProblem | undefined>> {
  const folder = dataFolder(args, deps);
  return folder === undefined ? fail(undefined) : action(deps.admin(folder).operators);
}

function say(
  args: ParsedArguments,
  deps: CliDeps,
  done: Result<OperatorView, AdminProblem | undefined>,
  toLine: (operator: OperatorView) => string,
): ExitCode {
  if (!done.ok) return complainAbout(deps, done.error);
  if (args.output === 'json') printJson(deps, done.value);
  else printLine(deps, toLine(done.value));
  return EXIT.ok;
}

function printLink(deps: CliDeps, made: LinkView | null): void {
  if (made === null) return printLine(deps, "There is no console to sign in to: 'admin.listen' of the config switches it on.");
  printLine(deps, `Once, until ${shownTime(made.expiresAt)}:`);
  printLine(deps, made.url);
}

function toCells({ name, role, groups, agents, sessions, seenAt, linkExpiresAt }: OperatorView): readonly string[] {
  const isIn = sessions === 0 ? 'no' : sessions === 1 ? 'yes' : `${sessions} times`;
  return [
    name,
    role,
    groups.join(' '),
    agents.join(' '),
    isIn,
    seenAt === null ? 'never' : shownTime(seenAt),
    linkExpiresAt === null ? '' : shownTime(linkExpiresAt),
  ];
}

/** The same check as the gateway's, before it is asked. */
function complainMalformed(
  deps: CliDeps,
  { issues }: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] },
): ExitCode {
  return complain(deps, EXIT.usage, ...issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}.`));
}

/** To the minute, with its zone. */
function shownTime(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
