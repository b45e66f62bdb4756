// Finds the config file and the data folder that a command is about: as the command line says, else the environment, else the config,
// else the usual places in the working directory.

import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { readDataFolder } from '../config/places.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { complain } from './print.ts';

/** What the config file is called where nobody says otherwise. */
export const CONFIG_FILE = 'sallyport.yaml';

/** The config file that is named, absolute, else where it usually is. It need not exist. */
export function configPath(args: ParsedArguments, deps: CliDeps): string {
  return resolve(deps.cwd, args.text('config') ?? deps.env['SALLYPORT_CONFIG'] ?? CONFIG_FILE);
}

/**
 * The config file that is named, else the one where it usually is, else the one of the gateway that runs here: whoever started it elsewhere
 * still asks about that one. It need not exist.
 */
export async function findConfigFile(args: ParsedArguments, deps: CliDeps): Promise<string> {
  const usual = configPath(args, deps);
  if (isConfigNamed(args, deps) || existsSync(usual)) return usual;
  const folder = findDataFolder(args, deps);
  const status = folder.ok ? await deps.admin(folder.value).status() : undefined;
  return (status?.ok === true ? status.value.config.file : null) ?? usual;
}

/** Whether somebody says which config file. */
export function isConfigNamed(args: ParsedArguments, deps: CliDeps): boolean {
  return (args.text('config') ?? deps.env['SALLYPORT_CONFIG']) !== undefined;
}

/** Whether two paths lead to one file, links followed. */
export function isSameFile(one: string, other: string): boolean {
  try {
    return one === other || realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/** A path as a person in the working directory would write it. */
export function shownPath(path: string, deps: CliDeps): string {
  const near = relative(deps.cwd, path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

/**
 * The data folder, absolute. Only the config's `data` is read: no command that asks a gateway needs its secrets, nor a config without
 * mistakes. Undefined when the config names a folder that cannot be known here; the person has then been told.
 */
export function dataFolder(args: ParsedArguments, deps: CliDeps): string | undefined {
  const read = findDataFolder(args, deps);
  if (read.ok) return read.value;
  complain(deps, EXIT.config, `${read.error} Correct it, or name the folder with --data.`);
  return undefined;
}

/** The same without a word to the person; the error is a sentence. */
export function findDataFolder(args: ParsedArguments, deps: CliDeps): Result<string, string> {
  const named = namedDataFolder(args, deps);
  return named === undefined ? readDataFolder(configPath(args, deps), deps.env) : ok(named);
}

/** The data folder that somebody names beside the config, absolute. */
export function namedDataFolder(args: ParsedArguments, deps: CliDeps): string | undefined {
  const named = args.text('data') ?? deps.env['SALLYPORT_DATA'];
  return named === undefined ? undefined : resolve(deps.cwd, named);
}

/** Says that there is no config file, and how to come by one. */
export function complainNoConfig(deps: CliDeps, path: string): 3 {
  return complain(
    deps,
    EXIT.config,
    `There is no ${shownPath(path, deps)}. Write one with 'sallyport init', or name another with --config.`,
  );
}
