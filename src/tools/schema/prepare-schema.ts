// Prepares a schema to be run: each part the first time that it is needed, as closures over what it says. No text of a stranger becomes code.
//
// Besides the schema's own meaning there is the strict one, in which arguments that nothing declares are refused. It only ever adds refusals:
// where adding one could let something through (`not`, `if`, the counting of `oneOf` and `contains`) the schema is run in its own meaning.

import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { isObject, isSchema, own } from './keywords.ts';
import { listChecks } from './list-checks.ts';
import { objectChecks, refuseMember, textsOf } from './object-checks.ts';
import { addSeen, below, createSeen, refuse, spend } from './run.ts';
import type { Check, Fault, Run, Seen } from './run.ts';
import type { SchemaDocument } from './schema-document.ts';
import { valueChecks } from './value-checks.ts';

/**
 * How a schema is run. `plain`: as it says. `part`: strict, for a value of its own; closed if it says which members there are. `whole`: the same
 * for all the arguments, closed in any case. `beside`: strict, for the value of the schema around it, which does the closing.
 */
export type Mode = 'plain' | 'part' | 'whole' | 'beside';

const IN_PLACE = ['allOf', 'anyOf', 'oneOf', 'if', '$ref', '$dynamicRef', '$recursiveRef', 'dependentSchemas', 'dependencies'];

