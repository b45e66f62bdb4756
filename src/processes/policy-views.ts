// What comes of a policy text, as the admin API tells it.

import type { CheckedPolicy, PolicyProblemView } from '../admin/index.ts';
import type { ConfigProblem, PolicySource } from '../config/index.ts';
import { tagOf } from './policy-file.ts';
import type { CheckedText } from './policy-file.ts';

/** What was done with a text. */
export interface TextOutcome {
  /** What it was to replace. */
  readonly source: PolicySource;
  readonly text: string;
  readonly checked: Pick<CheckedText, 'problems' | 'tested' | 'changes'>;
  readonly revision?: number | null;
  readonly proposal?: string;
}

/** Tells what came of a text. */
export function toCheckedPolicy(
  outcome: CheckedPolicy['outcome'],
  { source, text, checked: { problems, tested, changes }, revision = null, proposal }: TextOutcome,
): CheckedPolicy {
  const { rules, otherwise } = changes;
  return {
    outcome,
    tag: tagOf(outcome === 'saved' ? text : source.text),
    problems: problems.map((problem) => toProblemView(problem, source)),
    cases:
      tested === undefined
        ? null
        : {
            files: [...tested.files],
            count: tested.cases,
            failures: tested.failures.map(({ file, line, text: written, message }) => ({ file, line, text: written, message })),
          },
    rules: rules.map((rule) => ({ ...rule })),
    otherwise: [...otherwise],
    revision,
    proposal: proposal ?? null,
  };
}

/** A problem, and where in the text it is. */
export function toProblemView(
  { severity, file, line, column, path, message, fix }: ConfigProblem,
  source: PolicySource,
): PolicyProblemView {
  const textLine = line - source.firstLine + 1;
  // Another file, or a part of this one that is not the policy.
  const isInText = file === source.file && textLine >= 1 && (source.kind === 'file' || path === 'policy' || /^policy[.[]/.test(path));
  return {
    severity,
    file,
    line,
    textLine: isInText ? textLine : null,
    textColumn: isInText ? Math.max(1, column - source.indent) : null,
    path,
    message,
    fix: fix ?? null,
  };
}
