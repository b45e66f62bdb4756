// Where a gateway's policy is written, as text: a part of the config file, or a file of its own; and that file with another policy in it.

import { dirname, resolve } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { fillIn } from './environment.ts';
import type { Files } from './files.ts';
import { findReachOut } from './policy-reach-out.ts';
import { findPolicySection, toLines } from './policy-section.ts';
import { formatPath } from './problem.ts';
import type { Env } from './template.ts';
import type { ConfigProblem } from './types.ts';
import { readYaml } from './yaml.ts';
import type { Path, YamlMistake } from './yaml.ts';

/** A policy as it is written. */
export interface PolicySource {
  readonly kind: 'section' | 'file' | 'none';
  /** The file that it stands in, as problems with it name that. */
  readonly file: string;
  /** Lines end with LF. */
  readonly text: string;
  /** Line of the file that the first line of the text is, from 1. */
  readonly firstLine: number;
  /** Columns that it stands to the right of where it is shown. */
  readonly indent: number;
  /** The whole file as it is. */
  readonly whole: string;
  /** What it says, as it is written; undefined: it cannot be read. */
  readonly value: unknown;
  /** The whole file with another policy, of which this is the value; or why that cannot be, as the end of a sentence about the file. */
  replace(text: string, value: unknown): Result<string, string>;
}

/** The file that a policy stands in with another text for it, or what keeps that text from being one, where it stands. */
export function withPolicy(source: PolicySource, text: string): Result<string, readonly ConfigProblem[]> {
  const placed = ({ line, column, message, fix }: YamlMistake, path: Path = []): ConfigProblem => ({
    severity: 'error',
    file: source.file,
    line: source.firstLine + line - 1,
    column: source.indent + column,
    path: formatPath(['policy', ...path]),
    message,
    fix,
  });
  const read = readYaml(text);
  if (!read.ok) return fail(read.error.map((mistake) => placed(mistake)));
  const after = read.value;
  const foreign = findReachOut({ before: source.value, after: after.value, file: resolve(source.file) });
  if (foreign.length > 0)
    return fail(foreign.map(({ path, part, message, fix }) => placed({ ...after.locate(path, part), message, fix }, path)));
  const replaced = source.replace(text, after.value);
  if (replaced.ok) return replaced;
  return fail([placed({ line: 1, column: 1, message: `cannot stand in ${source.file}, which ${replaced.error}`, fix: undefined })]);
}

/** Reads the policy of a config file; fails with the end of a sentence about the file that cannot be read. */
export function readPolicySource(
  configFile: string,
  { env, files }: { readonly env: Env; readonly files: Pick<Files, 'read'> },
): Result<PolicySource, { readonly file: string; readonly says: string }> {
  const config = files.read(configFile);
  if (!config.ok) return fail({ file: configFile, says: config.error });
  const parsed = readYaml(config.value);
  if (!parsed.ok)
    return fail({ file: configFile, says: `${parsed.error[0]?.message ?? 'is not YAML'} (line ${parsed.error[0]?.line ?? 1})` });
  const named = policyFileOf(fillIn(parsed.value.value, env, () => false).value);
  if (named !== undefined) return readOwnFile(resolve(dirname(resolve(configFile)), named), files);
  const section = findPolicySection(config.value, parsed.value.value);
  if (!section.ok) return fail({ file: configFile, says: section.error });
  const { isWritten, ...place } = section.value;
  return ok({ ...place, kind: isWritten ? 'section' : 'none', file: configFile, whole: config.value, value: policyIn(parsed.value.value) });
}

function readOwnFile(file: string, files: Pick<Files, 'read'>): Result<PolicySource, { readonly file: string; readonly says: string }> {
  const read = files.read(file);
  if (!read.ok) return fail({ file, says: read.error });
  const whole = read.value;
  const end = whole.includes('\r\n') ? '\r\n' : '\n';
  const parsed = readYaml(whole);
  return ok({
    value: parsed.ok ? parsed.value.value : undefined,
    kind: 'file',
    file,
    text: whole.replace(/\r\n?/g, '\n'),
    firstLine: 1,
    indent: 0,
    whole,
    replace: (text) => ok(`${toLines(text).join(end)}${end}`),
  });
}

/** The file that a document names for its policy. Read off the raw document, so that mistakes elsewhere do not hide those in that file. */
export function policyFileOf(raw: unknown): string | undefined {
  const policy = policyIn(raw);
  return typeof policy === 'object' && policy !== null && 'file' in policy && typeof policy.file === 'string' && policy.file !== ''
    ? policy.file
    : undefined;
}

function policyIn(raw: unknown): unknown {
  return typeof raw === 'object' && raw !== null && 'policy' in raw ? raw.policy : undefined;
}
