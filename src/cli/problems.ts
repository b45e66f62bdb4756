// From what the gateway or a config check found wrong to what the person reads, and to the exit code.

import type { AdminProblem } from '../admin/index.ts';
import { formatProblem } from '../config/index.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { complain } from './print.ts';

/** Says what the gateway answered instead of doing it; undefined: the config was unreadable, and that has been said. */
export function complainAbout(deps: CliDeps, problem: AdminProblem | undefined): ExitCode {
  if (problem === undefined) return EXIT.config;
  return complain(deps, exitCodeOf(problem), problem.detail, ...(problem.problems ?? []).map(formatProblem));
}

function exitCodeOf({ code }: AdminProblem): ExitCode {
  switch (code) {
    case 'gateway_not_running':
    case 'gateway_unreadable':
      return EXIT.unreachable;
    case 'config_refused':
      return EXIT.config;
    default:
      return EXIT.failed;
  }
}
