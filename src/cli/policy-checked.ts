// What would come of a policy, for people: mistakes with their lines in the text, cases that do not hold, and what becomes of rules.

import type { CheckedPolicy, PolicyProblemView } from '../admin/index.ts';
import type { CliDeps } from './command.ts';
import { printLine, printText } from './print.ts';

const MAX_RULES = 40;

/** `place`: what the lines of the text stand behind, `policy.yaml:` or `line `. */
export function printChecked(deps: CliDeps, { problems, cases, rules, otherwise, outcome }: CheckedPolicy, place: string): void {
  for (const problem of problems) printText(deps, sayPlace(problem, place));
  for (const { file, line, text, message } of cases?.failures ?? []) printText(deps, `${file}:${line}: ${text}\n  ${message}.`);
  if (cases !== null && cases.count > 0 && cases.failures.length === 0)
    printLine(deps, cases.count === 1 ? 'The case holds.' : `All ${cases.count} cases hold.`);
  if (outcome === 'refused') return;
  for (const { name, change } of rules.slice(0, MAX_RULES)) printText(deps, `${change}: ${name}`);
  if (rules.length > MAX_RULES) printLine(deps, `and ${rules.length - MAX_RULES} more rules`);
  for (const member of otherwise) printText(deps, `changed: ${member}`);
  if (rules.length + otherwise.length === 0) printLine(deps, 'It changes no rule.');
}

/** One mistake, with where it is: in the text, or in a file beside it. */
export function sayPlace({ severity, file, line, textLine, textColumn, path, message, fix }: PolicyProblemView, place: string): string {
  const where = textLine === null ? `${file}:${line}` : `${place}${textLine}${textColumn === null ? '' : `:${textColumn}`}`;
  const what = path === '' ? `the file ${message}` : `${path} ${message}`;
  return `${where}: ${severity === 'warning' ? 'warning: ' : ''}${what}.${fix === null ? '' : ` ${fix}`}`;
}
