// `sallyport policy proposals|accept|reject|withdraw`: changes of the policy that wait for another person. The gateway says who may decide: it must be known who
// that is, and it is never whoever proposed it.

import type { ProposalView } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { listCommand } from './policy-list.ts';
import { complain, printJson, printText } from './print.ts';
import { complainAbout } from './problems.ts';

type Decision = 'accept' | 'reject' | 'withdraw';

const ID = { name: 'ID', text: 'of the proposal, as the list has it' } as const;
const WHO =
  'It must be known who decides: show the key of an agent that is called like your sign-in at the console. What only acts for you, and stands under your agents, is not you.';

const list = listCommand({
  name: 'policy proposals',
  summary: 'List the proposed changes of the policy that are not decided',
  description: [
    "'sallyport policy show ID' shows what one of them would change. Open: it waits for another person. Outdated: the policy was changed since, so nobody can accept it; it has to be made again.",
  ],
  options: [{ name: 'all', text: 'also what was decided' }],
  rows: 'proposals',
  empty: 'Nothing waits for another person.',
  header: ['ID', 'STATE', 'PROPOSED', 'BY', 'DECIDED BY', 'WHY'],
  toCells,
  ask: async ({ policyDocument }, page, args) => {
    const answered = await policyDocument.proposals({ ...page, state: args.flag('all') ? 'all' : 'open' });
    return answered.ok ? ok({ rows: answered.value.proposals, next: answered.value.next }) : answered;
  },
});

const accept = decisionCommand('accept', {
  summary: 'Accept a proposed policy and put it in force',
  description: [
    'By another person than who proposed it, with the role approver or admin. It is checked again, and refused if the policy was changed since it was proposed.',
    WHO,
  ],
});

const reject = decisionCommand('reject', {
  summary: 'Reject a proposed policy',
  description: ['By another person than who proposed it, with the role approver or admin. The policy stays as it is.', WHO],
});

const withdraw = decisionCommand('withdraw', {
  summary: 'Take back a policy that you proposed',
  description: ['Only whoever proposed it can.', WHO],
});

export const policyProposalCommands: readonly Command[] = [list, accept, reject, withdraw];

function decisionCommand(decision: Decision, wording: Pick<Command, 'summary'> & { readonly description: readonly string[] }): Command {
  return {
    name: `policy ${decision}`,
    ...wording,
    positionals: [ID],
    options: [{ name: 'reason', value: 'TEXT', text: 'why, for the record and for whoever proposed it' }, keyFileOption('who decides')],
    run: (args, deps) => decide(args, deps, decision),
  };
}

async function decide(args: ParsedArguments, deps: CliDeps, decision: Decision): Promise<ExitCode> {
  const reason = args.text('reason') ?? null;
  if (reason !== null && reason.length > MAX_REASON_CHARS)
    return complain(deps, EXIT.usage, `--reason must have at most ${MAX_REASON_CHARS} characters.`);
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const decided = await deps.admin(folder).policyDocument.decide(args.word('ID'), { decision, reason }, { key: key.value });
  if (!decided.ok) return complainAbout(deps, decided.error);
  if (args.output === 'json') printJson(deps, decided.value);
  else printText(deps, sayDecided(decided.value));
  return EXIT.ok;
}

const MAX_REASON_CHARS = 500;

function sayDecided({ proposal, state, decidedBy, by, revision }: ProposalView): string {
  const done = `${proposal}, proposed by ${by}, is ${state} by ${decidedBy ?? '-'}`;
  return state === 'accepted' ? `${done}: in force as revision ${revision ?? '-'}.` : `${done}. The policy stays as it is.`;
}

function toCells({ proposal, state, at, by, decidedBy, reason }: ProposalView): readonly string[] {
  return [proposal, state, at, by, decidedBy ?? '', reason];
}
