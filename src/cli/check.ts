// `sallyport check`: what is wrong with a config, before a gateway has to refuse it.

import { existsSync } from 'node:fs';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import { endedCaptures, formatProblem, loadConfigFile } from '../config/index.ts';
import type { ConfigProblem, LoadedConfig } from '../config/index.ts';
import { conditionMisfits, strayTools } from './approved-schemas.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { complainNoConfig, findConfigFile, namedDataFolder, shownPath } from './locate.ts';
import { printJson, printLine, printText } from './print.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Check the config file',
  description: [
    'Prints every problem as FILE:LINE:COLUMN, with what to write instead. Conditions are held against the tools that the gateway of this config has approved, names of tools against those that its servers list. Ends with exit code 3 if a running gateway would refuse the file; warnings alone do not.',
  ],
  run: async (args, deps) => {
    const file = await findConfigFile(args, deps);
    if (!existsSync(file)) return complainNoConfig(deps, file);
    const loaded = loadConfigFile(file, deps.env, namedDataFolder(args, deps));
    const misfits = loaded.ok
      ? [...(await conditionMisfits(loaded.value)), ...(await strayTools(loaded.value)), ...ended(loaded.value, deps.now())]
      : [];
    const problems = [...(loaded.ok ? loaded.value.warnings : loaded.error).filter(isNew(misfits)), ...misfits].map((problem) => ({
      ...problem,
      file: shownPath(problem.file, deps),
    }));
    const isGood = loaded.ok && misfits.every(({ severity }) => severity === 'warning');
    if (args.output === 'json') printJson(deps, { ok: isGood, problems });
    else printProblems(deps, problems);
    if (!loaded.ok || !isGood) return EXIT.config;
    const { servers, routes, policy } = loaded.value.shard;
    const several = routes.filter((route) => route.servers.length > 1).map(({ path }) => path);
    const counted = [
      count(servers.length, 'server'),
      ...(several.length === 0 ? [] : [`several together at ${several.join(' and ')}`]),
      count(policy.rules.length, 'rule'),
    ];
    if (args.output === 'table') printLine(deps, `${shownPath(file, deps)} is good: ${counted.join(', ')}.`);
    return EXIT.ok;
  },
};

/** To who starts with it a warning, to who changes it an error: a running gateway refuses it. */
function ended({ shard, placed }: LoadedConfig, now: Date): readonly ConfigProblem[] {
  const over = endedCaptures(shard.policy, shard.audit ?? DEFAULT_AUDIT, now.getTime());
  return over.map(({ path, message, fix, severity }) => placed(path, message, fix, severity));
}

/** What is said about a place more strictly needs not be said twice. */
function isNew(others: readonly ConfigProblem[]): (problem: ConfigProblem) => boolean {
  return ({ file, path, message }) => !others.some((one) => one.file === file && one.path === path && one.message === message);
}

function printProblems(deps: CliDeps, problems: readonly ConfigProblem[]): void {
  for (const problem of problems) printText(deps, formatProblem(problem));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
