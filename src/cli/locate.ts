// Finds the config file and the data folder that a command is about: as the command line says, else the environment, else the config,
// else the usual places in the working directory.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';

const CONFIG_FILE = 'sallyport.yaml';
const DATA_FOLDER = '.sallyport';

/** The config file, absolute; undefined when none is named and there is none in the working directory. A named one need not exist. */
export function findConfig(args: ParsedArguments, deps: CliDeps): string | undefined {
  const named = args.text('config') ?? deps.env['SALLYPORT_CONFIG'];
  if (named !== undefined) return resolve(deps.cwd, named);
  const usual = join(deps.cwd, CONFIG_FILE);
  return existsSync(usual) ? usual : undefined;
}

/** The data folder, absolute. */
export function dataFolder(args: ParsedArguments, deps: CliDeps): string {
  const named = args.text('data') ?? deps.env['SALLYPORT_DATA'];
  if (named !== undefined) return resolve(deps.cwd, named);
  return join(deps.cwd, DATA_FOLDER);
}
