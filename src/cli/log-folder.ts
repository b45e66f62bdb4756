// Which logs a command is about: those in the data folder, or in a folder that was named.

import { join, resolve } from 'node:path';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, PositionalSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain } from './print.ts';

/** The word that names a folder with logs. */
export const FOLDER: PositionalSpec = { name: 'FOLDER', text: 'a folder with logs (default: the logs in the data folder)', optional: true };

/** The folder of the logs, absolute; undefined when it cannot be known, of which the person was told. */
export function logFolder(args: ParsedArguments, deps: CliDeps): string | undefined {
  const named = args.word(FOLDER.name);
  if (named !== '') return resolve(deps.cwd, named);
  const folder = dataFolder(args, deps);
  return folder === undefined ? undefined : join(folder, 'audit');
}

/** Says that there is nothing to read. */
export function noLogs(deps: CliDeps, folder: string): 1 {
  return complain(deps, EXIT.failed, `There is no record in ${folder}. Name the data folder with --data, or the folder of the logs.`);
}
