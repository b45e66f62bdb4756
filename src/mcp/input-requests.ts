// What a server asks of an agent in the modern era (basic/patterns/mrtr; tasks): a map of questions, of three kinds and no others, each
// only where the agent says that it takes it.

import { isObject } from './json-value.ts';
import type { JsonObject, JsonValue } from './types.ts';

/** What a server may ask the agent for, and the capability that the agent declares for it. */
const INPUT_CAPABILITIES: ReadonlyMap<JsonValue, string> = new Map([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
]);

/** What is wrong with these `inputRequests`, a sentence; undefined if they may be asked. `declared`: what the agent offers, where known. */
export function faultOfInputRequests(inputRequests: JsonValue, declared: JsonObject | undefined): string | undefined {
  if (!isObject(inputRequests)) return 'Its inputRequests are no object.';
  for (const input of Object.values(inputRequests)) {
    const capability = isObject(input) ? INPUT_CAPABILITIES.get(input['method'] ?? null) : undefined;
    if (capability === undefined) return 'It asks for an unknown kind of input.';
    if (declared !== undefined && !isObject(declared[capability])) return 'It asks for input that the agent does not offer.';
  }
  return undefined;
}
