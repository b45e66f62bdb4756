// `sallyport check`: what is wrong with a config, before a gateway has to refuse it.

import { existsSync } from 'node:fs';
import { formatProblem, loadConfigFile } from '../config/index.ts';
import type { ConfigProblem } from '../config/index.ts';
import { conditionMisfits, strayTools } from './approved-schemas.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { complainNoConfig, findConfigFile, shownPath } from './locate.ts';
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
    const loaded = loadConfigFile(file, deps.env);
    const misfits = loaded.ok ? [...(await conditionMisfits(loaded.value)), ...(await strayTools(loaded.value))] : [];
    const problems = [...(loaded.ok ? loaded.value.warnings : loaded.error), ...misfits].map((problem) => ({
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

function printProblems(deps: CliDeps, problems: readonly ConfigProblem[]): void {
  for (const problem of problems) printText(deps, formatProblem(problem));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
