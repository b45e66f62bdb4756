// Holds conditions against the schemas of the tools that their rules cover, so that a condition that reads what a tool does not take, or takes
// for a number what it takes for a text, is found when it is written and not when it denies somebody's call.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { compileCondition } from './condition/index.ts';
import type { ArgumentType } from './condition/index.ts';
import { compileGlob, isGlob } from '../base/index.ts';
import type { PolicyDocument, PolicyProblem, Rule } from './types.ts';

/** A tool, and the schema of its arguments. */
export interface ToolSchema {
  readonly server: string;
  readonly tool: string;
  readonly labels: readonly string[];
  readonly inputSchema: JsonValue;
}

/** Deeper than this, arguments are taken to be of any type. */
const MAX_DEPTH = 8;
/** Names that CEL can read as members. */
const MEMBER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Holds the conditions of a document against tools, a few at a time: a catalogue may be large. */
export interface ConditionCheck {
  /** Whether any condition reads arguments of tools on this server. */
  concerns(server: string): boolean;
  add(tool: ToolSchema): void;
  /** The first problem of each condition that is in order by itself; an error where the rule names the tool, else a warning. */
  problems(): readonly PolicyProblem[];
}

/** Schemas that one condition is held against, where it is about many tools alike; those that are named come first if they are added first. */
const MAX_HELD = 2_000;

/** A check of the conditions of a document that read arguments. */
export function createConditionCheck({ rules }: PolicyDocument): ConditionCheck {
  const checked = rules.flatMap((rule, i) => {
    const { when } = rule;
    const alone = when === undefined ? undefined : compileCondition(when);
    return when !== undefined && alone?.ok === true && alone.value.reads.has('args') ? [checkOf(rule, i, when)] : [];
  });
  return {
    concerns: (server) => checked.some(({ isOn }) => isOn(server)),
    add: (tool) => {
      for (const one of checked) one.hold(tool);
    },
    problems: () => checked.flatMap(({ problem }) => problem() ?? []),
  };
}

/** The same for tools that are all at hand. */
export function checkConditions(document: PolicyDocument, schemas: readonly ToolSchema[]): readonly PolicyProblem[] {
  const check = createConditionCheck(document);
  for (const schema of schemas) check.add(schema);
  return check.problems();
}

interface RuleCheck {
  readonly isOn: (server: string) => boolean;
  readonly hold: (tool: ToolSchema) => void;
  readonly problem: () => PolicyProblem | undefined;
}

function checkOf(rule: Rule, i: number, when: string): RuleCheck {
  const isOn = anyOf(rule.servers);
  const isCovered = rule.tools === undefined ? undefined : anyOf(rule.tools);
  const coversAll = rule.labels !== undefined || (rule.prompts === undefined && rule.resources === undefined);
  const held = new Set<string>();
  let found: PolicyProblem | undefined;
  const isNamed = (tool: string): boolean => rule.tools?.some((pattern) => !isGlob(pattern) && pattern === tool) === true;
  return {
    isOn,
    hold: ({ server, tool, labels, inputSchema }) => {
      if (found?.severity === 'error' || !isOn(server)) return;
      if (rule.labels !== undefined && !rule.labels.some((label) => labels.includes(label))) return;
      if (!(isCovered?.(tool) ?? coversAll)) return;
      const type = typeOf(inputSchema, 0);
      if (typeof type === 'string') return;
      const severity = isNamed(tool) ? 'error' : 'warning';
      // Tools that take the same arguments are answered alike.
      const key = `${severity} ${JSON.stringify(type)}`;
      if (held.has(key) || held.size >= MAX_HELD) return;
      held.add(key);
      const compiled = compileCondition(when, type);
      if (compiled.ok || (found !== undefined && severity === 'warning')) return;
      const { message, written } = compiled.error;
      found = {
        severity,
        path: ['rules', i, 'when'],
        message: `does not fit the arguments of ${tool} on ${server}: it ${written === undefined ? '' : `${JSON.stringify(written)} `}${message}`,
        fix: 'Correct it, ask has(…) first, or name the tools it is meant for.',
      };
    },
    problem: () => found,
  };
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const compiled = patterns.map(compileGlob);
  return (name) => compiled.some((matches) => matches(name));
}

/** The type that a schema gives, where it gives one for sure; else `dyn`, of which anything can be read. */
function typeOf(schema: JsonValue | undefined, depth: number): ArgumentType {
  if (!isObject(schema) || depth > MAX_DEPTH || hasAlternatives(schema)) return 'dyn';
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'integer':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'array': {
      const item = typeOf(schema['items'], depth + 1);
      return typeof item === 'string' ? `list<${item}>` : 'list<dyn>';
    }
    case 'object':
      return membersOf(schema, depth);
    default:
      return 'dyn';
  }
}

/** What is not declared is not there, unless the schema lets in more than it names. */
function membersOf(schema: JsonObject, depth: number): ArgumentType {
  const { properties, patternProperties, additionalProperties } = schema;
  const isOpen = patternProperties !== undefined || (additionalProperties !== undefined && additionalProperties !== false);
  if (!isObject(properties) || isOpen) return 'dyn';
  const names = Object.keys(properties);
  if (names.length === 0 || !names.every((name) => MEMBER.test(name))) return 'dyn';
  return Object.fromEntries(names.map((name) => [name, typeOf(properties[name], depth + 1)]));
}

/** Keywords by which a value may be of another type than `type` says, or which say more than is read here. */
function hasAlternatives(schema: JsonObject): boolean {
  return ['$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf', 'if'].some((keyword) => Object.hasOwn(schema, keyword));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
