// One command from its arguments to the exit code, whichever it is. A command's own refusals are printed by the command; what arrives here as an
// exception is either a fault with a sentence for the person, or a bug.

import { GatewayError } from '../base/index.ts';
import { parseArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { complain, printLine } from './print.ts';
import { UnwritableError } from './sink.ts';

/** Does something for a command line; whatever comes of it is an exit code. */
export async function runGuarded(argv: readonly string[], outside: CliDeps, action: (deps: CliDeps) => Promise<number>): Promise<number> {
  const deps: CliDeps = { ...outside, errorsAs: wantsJson(argv) ? 'json' : 'table' };
  try {
    return await action(deps);
  } catch (error) {
    // The sentence of a GatewayError is written for people; anything else was not expected by anybody.
    if (error instanceof GatewayError) return complain(deps, EXIT.failed, error.message);
    if (error instanceof UnwritableError) return complain(deps, EXIT.usage, error.message);
    if (isForbidden(error))
      return complain(deps, EXIT.failed, `${error.path} may not be read by this user. Run the command as the user that runs the gateway.`);
    return complain(
      deps,
      EXIT.internal,
      `This is a fault of sallyport itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

/** Runs a command with what follows its name. */
export async function runOne(command: Command, argv: readonly string[], deps: CliDeps): Promise<number> {
  const args = parseArguments(command, argv);
  if (!args.ok) return complain(deps, EXIT.usage, args.error, `'sallyport ${command.name} --help' shows how it is used.`);
  if (args.value.flag('help')) {
    printLine(deps, commandHelp(command));
    return EXIT.ok;
  }
  return command.run(args.value, deps);
}

/** Before the arguments are understood, because not understanding them is an error too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words.includes('--output=json') || words.some((word, i) => word === '--output' && words[i + 1] === 'json');
}

/** What the system says of a file that is there, and not for this user. */
function isForbidden(error: unknown): error is Error & { readonly path: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EACCES' || error.code === 'EPERM') &&
    'path' in error &&
    typeof error.path === 'string'
  );
}
