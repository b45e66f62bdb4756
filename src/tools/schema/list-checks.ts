// Keywords about lists.

import { canonicalJson } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { isSchema, own } from './keywords.ts';
import { below, refuse, spend } from './run.ts';
import type { Check, Run } from './run.ts';
import { limits } from './value-checks.ts';

const CHARS_PER_STEP = 32;

/** `prepare` gives the check of a schema for a part of the value; `plain` the same without refusing what is undeclared. */
export interface Parts {
  readonly prepare: (schema: JsonValue) => Check;
  readonly plain: (schema: JsonValue) => Check;
}

export function listChecks(schema: JsonObject, parts: Parts): readonly Check[] {
  return [countCheck(schema), uniqueCheck(schema), itemsCheck(schema, parts), containsCheck(schema, parts)].filter(
    (check) => check !== undefined,
  );
}

function countCheck(schema: JsonObject): Check | undefined {
  const { least, most } = limits(schema, 'minItems', 'maxItems');
  if (least === 0 && most === Infinity) return undefined;
  return (value, run) => {
    if (!Array.isArray(value)) return true;
    if (value.length < least) return refuse(run, `should have at least ${least} elements`);
    return value.length <= most || refuse(run, `should have at most ${most} elements`);
  };
}

function uniqueCheck(schema: JsonObject): Check | undefined {
  if (own(schema, 'uniqueItems') !== true) return undefined;
  return (value, run) => {
    if (!Array.isArray(value)) return true;
    const met = new Set<string>();
    for (const element of value) {
      const text = canonicalJson(element);
      if (!spend(run, 1 + text.length / CHARS_PER_STEP)) return false;
      if (met.has(text)) return refuse(run, 'should not have the same element twice');
      met.add(text);
    }
    return true;
  };
}

/** `items` as a list is the tuple of the drafts before 2020-12; there `additionalItems` is about the rest. */
function itemsCheck(schema: JsonObject, { prepare }: Parts): Check | undefined {
  const items = own(schema, 'items');
  const prefix = own(schema, 'prefixItems');
  const tuple = Array.isArray(prefix) ? prefix : Array.isArray(items) ? items : [];
  const rest = Array.isArray(items) ? own(schema, 'additionalItems') : items;
  if (tuple.length === 0 && !isSchema(rest)) return undefined;
  const first = tuple.map((element) => prepare(element));
  const others = isSchema(rest) ? prepare(rest) : undefined;
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true;
    for (const [at, element] of value.entries()) {
      const check = first[at] ?? others;
      if (check === undefined) break;
      if (!below(run, at, check, element)) return false;
    }
    if (seen !== undefined) seen.items = Math.max(seen.items, others === undefined ? first.length : Infinity);
    return true;
  };
}

function containsCheck(schema: JsonObject, { plain }: Parts): Check | undefined {
  const contains = own(schema, 'contains');
  if (!isSchema(contains)) return undefined;
  const check = plain(contains);
  const { most } = limits(schema, '', 'maxContains');
  const given = own(schema, 'minContains');
  const least = typeof given === 'number' ? given : 1;
  return (value, run, seen) => {
    if (!Array.isArray(value)) return true;
    const found = positions(value, check, run);
    if (found.length < least) return refuse(run, `should contain at least ${least} of the elements that are asked for`);
    if (found.length > most) return refuse(run, `should contain at most ${most} of the elements that are counted`);
    for (const at of found) seen?.contained.add(at);
    return !run.spent;
  };
}

function positions(elements: readonly JsonValue[], check: Check, run: Run): readonly number[] {
  const found: number[] = [];
  for (const [at, element] of elements.entries()) if (below(run, at, check, element)) found.push(at);
  return found;
}
