// From what the gateway or a config check found wrong to what the person reads, and to the exit code.

import type { AdminProblem } from '../admin/index.ts';
import { formatProblem } from '../config/index.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { complain, complainJson } from './print.ts';

/** Says what the gateway answered instead of doing it; undefined: the config was unreadable, and that has been said. */
export function complainAbout(deps: CliDeps, problem: AdminProblem | undefined): ExitCode {
  if (problem === undefined) return EXIT.config;
  const { code, detail, problems = [] } = problem;
  if (deps.errorsAs === 'json')
    return complainJson(deps, exitCodeOf(problem), { code, message: detail, ...(problems.length > 0 ? { problems } : {}) });
  return complain(deps, exitCodeOf(problem), detail, ...problems.map(formatProblem));
}

function exitCodeOf({ code }: AdminProblem): ExitCode {
  switch (code) {
    case 'gateway_not_running':
    case 'gateway_unreadable':
      return EXIT.unreachable;
    case 'outcome_unknown':
      return EXIT.unsure;
    case 'config_refused':
      return EXIT.config;
    case 'malformed':
      return EXIT.usage;
    default:
      return EXIT.failed;
  }
}