/** The check that a schema of this document stands for. */
export function prepareSchema(document: SchemaDocument, mode: Mode): Check {
  const caches = new Map<Mode, Map<JsonObject, Check>>();

  function checkOf(schema: JsonValue, how: Mode): Check {
    if (!isObject(schema)) return schema === false ? (_value, run) => refuse(run, 'should not be there') : () => true;
    const cache = caches.get(how) ?? new Map<JsonObject, Check>();
    caches.set(how, cache);
    const known = cache.get(schema) ?? lazily(schema, how);
    cache.set(schema, known);
    return known;
  }

  function lazily(schema: JsonObject, how: Mode): Check {
    let prepared: Check | undefined;
    const resource = document.resourceOf(schema);
    return (value, run, seen) => {
      run.depth += 1;
      if (!spend(run, 1)) return false;
      prepared ??= build(schema, how);
      const entered = run.scope.at(-1) !== resource;
      if (entered) run.scope.push(resource);
      const holds = prepared(value, run, seen);
      if (entered) run.scope.pop();
      run.depth -= 1;
      return holds;
    };
  }

  function build(schema: JsonObject, how: Mode): Check {
    const reference = own(schema, '$ref');
    if (typeof reference === 'string' && (document.refAlone || isOnlyReference(schema))) return referenceCheck(schema, reference, how);
    const strict = how !== 'plain';
    const parts = {
      prepare: (inner: JsonValue) => checkOf(inner, strict ? 'part' : 'plain'),
      plain: (inner: JsonValue) => checkOf(inner, 'plain'),
    };
    const composed = IN_PLACE.some((keyword) => Object.hasOwn(schema, keyword));
    const says = Object.hasOwn(schema, 'additionalProperties') || Object.hasOwn(schema, 'unevaluatedProperties');
    const closes = (how === 'whole' || how === 'part') && !says;
    const closesHere = closes && !composed && (how === 'whole' || isObject(own(schema, 'properties')));
    const checks = [
      ...valueChecks(schema),
      ...objectChecks(schema, parts, closesHere),
      ...listChecks(schema, parts),
      ...inPlaceChecks(schema, strict ? 'beside' : 'plain'),
    ];
    const last = [
      unevaluatedProperties(schema, parts.prepare),
      unevaluatedItems(schema, parts.prepare),
      closes && composed ? closing(schema, how) : undefined,
    ];
    const lastChecks = last.filter((check) => check !== undefined);
    return lastChecks.length === 0 ? inOrder(checks) : withSeen(inOrder(checks), inOrder(lastChecks));
  }

  function inPlaceChecks(schema: JsonObject, how: Mode): readonly Check[] {
    const checks: Check[] = [];
    const reference = own(schema, '$ref') ?? own(schema, '$recursiveRef');
    const dynamic = own(schema, '$dynamicRef');
    if (typeof reference === 'string') checks.push(referenceCheck(schema, reference, how));
    if (typeof dynamic === 'string') checks.push(dynamicCheck(schema, dynamic, how));
    checks.push(...schemasOf(schema, 'allOf').map((branch) => checkOf(branch, how)));
    const any = schemasOf(schema, 'anyOf');
    if (any.length > 0) checks.push(anyCheck(any.map((branch) => checkOf(branch, how))));
    const one = schemasOf(schema, 'oneOf');
    if (one.length > 0) checks.push(oneCheck(one.map((branch) => [checkOf(branch, 'plain'), checkOf(branch, how)] as const)));
    const not = own(schema, 'not');
    if (isSchema(not)) checks.push(notCheck(checkOf(not, 'plain')));
    if (isSchema(own(schema, 'if'))) checks.push(ifCheck(schema, how));
    for (const keyword of ['dependentSchemas', 'dependencies']) checks.push(...dependentChecks(own(schema, keyword), how));
    return checks;
  }

  function referenceCheck(schema: JsonObject, reference: string, how: Mode): Check {
    const target = document.resolve(schema, reference);
    return target === undefined ? (_value, run) => refuse(run, 'has a schema that cannot be found') : checkOf(target, how);
  }

  /** Core §8.2.3.2: if the static target is a dynamic anchor, the outermost resource on the way that has one of this name decides. */
  function dynamicCheck(schema: JsonObject, reference: string, how: Mode): Check {
    const target = document.resolve(schema, reference);
    const name = isObject(target) ? own(target, '$dynamicAnchor') : undefined;
    if (typeof name !== 'string' || !reference.endsWith(`#${name}`)) return referenceCheck(schema, reference, how);
    const fallback = referenceCheck(schema, reference, how);
    return (value, run, seen) => {
      const outermost = run.scope.find((resource) => resource.dynamicAnchors.has(name))?.dynamicAnchors.get(name);
      return (outermost === undefined ? fallback : checkOf(outermost, how))(value, run, seen);
    };
  }

  function ifCheck(schema: JsonObject, how: Mode): Check {
    const condition = checkOf(own(schema, 'if') ?? true, 'plain');
    const then = checkOf(own(schema, 'then') ?? true, how);
    const otherwise = checkOf(own(schema, 'else') ?? true, how);
    return (value, run, seen) => (attempt(condition, value, run, seen) ? then : otherwise)(value, run, seen);
  }

  function dependentChecks(map: JsonValue | undefined, how: Mode): readonly Check[] {
    if (!isObject(map)) return [];
    return Object.entries(map).flatMap(([name, dependent]): readonly Check[] => {
      if (!isSchema(dependent)) return [];
      const check = checkOf(dependent, how);
      return [(value, run, seen) => !isObject(value) || !Object.hasOwn(value, name) || check(value, run, seen)];
    });
  }

  return checkOf(document.root, mode);
}

const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$comment',
  '$defs',
  '$ref',
  '$schema',
  'default',
  'definitions',
  'description',
  'title',
]);

/** Such a schema is what it refers to: nothing has to be put together. */
function isOnlyReference(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
}

function schemasOf(schema: JsonObject, keyword: string): readonly JsonValue[] {
  const list = own(schema, keyword);
  return Array.isArray(list) ? list : [];
}

function inOrder(checks: readonly Check[]): Check {
  return (value, run, seen) => {
    for (const check of checks) if (!check(value, run, seen)) return false;
    return true;
  };
}

/** Runs the checks that need to know what the others have seen; what a failed schema saw counts for nobody. */
function withSeen(checks: Check, last: Check): Check {
  return (value, run, seen) => {
    const here = createSeen();
    if (!checks(value, run, here) || !last(value, run, here)) return false;
    if (seen !== undefined) addSeen(seen, here);
    return true;
  };
}

