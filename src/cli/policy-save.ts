// `sallyport policy save|roll-back`: changes the policy of a running gateway, as the console does: tried first, with what would come of it, then written over
// exactly what it was tried against, put in force, and noted with who and why.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ENDPOINTS } from '../admin/contract.ts';
import type { CheckedPolicy, WritePolicyInput } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { printChecked } from './policy-checked.ts';
import { complain, complainJson, printJson, printLine } from './print.ts';
import { complainAbout } from './problems.ts';

const REASON: OptionSpec = { name: 'reason', value: 'TEXT', text: 'why, for whoever reads the history or the record' };
const OPTIONS: readonly OptionSpec[] = [
  REASON,
  { name: 'if-match', value: 'TAG', text: "only if the policy is still the one with this tag, as 'policy show' had it" },
  { name: 'dry-run', text: 'say what would come of it, and change nothing' },
  keyFileOption('who changes it, where that takes two people'),
];
const IN_FORCE =
  'It is in force on all workers when the command is done. Nothing is put in force that fails its cases, nor anything else that stands changed in the config file.';
const TWO =
  "Where 'admin.separation.policy' is two, it becomes a proposal that another person accepts. Then it must be known who you are: by the key of an agent that is called like your sign-in at the console.";

export const policySaveCommand: Command = {
  name: 'policy save',
  summary: 'Save a policy from a file and put it in force, or propose it where that takes two people',
  description: ["The file holds a policy alone, as 'sallyport policy show --text' prints it, and not a whole config.", IN_FORCE, TWO],
  positionals: [{ name: 'FILE', text: 'the policy; - for standard input' }],
  options: OPTIONS,
  examples: [
    ['sallyport policy save policy.yaml --dry-run', 'what is wrong with it, and what becomes of each rule'],
    ['sallyport policy save policy.yaml --reason "billing may read invoices"', 'checked, in force, and in the history'],
  ],
  run: async (args, deps) => {
    const file = args.word('FILE');
    const text = await readText(file, deps);
    if (text === undefined) return complain(deps, EXIT.failed, `${file} cannot be read. Name a file, or - for standard input.`);
    return save(args, deps, { text, restores: null, place: file === '-' ? 'line ' : `${file}:` });
  },
};

export const policyRollBackCommand: Command = {
  name: 'policy roll-back',
  summary: 'Put back a policy that was in force before',
  description: [
    "It is saved once more under a new number: the history only grows. 'sallyport policy history' has the numbers.",
    IN_FORCE,
    TWO,
  ],
  positionals: [{ name: 'REVISION', text: 'its number in the history' }],
  options: OPTIONS,
  examples: [['sallyport policy roll-back 11 --reason "12 locked everybody out"', 'the text of revision 11, in force again']],
  run: async (args, deps) => {
    const revision = Number(args.word('REVISION'));
    if (!Number.isSafeInteger(revision) || revision < 1) return complain(deps, EXIT.usage, 'REVISION is a whole number from 1.');
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const read = await deps.admin(folder).policyDocument.readRevision(String(revision));
    if (!read.ok) return complainAbout(deps, read.error);
    return save(args, deps, { text: read.value.text, restores: revision, place: 'line ' });
  },
};

interface Wanted {
  readonly text: string;
  readonly restores: number | null;
  /** What the lines of the text stand behind where something is wrong with one. */
  readonly place: string;
}

async function save(args: ParsedArguments, deps: CliDeps, { text, restores, place }: Wanted): Promise<ExitCode> {
  const isDryRun = args.flag('dry-run');
  const reason = args.text('reason') ?? (restores === null ? (isDryRun ? 'tried' : undefined) : `Back to revision ${restores}`);
  if (reason === undefined) return complain(deps, EXIT.usage, 'Say why: --reason TEXT.');
  const input = ENDPOINTS.writePolicy.request.safeParse({ text, reason, restores } satisfies WritePolicyInput);
  if (!input.success) {
    const [issue] = input.error.issues;
    return complain(
      deps,
      EXIT.usage,
      `${issue?.path[0] === 'reason' ? '--reason' : 'The text'} ${issue?.message ?? 'is not as expected'}.`,
    );
  }
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const { policyDocument } = deps.admin(folder);
  const who = { key: key.value };
  const tried = await policyDocument.write(input.data, { who, isDryRun: true, expectedTag: args.text('if-match') });
  if (!tried.ok) return complainAbout(deps, tried.error);
  if (tried.value.outcome === 'refused') return refuse(args, deps, tried.value, place);
  if (isDryRun) return say(args, deps, tried.value, place);
  // What was looked at is what is written over, whoever else is at it.
  const saved = await policyDocument.write(input.data, { who, isDryRun: false, expectedTag: tried.value.tag });
  return saved.ok ? say(args, deps, saved.value, place) : complainAbout(deps, saved.error);
}

function say(args: ParsedArguments, deps: CliDeps, checked: CheckedPolicy, place: string): ExitCode {
  if (args.output === 'json') printJson(deps, checked);
  else {
    printChecked(deps, checked, place);
    printLine(deps, sayOutcome(checked));
  }
  return EXIT.ok;
}

function sayOutcome({ outcome, revision, proposal }: CheckedPolicy): string {
  switch (outcome) {
    case 'saved':
      return `In force as revision ${revision ?? '-'}.`;
    case 'unchanged':
      return 'This is in force already; nothing was changed.';
    case 'proposed':
      return `Proposed as ${proposal ?? '-'}: it is in force when somebody else accepts it, with 'sallyport policy accept ${proposal ?? 'ID'}'.`;
    case 'checked':
      return 'It could be put in force. Nothing was changed.';
    case 'refused':
      return 'It cannot be put in force.';
    default:
      return outcome satisfies never;
  }
}

function refuse(args: ParsedArguments, deps: CliDeps, checked: CheckedPolicy, place: string): ExitCode {
  const message = 'The policy cannot be put in force; the one before stays.';
  if (args.output === 'json')
    return complainJson(deps, EXIT.config, { code: 'config_refused', message, problems: checked.problems, cases: checked.cases });
  printChecked({ ...deps, stdout: deps.stderr }, checked, place);
  return complain(deps, EXIT.config, message);
}

async function readText(file: string, deps: CliDeps): Promise<string | undefined> {
  if (file === '-') return deps.readStdin();
  try {
    return readFileSync(resolve(deps.cwd, file), 'utf8');
  } catch {
    return undefined;
  }
}
