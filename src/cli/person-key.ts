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
    return key === undefined || key === '' ? ok(undefined) : findPersonKey(key, 'SALLYPORT_APPROVER_KEY');
  }
  let text: string;
  try {
    text = readFileSync(resolve(deps.cwd, file), 'utf8');
  } catch {
    return fail(`The key file ${file} cannot be read.`);
  }
  return findPersonKey(text, `The key file ${file}`);
}

/** The first key in a text: what `agents add` printed is a key file as it is, with all that stands around the key. */
function findPersonKey(text: string, where: string): Result<Secret, string> {
  const [key] = /(?<![\w-])spk_[\w-]+/.exec(text) ?? [];
  return key === undefined
    ? fail(`${where} holds no key: a key is one word that begins with spk_, as 'sallyport agents add NAME' prints it once.`)
    : ok(new Secret(key));
}
