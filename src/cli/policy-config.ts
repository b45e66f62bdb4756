// The config that a command about policies is asked of: read and checked, its cases not run.

import { existsSync } from 'node:fs';
import { formatProblem, loadUntestedConfigFile } from '../config/index.ts';
import type { UntestedConfig } from '../config/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { complainNoConfig, findConfigFile, shownPath } from './locate.ts';
import { complain, complainJson } from './print.ts';

/** The config, or an exit code, when what is wrong with it has been said. */
export async function readPolicyConfig(args: ParsedArguments, deps: CliDeps): Promise<UntestedConfig | ExitCode> {
  const file = await findConfigFile(args, deps);
  if (!existsSync(file)) return complainNoConfig(deps, file);
  const loaded = loadUntestedConfigFile(file, deps.env);
  if (loaded.ok) return loaded.value;
  const problems = loaded.error.map((problem) => ({ ...problem, file: shownPath(problem.file, deps) }));
  const message = 'The config cannot be used.';
  return deps.errorsAs === 'json'
    ? complainJson(deps, EXIT.config, { code: 'config_refused', message, problems })
    : complain(deps, EXIT.config, message, ...problems.map(formatProblem));
}
