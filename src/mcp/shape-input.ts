// What a server asks of an agent (elicitation, sampling, roots), for an agent of an older revision, or why it cannot be asked.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { isArray, isObject } from './json-value.ts';
import { mapChanged, shapeSamplingMessage } from './shape-content.ts';
import type { JsonObject, JsonValue } from './types.ts';

/** What the agent can be asked for, in the modern form, from what it declared in initialize under `revision`. */
export function modernClientCapabilities(declared: JsonObject, revision: string): JsonObject {
  const { roots, sampling, elicitation, experimental } = declared;
  const full = revision >= '2025-11-25';
  return {
    ...(isObject(experimental) && { experimental }),
    ...(isObject(roots) && { roots: {} }),
    ...(isObject(sampling) && { sampling: full ? pick(sampling, ['context', 'tools']) : {} }),
    ...(isObject(elicitation) && revision >= '2025-06-18' && { elicitation: full ? pick(elicitation, ['form', 'url']) : {} }),
  };
}

/** The params of a request to the agent; a sentence where this agent cannot be asked that. The same object where nothing changes. */
export function shapeInput(
  method: string,
  params: JsonObject | undefined,
  agent: { readonly revision: string; readonly capabilities: JsonObject; readonly newId: () => string },
): Result<JsonObject | undefined, string> {
  switch (method) {
    case 'elicitation/create':
      return shapeElicitation(params ?? {}, agent);
    case 'sampling/createMessage':
      return shapeSampling(params ?? {}, agent);
    case 'roots/list':
      return isObject(agent.capabilities['roots']) ? ok(params) : fail('the roots of the agent, which it does not offer');
    default:
      return fail('something that is not known');
  }
}

type Agent = Parameters<typeof shapeInput>[2];

function shapeElicitation(params: JsonObject, { revision, capabilities, newId }: Agent): Result<JsonObject, string> {
  const { elicitation } = capabilities;
  if (!isObject(elicitation)) return fail('something of the user, which the agent does not offer');
  if (params['mode'] === 'url') {
    if (revision < '2025-11-25' || !isObject(elicitation['url'])) return fail('the user to open a link, which the agent does not offer');
    // 2025-11-25 wants an id by which the server could say that it is done; 2026-07-28 has neither.
    return ok({ ...params, elicitationId: newId() });
  }
  const hasForms = isObject(elicitation['form']) || elicitation['url'] === undefined;
  if (!hasForms) return fail('the user to fill in a form, which the agent does not offer');
  return revision >= '2025-11-25' ? ok(params) : shapeForm(params);
}

/** 2025-06-18 has one kind of choice, with its titles aside, and no mode. */
function shapeForm(params: JsonObject): Result<JsonObject, string> {
  const { mode: _only, ...rest } = params;
  const schema = params['requestedSchema'];
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!isObject(schema) || !isObject(properties)) return ok(rest);
  const fields: [string, JsonValue][] = [];
  for (const [name, field] of Object.entries(properties)) {
    if (isObject(field) && field['type'] === 'array')
      return fail('the user for several choices at once, which MCP 2025-06-18 does not have');
    fields.push([name, isObject(field) ? shapeField(field) : field]);
  }
  return ok({ ...rest, requestedSchema: { ...schema, properties: Object.fromEntries(fields) } });
}

function shapeField(field: JsonObject): JsonObject {
  const { oneOf, ...rest } = field;
  if (!isArray(oneOf)) return field;
  const choices = oneOf.filter(isObject);
  return {
    ...rest,
    enum: choices.map((choice) => choice['const'] ?? ''),
    enumNames: choices.map((choice) => choice['title'] ?? choice['const'] ?? ''),
  };
}

function shapeSampling(params: JsonObject, { revision, capabilities }: Agent): Result<JsonObject, string> {
  const { sampling } = capabilities;
  if (!isObject(sampling)) return fail("the agent's model, which it does not offer");
  const usesTools = params['tools'] !== undefined || params['toolChoice'] !== undefined;
  if (usesTools && !isObject(sampling['tools'])) return fail("the agent's model to use tools, which it does not offer");
  const { messages } = params;
  if (!isArray(messages)) return ok(params);
  const shaped = mapChanged(messages, (message) => shapeSamplingMessage(message, revision));
  return ok(shaped === messages ? params : { ...params, messages: shaped });
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => names.includes(name) && isObject(value)));
}
