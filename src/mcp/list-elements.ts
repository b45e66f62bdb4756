// The names in a list result, so that policy can say which of its elements an agent may see.

import { isArray, isObject, valueAt } from './json-value.ts';
import type { JsonDocument, JsonValue, MethodRule } from './types.ts';

/**
 * What names each element, in order; undefined for an element without a name, which nobody can judge or call.
 * Empty where the method has no list or the answer none: checkAnswer has refused the latter.
 */
export function listElements(document: JsonDocument, rule: MethodRule): readonly (string | undefined)[] {
  const { list } = rule;
  const elements = list && valueAt(document.value, ['result', list.member]);
  return list !== undefined && isArray(elements) ? elements.map((element) => nameOf(element, list.key)) : [];
}

function nameOf(element: JsonValue, key: string): string | undefined {
  const name = isObject(element) ? element[key] : undefined;
  return typeof name === 'string' ? name : undefined;
}
