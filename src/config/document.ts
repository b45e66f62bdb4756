// One file of a config, from its text to a typed document: YAML, environment, schema. Knows where everything stands, so that every later
// check can say so too.

import type * as z from 'zod';
import { fillIn } from './environment.ts';
import { checkShape, explain } from './explain.ts';
import type { Mistake } from './explain.ts';
import { formatPath } from './problem.ts';
import type { Env } from './template.ts';
import type { ConfigProblem } from './types.ts';
import { readYaml } from './yaml.ts';
import type { Path } from './yaml.ts';

/** What a file was read to. */
export interface ReadDocument<Output> {
  /** Undefined if there are errors among the problems. */
  readonly value: Output | undefined;
  /** The document before its schema looked at it; undefined if it is no YAML. */
  readonly raw: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Places a mistake found later. */
  readonly locate: (mistake: Mistake, severity: ConfigProblem['severity']) => ConfigProblem;
}

export interface DocumentOptions<Output> {
  readonly file: string;
  readonly schema: z.ZodType<Output>;
  readonly env: Env;
  /** Texts that keep their references to the environment. */
  readonly keep: (path: Path) => boolean;
  /** Texts that are no secrets, whatever their variable is called. */
  readonly isOpen?: (path: Path) => boolean;
}

/** Reads a text as the document that a schema describes. */
export function readDocument<Output>(text: string, { file, schema, env, keep, isOpen }: DocumentOptions<Output>): ReadDocument<Output> {
  const source = readYaml(text);
  if (!source.ok) {
    const problems = source.error.map((mistake): ConfigProblem => ({ severity: 'error', file, path: '', ...mistake }));
    return {
      value: undefined,
      raw: undefined,
      problems,
      locate: (mistake, severity) => ({ severity, file, line: 1, column: 1, ...worded(mistake) }),
    };
  }
  const locate = (mistake: Mistake, severity: ConfigProblem['severity']): ConfigProblem => ({
    severity,
    file,
    ...source.value.locate(mistake.path, mistake.part),
    ...worded(mistake),
  });
  const filled = fillIn(source.value.value, env, keep);
  const exposed = filled.exposed.filter(({ path }) => isOpen?.(path) !== true);
  const warnings = exposed.map(({ path, name }) =>
    locate(
      {
        path,
        part: 'value',
        message: `takes ${name} from the environment, and it would be stored with the config`,
        fix: 'Give secrets to servers by env or headers; there only the reference is stored.',
      },
      'warning',
    ),
  );
  const { value, mistakes } = toShape(schema, filled.value, filled.changed);
  const errors = [...filled.mistakes, ...mistakes].map((mistake) => locate(mistake, 'error'));
  return { value: errors.length > 0 ? undefined : value, raw: filled.value, problems: [...warnings, ...errors], locate };
}

function worded({ path, message, fix }: Mistake): Pick<ConfigProblem, 'path' | 'message' | 'fix'> {
  return { path: formatPath(path), message, fix };
}

/** Checks the shape; where a number or a truth value is wanted and the environment gave its text, the text is read as one. */
function toShape<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  changed: ReadonlySet<string>,
): { readonly value: Output | undefined; readonly mistakes: readonly Mistake[] } {
  const first = checkShape(schema, value);
  if (first.success) return { value: first.data, mistakes: [] };
  const texts = first.error.issues.filter(
    (issue) => issue.code === 'invalid_type' && /^(int|number|boolean)$/.test(issue.expected) && changed.has(JSON.stringify(issue.path)),
  );
  if (texts.length === 0) return { value: undefined, mistakes: explain(first.error.issues, value) };
  const retyped = texts.reduce((document, issue) => retype(document, issue.path), value);
  const second = checkShape(schema, retyped);
  return second.success ? { value: second.data, mistakes: [] } : { value: undefined, mistakes: explain(second.error.issues, retyped) };
}

function retype(node: unknown, path: readonly PropertyKey[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (node === 'true' || node === 'false') return node === 'true';
    return typeof node === 'string' && /^[0-9]{1,15}$/.test(node) ? Number(node) : node;
  }
  if (Array.isArray(node)) return node.map((item, i) => (i === step ? retype(item, rest) : item));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, key === step ? retype(item, rest) : item]));
}
