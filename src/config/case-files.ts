// Finds the files of policy cases that a config names, and holds their cases against its policy: the gate that a change of the rules must
// pass. A gate that tests nothing would be believed all the same, so a name that leads to no case is a mistake too.

import { basename, dirname } from 'node:path';
import { compilePolicy, compileToolFacts, parseCases, policySchema, runCases } from '../policies/index.ts';
import { compileGlob, isGlob } from '../base/index.ts';
import type { CaseBed, CaseFailure, CaseFile } from '../policies/index.ts';
import { readDocument } from './document.ts';
import type { Files } from './files.ts';
import type { ConfigProblem, ConfigShard } from './types.ts';

/** Where a config, or a command line, says that cases are. */
export interface NamedCases {
  /** Absolute path; in its last part, globs. */
  readonly pattern: string;
  /** Says what is wrong with it, in the place where it is written. */
  readonly complain: (message: string, fix: string) => ConfigProblem;
  /** Whether its files may bring along a policy of their own. */
  readonly ownPolicy: boolean;
}

/** What came of the cases. */
export interface TestedCases {
  readonly files: readonly string[];
  readonly cases: number;
  readonly failures: readonly (CaseFailure & { readonly file: string })[];
  /** Mistakes that keep cases from being run. */
  readonly mistakes: readonly ConfigProblem[];
}

/** All of them run in some tenths of a second: a reload waits for them. */
const MAX_CASES = 20_000;
const MAX_FILES = 1_000;

/** Runs the cases of a config. */
export function testCases(shard: Pick<ConfigShard, 'servers' | 'policy'>, named: readonly NamedCases[], files: Files): TestedCases {
  const mistakes: ConfigProblem[] = [];
  const found = new Map<string, NamedCases>();
  for (const one of named)
    for (const path of pathsOf(one, files, (problem) => mistakes.push(problem))) found.set(path, found.get(path) ?? one);
  const failures: (CaseFailure & { readonly file: string })[] = [];
  const bed = found.size === 0 ? undefined : bedOf(shard);
  let cases = 0;
  for (const [file, { complain, ownPolicy }] of [...found].slice(0, MAX_FILES)) {
    const content = files.read(file);
    if (!content.ok) {
      mistakes.push(complain(`names ${file}, which ${content.error}`, 'Correct the path.'));
      continue;
    }
    const read = parseCases(content.value);
    mistakes.push(...read.mistakes.map(({ line, message, fix }) => problemAt(file, line, 'this line', message, fix)));
    cases += read.cases.length;
    if (read.cases.length === 0 && read.mistakes.length === 0)
      mistakes.push(problemAt(file, 1, '', 'has no case', 'Write one a line: ada [staff] | files | tool read_file | allow readers.'));
    const own = ownBed(read, file, ownPolicy);
    mistakes.push(...own.mistakes);
    const held = own.bed ?? bed;
    if (own.mistakes.length === 0 && held !== undefined)
      failures.push(...runCases(read.cases.slice(0, MAX_CASES), held).map((one) => ({ file, ...one })));
  }
  const [first] = named;
  if (first !== undefined && (found.size > MAX_FILES || cases > MAX_CASES))
    mistakes.push(
      first.complain(
        `lead to ${found.size} files with ${cases} cases`,
        `At most ${MAX_FILES} files and ${MAX_CASES} cases are run; name fewer.`,
      ),
    );
  return { files: [...found.keys()], cases, failures, mistakes };
}

/** A failure as what is wrong with a config. */
export function problemOf({ file, line, text, message, fix }: TestedCases['failures'][number]): ConfigProblem {
  return problemAt(file, line, text, message, fix);
}

function pathsOf({ pattern, complain }: NamedCases, files: Files, refuse: (problem: ConfigProblem) => void): readonly string[] {
  const folder = dirname(pattern);
  const name = basename(pattern);
  if (isGlob(folder)) {
    refuse(complain(`has a wildcard in the name of a folder`, 'Name each folder; * and ? may stand in the name of the file.'));
    return [];
  }
  if (!isGlob(name)) return [pattern];
  const listed = files.list(folder);
  const matching = listed.ok ? listed.value.filter(compileGlob(name)).map((one) => `${folder}/${one}`) : [];
  if (matching.length === 0)
    refuse(complain(`matches no file in ${folder}${listed.ok ? '' : `, which ${listed.error}`}`, 'Correct the path, or remove it.'));
  return matching;
}

/** What the cases of a config are held against; undefined where its policy cannot be compiled, which is said elsewhere. */
function bedOf({ servers, policy }: Pick<ConfigShard, 'servers' | 'policy'>): CaseBed | undefined {
  const names = servers.map(({ name }) => name);
  const compiled = compilePolicy(policy, { servers: names });
  return compiled.ok
    ? { policy: compiled.value, servers: names, toolFacts: compileToolFacts(servers), serverLabels: labelsIn(servers) }
    : undefined;
}

/** What a config says of what is no tool: the labels of its server. */
export function labelsIn(servers: ConfigShard['servers']): (server: string) => readonly string[] {
  const labels = new Map(servers.map((server) => [server.name, server.labels ?? []]));
  return (server) => labels.get(server) ?? [];
}

/** What cases with a policy of their own are held against: every server exists that a case or a rule names. */
function ownBed(
  { policy, cases }: CaseFile,
  file: string,
  ownPolicy: boolean,
): { readonly bed: CaseBed | undefined; readonly mistakes: readonly ConfigProblem[] } {
  if (policy === undefined) return { bed: undefined, mistakes: [] };
  if (!ownPolicy)
    return {
      bed: undefined,
      mistakes: [
        problemAt(
          file,
          policy.linesBefore + 1,
          'this part',
          'is a policy, and would say nothing about the one of the config',
          'Remove it and one line of ---.',
        ),
      ],
    };
  const { value, problems } = readDocument(policy.text, { file, schema: policySchema, env: {}, keep: () => true });
  const placed = problems.map((problem) => ({ ...problem, line: problem.line + policy.linesBefore }));
  if (value === undefined) return { bed: undefined, mistakes: placed };
  const named = value.rules.flatMap((rule) => rule.servers).filter((server) => !isGlob(server));
  const servers = [...new Set([...named, ...cases.map(({ question }) => question.server)])];
  const compiled = compilePolicy(value, { servers });
  if (compiled.ok)
    return { bed: { policy: compiled.value, servers, toolFacts: compileToolFacts([]), serverLabels: () => [] }, mistakes: [] };
  const [wrong] = compiled.error;
  return {
    bed: undefined,
    mistakes: [
      problemAt(
        file,
        policy.linesBefore + 1,
        'the policy',
        `cannot be used: ${wrong?.path.join('.') ?? ''} ${wrong?.message ?? ''}`,
        wrong?.fix,
      ),
    ],
  };
}

function problemAt(file: string, line: number, path: string, message: string, fix: string | undefined): ConfigProblem {
  return { severity: 'error', file, line, column: 1, path, message, fix };
}
