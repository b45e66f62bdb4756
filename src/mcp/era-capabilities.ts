// Capabilities across the eras: what of an agent's a legacy session is opened with, what of a server's a modern agent is shown, and
// what an agent must have declared to be asked something.

import { isObject } from './json-value.ts';
import { TASKS_EXTENSION } from './methods.ts';
import type { JsonObject, JsonValue, Message } from './types.ts';

const CHANGING = ['tools', 'prompts', 'resources'];
const CARRIED = ['completions', 'experimental', 'extensions', 'logging', ...CHANGING];

/** What of a modern agent's capabilities a legacy session can use: what a server may ask it for, and extensions other than Tasks. */
export function toLegacyClientCapabilities(declared: JsonObject): JsonObject {
  const kept: Record<string, JsonObject> = {};
  for (const name of ['elicitation', 'sampling', 'roots']) {
    const capability = declared[name];
    if (isObject(capability)) kept[name] = capability;
  }
  const extensions = withoutTasks(declared['extensions']);
  if (extensions !== undefined) kept['extensions'] = extensions;
  return kept;
}

/** A legacy server's capabilities for a modern agent. Without messages that belong to no request it cannot tell of any change. */
export function toModernServerCapabilities(declared: JsonObject, tellsOfChanges: boolean): JsonObject {
  const shown: Record<string, JsonObject> = {};
  for (const name of CARRIED) {
    const capability = name === 'extensions' ? withoutTasks(declared[name]) : declared[name];
    if (!isObject(capability)) continue;
    shown[name] = tellsOfChanges || !CHANGING.includes(name) ? capability : without(capability, ['listChanged', 'subscribe']);
  }
  return shown;
}

/** What an agent would have to declare to be asked this; undefined: it has. Form is what `elicitation: {}` means (client/elicitation). */
export function missingCapability(asked: Extract<Message, { kind: 'request' }>, declared: JsonObject): JsonObject | undefined {
  const { method, params } = asked;
  const [name, detail] =
    method === 'elicitation/create'
      ? (['elicitation', params?.['mode'] === 'url' ? 'url' : 'form'] as const)
      : method === 'roots/list'
        ? (['roots', undefined] as const)
        : (['sampling', params?.['tools'] === undefined && params?.['toolChoice'] === undefined ? undefined : 'tools'] as const);
  const capability = declared[name];
  if (!isObject(capability)) return { [name]: detail === undefined || detail === 'form' ? {} : { [detail]: {} } };
  if (detail === undefined || isObject(capability[detail])) return undefined;
  const isPlainForm = detail === 'form' && capability['url'] === undefined;
  return isPlainForm ? undefined : { [name]: { [detail]: {} } };
}

function withoutTasks(extensions: JsonValue | undefined): JsonObject | undefined {
  return isObject(extensions) ? without(extensions, [TASKS_EXTENSION]) : undefined;
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
