// What a server may ask of an agent, and of the person in front of it: forms, pages to visit, the agent's model, its folders. A question is a
// way to take things from people: a form that wants a password (2025-11-25 client/elicitation: servers MUST NOT ask for secrets by form), a page on
// a host that looks like the right one, a model paid by somebody else. What is asked for is judged by what it says, not by what it means: a server
// that asks in words nobody thought of gets its answer.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { ServerAsks } from '../servers/index.ts';
import { hostFault } from './question-hosts.ts';
import { soundsLikeSecret } from './secret-words.ts';
import { toVisible } from './visible-text.ts';

/** Why a question is not asked. */
export interface QuestionFault {
  /** For the record and the metrics. */
  readonly kind: 'secret' | 'form' | 'url' | 'sampling' | 'roots' | 'undeclared' | 'unknown';
  /** Goes on a sentence that begins with the server: `wants …`. */
  readonly why: string;
}

/** Where the config does not say: forms without secrets, and nothing else. */
export const DEFAULT_ASKS: ServerAsks = Object.freeze({ forms: 'plain', urls: Object.freeze([]), sampling: false, roots: false });

/** What a server may ask an agent of an older revision for, which it must have declared. */
export const DECLARABLE = ['elicitation', 'elicitation.url', 'sampling', 'roots'] as const;

/** Deeper, and more of them, nobody fills in; what is not looked at is not asked. */
const MAX_DEPTH = 16;
const MAX_PARTS = 2_000;
const MAX_SHOWN = 64;

/** What is wrong with a question; undefined: it may be asked. */
export function faultOfQuestion(
  method: string,
  params: JsonObject | undefined,
  asks: ServerAsks = DEFAULT_ASKS,
): QuestionFault | undefined {
  switch (method) {
    case 'elicitation/create':
      return params?.['mode'] === 'url' ? faultOfUrl(params['url'], asks) : faultOfForm(params, asks);
    case 'sampling/createMessage':
      return asks.sampling ? undefined : { kind: 'sampling', why: "wants to use the agent's model" };
    case 'roots/list':
      return asks.roots ? undefined : { kind: 'roots', why: 'wants to know the folders of the agent' };
    default:
      return { kind: 'unknown', why: 'asks for something that is not known' };
  }
}

/** What is wrong with a question to an agent that declared what it can be asked. */
export function faultOfUndeclared(method: string, params: JsonObject | undefined, declared: readonly string[]): QuestionFault | undefined {
  const [name = ''] = method.split('/');
  const isUrl = method === 'elicitation/create' && params?.['mode'] === 'url';
  return declared.includes(isUrl ? 'elicitation.url' : name)
    ? undefined
    : { kind: 'undeclared', why: `asks for ${name}, which the agent does not offer` };
}

/** What an agent of an older revision declares that it can be asked. */
export function declaredIn(capabilities: JsonValue | undefined): readonly string[] {
  if (!isObject(capabilities)) return [];
  const { elicitation } = capabilities;
  // 2025-11-25 client/elicitation: nothing in it means forms.
  const isDeclared = (name: string): boolean => {
    if (name === 'elicitation.url') return isObject(elicitation) && isObject(elicitation['url']);
    if (name === 'elicitation') return isObject(elicitation) && (isObject(elicitation['form']) || elicitation['url'] === undefined);
    return isObject(capabilities[name]);
  };
  return DECLARABLE.filter(isDeclared);
}

/** What is wrong with a page that somebody is to visit. */
export function faultOfUrl(url: JsonValue | undefined, { urls }: ServerAsks): QuestionFault | undefined {
  const fault = hostFault(url, urls);
  return fault === undefined ? undefined : { kind: 'url', why: `wants a page to be opened ${fault}` };
}

function faultOfForm(params: JsonObject | undefined, { forms }: ServerAsks): QuestionFault | undefined {
  if (forms === 'any') return undefined;
  if (forms === 'none') return { kind: 'form', why: 'wants a form to be filled in' };
  const schema = params?.['requestedSchema'];
  const found = findSecret(schema);
  if (found !== undefined) return { kind: 'secret', why: `wants a form to be filled in with what sounds like a secret: ${found}` };
  const { message } = params ?? {};
  const takesText = schema === undefined || hasText(schema, 0);
  if (takesText && typeof message === 'string' && soundsLikeSecret(message))
    return { kind: 'secret', why: 'asks for what sounds like a secret, and for a form to be filled in' };
  return undefined;
}

/** The first field of a form that sounds like a secret, in the words of whoever reads about it. */
function findSecret(schema: JsonValue | undefined): string | undefined {
  let parts = 0;
  const look = (value: JsonValue | undefined, name: string | undefined, depth: number): string | undefined => {
    if (++parts > MAX_PARTS || depth > MAX_DEPTH) return 'there is more of it than can be looked at';
    if (Array.isArray(value)) return first(value, (one: JsonValue) => look(one, undefined, depth + 1));
    if (!isObject(value)) return undefined;
    if (name !== undefined && !isChoice(value)) {
      const texts = [name, value['title'], value['description'], value['format'] === 'password' ? 'password' : undefined];
      const said = texts.find((text): text is string => typeof text === 'string' && soundsLikeSecret(text));
      if (said !== undefined || value['writeOnly'] === true) return show(name);
    }
    const { properties } = value;
    return (
      (isObject(properties)
        ? first(Object.entries(properties), ([key, field]) => look(isObject(field) ? field : {}, key, depth + 1))
        : undefined) ??
      first(Object.entries(value), ([key, part]) =>
        key === 'properties' || typeof part !== 'object' ? undefined : look(part, undefined, depth + 1),
      )
    );
  };
  return look(schema, undefined, 0);
}

/** A field that takes one of what is written there takes no secret. */
function isChoice(field: JsonObject): boolean {
  const { items } = field;
  return (
    field['type'] === 'boolean' ||
    Array.isArray(field['enum']) ||
    Array.isArray(field['oneOf']) ||
    Object.hasOwn(field, 'const') ||
    (field['type'] === 'array' && isObject(items) && (Array.isArray(items['enum']) || Array.isArray(items['anyOf'])))
  );
}

/** Whether a form has a field for text or a number. */
function hasText(schema: JsonValue, depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!isObject(properties)) return true;
  return Object.values(properties).some(
    (field) => !isObject(field) || (!isChoice(field) && (field['type'] !== 'object' || hasText(field, depth + 1))),
  );
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names come from the server. */
function show(name: string): string {
  return JSON.stringify(toVisible(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