/** Whether a branch holds; only then does what it saw count. */
function attempt(check: Check, value: JsonValue, run: Run, seen: Seen | undefined): boolean {
  if (seen === undefined) return check(value, run, undefined);
  const branch = createSeen();
  const holds = check(value, run, branch);
  if (holds) addSeen(seen, branch);
  return holds;
}

function anyCheck(branches: readonly Check[]): Check {
  return (value, run, seen) => {
    let holds = false;
    let deepest: Fault | undefined;
    for (const branch of branches) {
      if (attempt(branch, value, run, seen)) holds = true;
      else deepest = deeper(deepest, run.fault);
      if (run.spent) return false;
      if (holds && seen === undefined) return true;
    }
    return holds || refuseForm(run, deepest);
  };
}

/** The branches are counted as they say; the one that holds is then run in the mode that is asked for. */
function oneCheck(branches: readonly (readonly [plain: Check, wanted: Check])[]): Check {
  return (value, run, seen) => {
    let chosen: (typeof branches)[number] | undefined;
    let deepest: Fault | undefined;
    for (const branch of branches) {
      const holds = branch[0](value, run, undefined);
      if (run.spent) return false;
      if (holds && chosen !== undefined) return refuse(run, 'has more than one of the forms that are allowed');
      if (holds) chosen = branch;
      else deepest = deeper(deepest, run.fault);
    }
    if (chosen === undefined) return refuseForm(run, deepest);
    const [plain, wanted] = chosen;
    return (plain === wanted && seen === undefined) || wanted(value, run, seen);
  };
}

function deeper(one: Fault | undefined, other: Fault | undefined): Fault | undefined {
  return one === undefined || (other !== undefined && other.steps.length > one.steps.length) ? other : one;
}

/** The branch that came furthest is the one that was meant: what is wrong there helps more than that none fits. */
function refuseForm(run: Run, deepest: Fault | undefined): false {
  if (deepest === undefined || deepest.steps.length <= run.steps.length) return refuse(run, 'has none of the forms that are allowed');
  run.fault = deepest;
  return false;
}

function notCheck(forbidden: Check): Check {
  return (value, run) => {
    const holds = forbidden(value, run, undefined);
    return !run.spent && (!holds || refuse(run, 'has a form that is not allowed'));
  };
}

function unevaluatedProperties(schema: JsonObject, prepare: (inner: JsonValue) => Check): Check | undefined {
  const rest = own(schema, 'unevaluatedProperties');
  if (!isSchema(rest)) return undefined;
  const check = prepare(rest);
  return (value, run, seen) => {
    if (!isObject(value)) return true;
    for (const name of Object.keys(value)) {
      if (seen?.names.has(name) === true) continue;
      if (rest === false) return refuseMember(run, name);
      if (!below(run, { undeclared: name }, check, own(value, name) ?? null)) return false;
      seen?.names.add(name);
    }
    return true;
  };
}

function unevaluatedItems(schema: JsonObject, prepare: (inner: JsonValue) => Check): Check | undefined {
  const rest = own(schema, 'unevaluatedItems');
  if (!isSchema(rest)) return undefined;
  const check = prepare(rest);
  return (value, run, seen) => {
    if (!Array.isArray(value) || seen === undefined) return true;
    for (const [at, element] of value.entries())
      if (at >= seen.items && !seen.contained.has(at) && !below(run, at, check, element)) return false;
    seen.items = Infinity;
    return true;
  };
}

/** The strict meaning where several schemas together say which members there are. A name that is required is declared. */
function closing(schema: JsonObject, how: Mode): Check {
  const required = new Set(textsOf(own(schema, 'required')));
  return (value, run, seen) => {
    if (!isObject(value) || seen === undefined || (how !== 'whole' && !seen.declares)) return true;
    for (const name of Object.keys(value)) if (!seen.names.has(name) && !required.has(name)) return refuseMember(run, name);
    return true;
  };
}
