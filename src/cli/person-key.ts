// The key by which a person is known who approves, sets or lifts something: it comes from the environment or from a file.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, ok, Secret } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, OptionSpec } from './command.ts';

/** Where a command takes it from; `whose` says who they are. */
export function keyFileOption(whose: string): OptionSpec {
  return { name: 'key-file', value: 'FILE', text: `the key of ${whose} (default: SALLYPORT_APPROVER_KEY of the environment)` };
}

/** The key, if there is one. Never an argument: those are seen by everybody on the machine. */
export function readPersonKey(args: ParsedArguments, deps: CliDeps): Result<Secret | undefined, string> {
  const file = args.text('key-file');
  if (file === undefined) {
    const key = deps.env['SALLYPORT_APPROVER_KEY'];
    return ok(key === undefined || key === '' ? undefined : new Secret(key));
  }
  try {
    return ok(new Secret(readFileSync(resolve(deps.cwd, file), 'utf8').trim()));
  } catch {
    return fail(`The key file ${file} cannot be read.`);
  }
}
