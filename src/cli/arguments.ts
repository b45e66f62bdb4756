// Reads a command line against what the command takes. Strict: a word or option that is not expected is refused, with what was probably
// meant, because a typing error in `--exprires 1d` must not make a key that never expires.

import { fail, nearest, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Command, OptionSpec, OutputFormat } from './command.ts';

/** Options that every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'config', value: 'FILE', text: 'the config file (default: sallyport.yaml here)' },
  { name: 'data', value: 'FOLDER', text: 'the data folder (default: as the config says, else .sallyport here)' },
  { name: 'output', value: 'FORMAT', text: 'table for people or json for programs (default: table)' },
  { name: 'help', text: 'show this help' },
];

/** A command line that was understood. Asking for something the command does not declare is a bug and throws. */
export interface ParsedArguments {
  readonly output: OutputFormat;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  /** The positional of this name. Empty when it is optional and was left out. */
  word(name: string): string;
  words(name: string): readonly string[];
}

/** Reads the words after the command's name; the error is a sentence for the person. */
export function parseArguments(command: Command, argv: readonly string[]): Result<ParsedArguments, string> {
  const options = [...(command.options ?? []), ...COMMON_OPTIONS];
  const values = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      words.push(...argv.slice(i + 1));
      break;
    }
    // A lone dash is a word: by custom it means standard input.
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word === '-h' ? '--help' : equals === -1 ? word : word.slice(0, equals);
    const option = options.find((one) => `--${one.name}` === name);
    if (option === undefined) return fail(unknownOption(name, options));
    let value = equals === -1 ? undefined : word.slice(equals + 1);
    if (option.value === undefined) {
      if (value !== undefined) return fail(`${name} takes no value.`);
      value = '';
    } else if (value === undefined) {
      value = argv[++i];
      if (value === undefined) return fail(`${name} needs a value: ${name} ${option.value}.`);
    }
    const given = values.get(option.name);
    if (given === undefined) values.set(option.name, [value]);
    else if (option.repeated === true) given.push(value);
    else return fail(`${name} is given twice.`);
  }
  const output = values.get('output')?.[0] ?? 'table';
  if (output !== 'table' && output !== 'json') return fail(`--output is 'table' or 'json', not '${output}'.`);
  // Whoever asks for help need not know the words.
  const placed = values.has('help') ? ok(new Map<string, readonly string[]>()) : placeWords(command, words);
  return placed.ok ? ok(accessors(options, output, values, placed.value)) : placed;
}

function unknownOption(name: string, options: readonly OptionSpec[]): string {
  const meant = nearest(
    name.replace(/^-+/, ''),
    options.map((option) => option.name),
  );
  return meant === undefined ? `There is no option ${name}.` : `There is no option ${name}; did you mean --${meant}?`;
}

function placeWords(command: Command, words: readonly string[]): Result<Map<string, readonly string[]>, string> {
  const placed = new Map<string, readonly string[]>();
  const rest = [...words];
  for (const { name, optional, repeated } of command.positionals ?? []) {
    const taken = repeated === true ? rest.splice(0) : rest.splice(0, 1);
    if (taken.length === 0 && optional !== true) return fail(`${name} is missing.`);
    placed.set(name, taken);
  }
  return rest.length === 0 ? ok(placed) : fail(`'${rest[0] ?? ''}' is one word too many.`);
}

function accessors(
  options: readonly OptionSpec[],
  output: OutputFormat,
  values: ReadonlyMap<string, readonly string[]>,
  words: ReadonlyMap<string, readonly string[]>,
): ParsedArguments {
  const given = (name: string): readonly string[] => {
    if (!options.some((option) => option.name === name)) throw new Error(`the command does not declare --${name}`);
    return values.get(name) ?? [];
  };
  const placed = (name: string): readonly string[] => {
    const found = words.get(name);
    if (found === undefined) throw new Error(`the command does not declare ${name}`);
    return found;
  };
  return {
    output,
    flag: (name) => given(name).length > 0,
    text: (name) => given(name)[0],
    list: given,
    word: (name) => placed(name)[0] ?? '',
    words: placed,
  };
}
