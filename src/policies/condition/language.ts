// The language of conditions: CEL, read and type-checked by cel-js and run by us (compile.ts), because its own evaluator has no budget, its
// `matches` backtracks, and some of what it offers parses JSON in a way that strangers can abuse. Only what is listed here can be written.

import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { FINDING_CLASSES } from '../../inspection/index.ts';

/** A part of a condition. */
export type Tree = ASTNode;

/** What is wrong with a condition. */
export interface ConditionMistake {
  /** Goes on a sentence about the condition: `is not a condition: unexpected token`. */
  readonly message: string;
  readonly fix?: string | undefined;
  /** For a name that exists nowhere: what was written, and what could have been. */
  readonly written?: string;
  readonly among?: readonly string[];
}

/** What each variable has. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  agent: { name: 'string', groups: 'list<string>', attributes: 'map<string, string>', tenant: 'string', user: 'string' },
  server: { name: 'string' },
  tool: { name: 'string', labels: 'list<string>', class: 'string' },
  request: { time: 'google.protobuf.Timestamp', era: 'string', source: 'string', listener: 'string' },
  findings: Object.fromEntries(FINDING_CLASSES.map((one) => [one, 'int'])),
};

/** The type of an argument, as a schema has it. */
export type ArgumentType = string | { readonly [field: string]: ArgumentType };

/** Longest condition: longer ones are policies, and belong into rules. */
export const MAX_CONDITION_LENGTH = 4096;
const LIMITS = { maxAstNodes: 500, maxDepth: 32, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 4 };

const UNTYPED = createLanguage('dyn');

/** The variables that a condition may read. */
export const VARIABLES: readonly string[] = [...Object.keys(FIELDS), 'args', 'taint'];

/** The same with what each has: `agent.name`. */
export const CONDITION_PATHS: readonly string[] = [
  ...Object.entries(FIELDS).flatMap(([variable, fields]) => Object.keys(fields).map((field) => `${variable}.${field}`)),
  'args',
  'taint',
];

/** A condition that is well-formed. */
export interface ReadCondition {
  readonly tree: Tree;
  /** What its types say is wrong; undefined: nothing. */
  readonly check: () => ConditionMistake | undefined;
}

/** Parses a condition; its arguments may be of any type, or are of the ones given. */
export function readCondition(text: string, args?: ArgumentType): Result<ReadCondition, ConditionMistake> {
  const language = args === undefined ? UNTYPED : createLanguage(args);
  try {
    const parsed = language.parse(text);
    const check = (): ConditionMistake | undefined => {
      const { valid, type, error } = parsed.check();
      if (!valid) return toMistake(error, text);
      if (type === 'bool' || type === 'dyn') return undefined;
      return { message: `must be true or false, and is a ${type}`, fix: 'Compare it with something: args.path == "/tmp", for example.' };
    };
    return ok({ tree: parsed.ast, check });
  } catch (error) {
    return fail(toMistake(error, text));
  }
}

function createLanguage(args: ArgumentType): Environment {
  const language = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
  for (const [name, schema] of Object.entries(FIELDS)) language.registerVariable({ name, schema });
  language.registerVariable('taint', 'list<string>');
  if (typeof args === 'string') language.registerVariable('args', args);
  else language.registerVariable({ name: 'args', schema: args });
  return language;
}

function toMistake(error: unknown, text: string): ConditionMistake {
  const { code, summary, at } = factsOf(error);
  switch (code) {
    case 'no_such_key': {
      const root = /([a-z]+)\s*\.\s*$/.exec(text.slice(0, at))?.[1] ?? '';
      const among = Object.keys(FIELDS[root] ?? {});
      const written = afterColon(summary);
      return among.length === 0
        ? { message: `reads ${written}, which is not there` }
        : { message: `is nothing that ${root} has`, written, among };
    }
    case 'no_such_overload':
    case 'no_matching_overload':
      return { message: `does not fit together at character ${at + 1}: ${summary}` };
    default:
      return { message: `is not a condition: ${lowerFirst(summary)} at character ${at + 1}` };
  }
}

interface ErrorFacts {
  readonly code: string;
  readonly summary: string;
  readonly at: number;
}

/** cel-js throws errors of three classes with the same members. */
function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { code: '', summary: String(error), at: 0 };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const summary = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message;
  const range: unknown = 'range' in error ? error.range : undefined;
  const at = typeof range === 'object' && range !== null && 'start' in range && typeof range.start === 'number' ? range.start : 0;
  return { code, summary, at };
}

function afterColon(summary: string): string {
  return summary.slice(summary.indexOf(':') + 1).trim();
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
