// The help texts, made from the same declarations that the arguments are read with: what is not declared is neither shown nor taken.

import { COMMON_OPTIONS } from './arguments.ts';
import type { Command, OptionSpec } from './command.ts';

/** A heading of the overview and the commands below it. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** What `sallyport help` prints. */
export function overview(groups: readonly CommandGroup[]): string {
  const lines = [
    'Sallyport stands between AI agents and the MCP servers whose tools they call.',
    '',
    'usage: sallyport COMMAND [ARGUMENT…]',
  ];
  const sections = groups.map(({ title, commands }) => ({
    title,
    rows: commands.map((command): Row => [synopsisWords(command), command.summary]),
  }));
  sections.push({ title: 'Every command takes', rows: COMMON_OPTIONS.map(optionRow) });
  const width = widest(sections.flatMap(({ rows }) => rows));
  for (const { title, rows } of sections) lines.push('', title, ...columns(rows, width));
  lines.push('', "'sallyport COMMAND --help' says more about one of them.");
  return lines.join('\n');
}

/** What `sallyport COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const { options = [], positionals = [], examples = [] } = command;
  const lines = [`${command.summary}.`, '', `usage: sallyport ${synopsisWords(command)}${options.length > 0 ? ' [OPTION…]' : ''}`];
  for (const paragraph of command.description ?? []) lines.push('', ...wrap(paragraph));
  if (positionals.length > 0) lines.push('', ...columns(positionals.map((one): Row => [one.name, one.text])));
  lines.push('', 'options', ...columns([...options, ...COMMON_OPTIONS].map(optionRow)));
  if (examples.length > 0) lines.push('', 'examples');
  for (const [line, text] of examples) lines.push(`  ${line}`, `      ${text}`);
  return lines.join('\n');
}

/** What `sallyport agents --help` prints: the commands that begin with this word. */
export function groupHelp(word: string, commands: readonly Command[]): string {
  const rows = columns(commands.map((command): Row => [synopsisWords(command), command.summary]));
  return [
    `usage: sallyport ${word} COMMAND [ARGUMENT…]`,
    '',
    ...rows,
    '',
    `'sallyport ${word} COMMAND --help' says more about one of them.`,
  ].join('\n');
}

type Row = readonly [left: string, right: string];

function synopsisWords({ name, positionals = [] }: Command): string {
  const words = positionals.map((one) => {
    const word = one.repeated === true ? `${one.name}…` : one.name;
    return one.optional === true ? `[${word}]` : word;
  });
  return [name, ...words].join(' ');
}

function optionRow({ name, value, repeated, text }: OptionSpec): Row {
  const left = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return [left, repeated === true ? `${text}; may be repeated` : text];
}

const WIDTH = 100;

function widest(rows: readonly Row[]): number {
  return Math.max(...rows.map(([left]) => left.length));
}

function columns(rows: readonly Row[], width = widest(rows)): string[] {
  return rows.flatMap(([left, right]) =>
    wrap(right, WIDTH - width - 4).map((line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}`),
  );
}

function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
