// The command line from its first word to the command that it names.

import { nearest } from '../base/index.ts';
import type { CliDeps, Command } from './command.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import { EXIT } from './exit-codes.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import { complain, printLine } from './print.ts';
import { runGuarded, runOne } from './run-one.ts';
import { versionCommand } from './version.ts';

/** Runs the command line after the program's name; returns the exit code. */
export function runCli(argv: readonly string[], outside: CliDeps): Promise<number> {
  return runGuarded(argv, outside, (deps) => dispatch(argv, deps));
}

/** A command line without a command: what there would be, for people; a program is told in its own form. */
function showUsage(deps: CliDeps, usage: string): number {
  if (deps.errorsAs === 'json') return complain(deps, EXIT.usage, 'The command is missing.', "'sallyport help' lists the commands.");
  deps.stderr.write(`${usage}\n`);
  return EXIT.usage;
}

/** `audit hold add`. */
const MAX_NAME_WORDS = 3;

async function dispatch(argv: readonly string[], deps: CliDeps): Promise<number> {
  const [first] = argv;
  if (first === undefined) return showUsage(deps, overview(GROUPS));
  if (first === 'help' || first === '--help' || first === '-h') return help(argv.slice(1), deps);
  if (first === '--version' || first === '-v') return runOne(versionCommand, [], deps);
  if (first.startsWith('-')) return complain(deps, EXIT.usage, `Options come after the command: sallyport COMMAND ${first}.`);

  const command = findCommand(argv);
  if (command !== undefined) return runOne(command, argv.slice(command.name.split(' ').length), deps);
  const group = findGroup(argv);
  if (group === undefined)
    return unknownCommand(
      first,
      COMMANDS.map((one) => one.name.split(' ')[0] ?? ''),
      deps,
    );
  const below = commandsBelow(group);
  const next = argv[group.split(' ').length] ?? '';
  if (next === '--help' || next === '-h') {
    printLine(deps, groupHelp(group, below));
    return EXIT.ok;
  }
  if (next === '' || next.startsWith('-')) return showUsage(deps, groupHelp(group, below));
  return unknownCommand(
    `${group} ${next}`,
    below.map((one) => one.name),
    deps,
  );
}

function help(words: readonly string[], deps: CliDeps): number {
  const [first] = words;
  if (first === undefined) {
    printLine(deps, overview(GROUPS));
    return EXIT.ok;
  }
  const command = findCommand(words);
  const group = findGroup(words);
  if (command !== undefined) printLine(deps, commandHelp(command));
  else if (group !== undefined) printLine(deps, groupHelp(group, commandsBelow(group)));
  else
    return unknownCommand(
      first,
      COMMANDS.map((one) => one.name.split(' ')[0] ?? ''),
      deps,
    );
  return EXIT.ok;
}

/** The command of the most words that these begin with. */
function findCommand(words: readonly string[]): Command | undefined {
  return longest(words, (name) => COMMANDS.find((command) => command.name === name));
}

/** The words that begin the names of several commands, `audit hold` before `audit`. */
function findGroup(words: readonly string[]): string | undefined {
  return longest(words, (name) => (commandsBelow(name).length > 0 ? name : undefined));
}

/** What is found under the most of the first words. */
function longest<T>(words: readonly string[], find: (name: string) => T | undefined): T | undefined {
  for (let count = Math.min(words.length, MAX_NAME_WORDS); count > 0; count--) {
    const found = find(words.slice(0, count).join(' '));
    if (found !== undefined) return found;
  }
  return undefined;
}

function commandsBelow(word: string): readonly Command[] {
  return COMMANDS.filter((command) => command.name.startsWith(`${word} `));
}

function unknownCommand(typed: string, known: readonly string[], deps: CliDeps): number {
  const meant = nearest(typed, [...new Set(known)]);
  const hint = meant === undefined ? "'sallyport help' lists them." : `Did you mean 'sallyport ${meant}'?`;
  return complain(deps, EXIT.usage, `There is no command '${typed}'. ${hint}`);
}
