// `sallyport policy test`: the cases beside a policy, as the gateway runs them before it puts a config in force.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { diskFiles, formatProblem, testCases } from '../config/index.ts';
import type { ConfigProblem, NamedCases, TestedCases } from '../config/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { findConfigFile, shownPath } from './locate.ts';
import { readPolicyConfig } from './policy-config.ts';
import { complain, printJson, printLine, printText } from './print.ts';

export const policyTestCommand: Command = {
  name: 'policy test',
  summary: 'Run the cases of a policy',
  description: [
    'A case is a line: who wants what, and what the policy is to say. Those that the config names under policy.cases are run whenever it is loaded, and keep it from being put in force if one does not hold.',
    'A file named here may have a policy of its own in front of its cases, and is then held against that.',
    'Ends with exit code 1 if a case does not hold, and 3 if one cannot be read.',
  ],
  positionals: [{ name: 'FILE', text: 'files of cases (default: those that the config names)', optional: true, repeated: true }],
  examples: [
    ['sallyport policy test', 'those of sallyport.yaml'],
    ['sallyport policy test policy-cases/payments.case', 'one file, against the policy of sallyport.yaml'],
  ],
  run: async (args, deps) => {
    const named = args.words('FILE');
    const bed = await readBed(args, deps, named.length > 0);
    if (typeof bed === 'number') return bed;
    const cases = named.length > 0 ? named.map((file) => toNamed(resolve(deps.cwd, file), file)) : bed.cases;
    if (cases.length === 0)
      return complain(deps, EXIT.failed, 'The config names no cases: write policy.cases: [policy-cases/*.case], or name files.');
    return report(testCases(bed.shard, cases, diskFiles), args, deps);
  },
};

/** Files with a policy of their own need no config. */
async function readBed(
  args: ParsedArguments,
  deps: CliDeps,
  hasFiles: boolean,
): Promise<{ readonly shard: Parameters<typeof testCases>[0]; readonly cases: readonly NamedCases[] } | ExitCode> {
  if (hasFiles && args.text('config') === undefined && !existsSync(await findConfigFile(args, deps)))
    return { shard: { servers: [], policy: { rules: [] } }, cases: [] };
  return readPolicyConfig(args, deps);
}

function toNamed(pattern: string, written: string): NamedCases {
  return {
    pattern,
    complain: (message, fix) => ({ severity: 'error', file: written, line: 1, column: 1, path: '', message, fix }),
    ownPolicy: true,
  };
}

function report({ files, cases, failures, mistakes }: TestedCases, args: ParsedArguments, deps: CliDeps): ExitCode {
  const shown = mistakes.map((problem): ConfigProblem => ({ ...problem, file: shownPath(problem.file, deps) }));
  const failed = failures.map(({ file, ...failure }) => ({ file: shownPath(file, deps), ...failure }));
  const code = mistakes.length > 0 ? EXIT.config : failures.length > 0 ? EXIT.failed : EXIT.ok;
  if (args.output === 'json') {
    printJson(deps, { ok: code === EXIT.ok, files: files.map((file) => shownPath(file, deps)), cases, failures: failed, problems: shown });
    return code;
  }
  for (const problem of shown) printText(deps, formatProblem(problem));
  for (const { file, line, text, message } of failed) printText(deps, `${file}:${line}: ${text}\n  ${message}.`);
  const counted = `${count(cases, 'case')} in ${count(files.length, 'file')}`;
  if (code === EXIT.ok) printLine(deps, `${counted}: all hold.`);
  else if (failures.length > 0) printLine(deps, `${counted}: ${failures.length} ${failures.length === 1 ? 'does' : 'do'} not hold.`);
  return code;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
