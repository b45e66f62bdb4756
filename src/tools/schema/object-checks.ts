// Keywords about objects.

import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { toVisible } from '../visible-text.ts';
import { isObject, isSchema, own } from './keywords.ts';
import { compilePattern } from './linear-pattern.ts';
import type { LinearPattern } from './linear-pattern.ts';
import type { Parts } from './list-checks.ts';
import { below, refuse, spend } from './run.ts';
import type { Check, Run } from './run.ts';
import { limits } from './value-checks.ts';

/** Characters of a caller's name that are repeated to the caller. */
const MAX_NAME_CHARS = 64;

/** `closed`: members that nothing declares are refused, although the schema does not say so. */
export function objectChecks(schema: JsonObject, parts: Parts, closed: boolean): readonly Check[] {
  return [
    requiredCheck(schema),
    sizeCheck(schema),
    membersCheck(schema, parts, closed),
    namesCheck(schema, parts),
    dependentRequiredCheck(schema),
  ].filter((check) => check !== undefined);
}

/** The sentence about a member that may not be there. */
export function refuseMember(run: Run, name: string): false {
  run.steps.push({ undeclared: name });
  refuse(run, 'is not declared');
  run.steps.pop();
  return false;
}

/** A caller's name as it may stand in a sentence to that caller. */
export function showName(name: string): string {
  const shown = toVisible(name.length > MAX_NAME_CHARS ? name.slice(0, MAX_NAME_CHARS) : name);
  return name.length > MAX_NAME_CHARS ? `${shown}\u2026` : shown;
}

function requiredCheck(schema: JsonObject): Check | undefined {
  const required = textsOf(own(schema, 'required'));
  if (required.length === 0) return undefined;
  return (value, run) => {
    if (!isObject(value)) return true;
    for (const name of required) if (!Object.hasOwn(value, name)) return refuse(run, `should have the member ${showName(name)}`);
    return true;
  };
}

function sizeCheck(schema: JsonObject): Check | undefined {
  const { least, most } = limits(schema, 'minProperties', 'maxProperties');
  if (least === 0 && most === Infinity) return undefined;
  return (value, run) => {
    if (!isObject(value)) return true;
    const count = Object.keys(value).length;
    if (count < least) return refuse(run, `should have at least ${least} members`);
    return count <= most || refuse(run, `should have at most ${most} members`);
  };
}

function membersCheck(schema: JsonObject, { prepare }: Parts, closed: boolean): Check | undefined {
  const properties = own(schema, 'properties');
  const patterns = patternsOf(own(schema, 'patternProperties'), prepare);
  const additional = own(schema, 'additionalProperties');
  if (!isObject(properties) && patterns.length === 0 && !isSchema(additional) && !closed) return undefined;
  const declared = new Map(Object.entries(isObject(properties) ? properties : {}).map(([name, member]) => [name, prepare(member)]));
  // A name that is required is declared, even if nothing is said about it.
  if (closed) for (const name of textsOf(own(schema, 'required'))) if (!declared.has(name)) declared.set(name, () => true);
  const refused = closed || additional === false;
  const others = isSchema(additional) && !refused ? prepare(additional) : undefined;
  const declares = isObject(properties);
  return (value, run, seen) => {
    if (!isObject(value)) return true;
    if (seen !== undefined && declares) seen.declares = true;
    for (const name of Object.keys(value)) {
      const member = value[name] ?? null;
      const check = declared.get(name);
      let known = check !== undefined;
      if (check !== undefined && !below(run, name, check, member)) return false;
      for (const pattern of patterns) {
        if (!spend(run, 1 + name.length * pattern.cost)) return false;
        if (!pattern.found(name)) continue;
        known = true;
        if (!below(run, { undeclared: name }, pattern.check, member)) return false;
      }
      if (!known && refused) return refuseMember(run, name);
      if (!known && others !== undefined && !below(run, { undeclared: name }, others, member)) return false;
      if (known || others !== undefined) seen?.names.add(name);
    }
    return true;
  };
}

interface PatternMember extends LinearPattern {
  readonly check: Check;
}

function patternsOf(members: JsonValue | undefined, prepare: (schema: JsonValue) => Check): readonly PatternMember[] {
  if (!isObject(members)) return [];
  return Object.entries(members).flatMap(([source, member]) => {
    const pattern = compilePattern(source);
    return pattern.ok ? [{ ...pattern.value, check: prepare(member) }] : [];
  });
}

function namesCheck(schema: JsonObject, { plain }: Parts): Check | undefined {
  const names = own(schema, 'propertyNames');
  if (!isSchema(names)) return undefined;
  const check = plain(names);
  return (value, run) => {
    if (!isObject(value)) return true;
    for (const name of Object.keys(value)) {
      run.steps.push({ undeclared: name });
      const holds = check(name, run, undefined);
      if (!holds) refuse(run, 'is no name that is allowed');
      run.steps.pop();
      if (!holds) return false;
    }
    return true;
  };
}

/** `dependentRequired`, and the lists among the `dependencies` of earlier drafts. */
function dependentRequiredCheck(schema: JsonObject): Check | undefined {
  const rules = ['dependentRequired', 'dependencies'].flatMap((keyword) => {
    const map = own(schema, keyword);
    return isObject(map) ? Object.entries(map).map(([name, needs]) => [name, textsOf(needs)] as const) : [];
  });
  if (rules.length === 0) return undefined;
  return (value, run) => {
    if (!isObject(value)) return true;
    for (const [name, needs] of rules)
      for (const need of needs)
        if (Object.hasOwn(value, name) && !Object.hasOwn(value, need))
          return refuse(run, `should have the member ${showName(need)} if it has ${showName(name)}`);
    return true;
  };
}

/** The names in a list of them. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}
