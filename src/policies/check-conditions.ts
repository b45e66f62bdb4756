// Holds conditions against the schemas of the tools that their rules cover, so that a condition that reads what a tool does not take, or takes
// for a number what it takes for a text, is found when it is written and not when it denies somebody's call.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { compileCondition } from './condition/index.ts';
import type { ArgumentType } from './condition/index.ts';
import { compileGlob, isGlob } from './glob.ts';
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

/** The first problem of each condition that is in order by itself; an error where the rule names the tool, else a warning. */
export function checkConditions({ rules }: PolicyDocument, schemas: readonly ToolSchema[]): readonly PolicyProblem[] {
  return rules.flatMap((rule, i): readonly PolicyProblem[] => {
    const { when } = rule;
    const alone = when === undefined ? undefined : compileCondition(when);
    if (when === undefined || alone?.ok !== true || !alone.value.reads.has('args')) return [];
    for (const schema of schemas) {
      if (!covers(rule, schema)) continue;
      const type = typeOf(schema.inputSchema, 0);
      const held = typeof type === 'string' ? alone : compileCondition(when, type);
      if (held.ok) continue;
      const { message, written } = held.error;
      const isNamed = rule.tools?.some((pattern) => !isGlob(pattern) && pattern === schema.tool) === true;
      return [
        {
          severity: isNamed ? 'error' : 'warning',
          path: ['rules', i, 'when'],
          message: `does not fit the arguments of ${schema.tool} on ${schema.server}: it ${written === undefined ? '' : `${JSON.stringify(written)} `}${message}`,
          fix: 'Correct it, ask has(…) first, or name the tools it is meant for.',
        },
      ];
    }
    return [];
  });
}

function covers(rule: Rule, { server, tool, labels }: ToolSchema): boolean {
  const anyOf = (patterns: readonly string[], name: string): boolean => patterns.some((pattern) => compileGlob(pattern)(name));
  if (!anyOf(rule.servers, server)) return false;
  if (rule.labels !== undefined && !rule.labels.some((label) => labels.includes(label))) return false;
  if (rule.tools !== undefined) return anyOf(rule.tools, tool);
  return rule.labels !== undefined || (rule.prompts === undefined && rule.resources === undefined);
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
