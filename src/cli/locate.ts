// Finds the config file and the data folder that a command is about: as the command line says, else the environment, else the config,
// else the usual places in the working directory.

import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { formatProblem, loadConfigFile } from '../config/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { complain } from './print.ts';

/** What the config file is called where nobody says otherwise. */
export const CONFIG_FILE = 'sallyport.yaml';
const DATA_FOLDER = '.sallyport';

/** The config file that is named, absolute, else where it usually is. It need not exist. */
export function configPath(args: ParsedArguments, deps: CliDeps): string {
  return resolve(deps.cwd, args.text('config') ?? deps.env['SALLYPORT_CONFIG'] ?? CONFIG_FILE);
}

/** A path as a person in the working directory would write it. */
export function shownPath(path: string, deps: CliDeps): string {
  const near = relative(deps.cwd, path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

/**
 * The data folder, absolute. A config that cannot be read does not say where it is, and guessing could give a key in one store for a
 * gateway that lives on another: then it is undefined, and the person has been told.
 */
export function dataFolder(args: ParsedArguments, deps: CliDeps): string | undefined {
  const named = args.text('data') ?? deps.env['SALLYPORT_DATA'];
  if (named !== undefined) return resolve(deps.cwd, named);
  const config = configPath(args, deps);
  if (!existsSync(config)) return join(deps.cwd, DATA_FOLDER);
  const loaded = loadConfigFile(config, deps.env);
  if (loaded.ok) return loaded.value.shard.dataFolder;
  const problem = loaded.error.find(({ severity }) => severity === 'error');
  const first = problem === undefined ? '' : formatProblem({ ...problem, file: shownPath(problem.file, deps) });
  complain(
    deps,
    EXIT.config,
    `The config cannot be read, so it does not say where the data folder is. Correct it, or name the folder with --data.`,
    first,
  );
  return undefined;
}

/** Says that there is no config file, and how to come by one. */
export function complainNoConfig(deps: CliDeps, path: string): 3 {
  return complain(
    deps,
    EXIT.config,
    `There is no ${shownPath(path, deps)}. Write one with 'sallyport init', or name another with --config.`,
  );
}
