// How commands speak: tables and JSON on standard output, what went wrong on standard error, with what to do about it. Names, texts and
// results come from strangers: nothing they send may steer the terminal.

import { toPrintable } from '../telemetry/index.ts';
import type { CliDeps } from './command.ts';
import type { ExitCode } from './exit-codes.ts';

const MAX_CELL_CHARS = 200;
const MAX_TEXT_CHARS = 1_000_000;

/** Prints one value as one line of JSON. */
export function printJson(deps: CliDeps, value: unknown): void {
  deps.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a line that is ours. */
export function printLine(deps: CliDeps, line: string): void {
  deps.stdout.write(`${line}\n`);
}

/** Prints text of strangers: its lines and tabs are kept, everything else that could steer the terminal is not. */
export function printText(deps: CliDeps, text: string): void {
  deps.stdout.write(`${safeText(text)}\n`);
}

/** Rows under headings, columns as wide as they need to be. An empty cell shows as a dash. */
export function printTable(deps: CliDeps, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => headings.map((_, column) => toPrintable(row[column] ?? '', MAX_CELL_CHARS) || '-'));
  const table = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    printLine(
      deps,
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Says what is wrong and gives back the exit code, so that a command can end with it. */
export function complain<Code extends ExitCode>(deps: CliDeps, code: Code, ...sentences: readonly string[]): Code {
  const [message = '', ...details] = sentences;
  if (deps.errorsAs === 'json') return complainJson(deps, code, { message, ...(details.length > 0 ? { details } : {}) });
  deps.stderr.write(`sallyport: ${sentences.map(safeText).join('\n')}\n`);
  return code;
}

/** The same for a program: one object on one line. */
export function complainJson<Code extends ExitCode>(
  deps: CliDeps,
  code: Code,
  error: { readonly message: string; readonly [member: string]: unknown },
): Code {
  deps.stderr.write(`${JSON.stringify({ error: { exitCode: code, ...error } })}\n`);
  return code;
}

/** Whether a text is already as `printText` would print it, but for how its lines end. */
export function isPrintableText(text: string): boolean {
  return text.length <= MAX_TEXT_CHARS && safeText(text) === text.replaceAll('\r\n', '\n');
}

function safeText(text: string): string {
  const lines = text.slice(0, MAX_TEXT_CHARS).split(/\r?\n/);
  return lines
    .map((line) =>
      line
        .split('\t')
        .map((part) => toPrintable(part, MAX_TEXT_CHARS))
        .join('\t'),
    )
    .join('\n');
}
