// What a request is about: the name that policy decides on, and on the modern era the one that Mcp-Name mirrors.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { isObject } from './json-value.ts';
import type { JsonObject, MethodRule, Refusal } from './types.ts';

/** A tool, prompt or resource by name, or the server as a whole. */
export type Subject = { readonly kind: 'tool' | 'prompt' | 'resource'; readonly name: string } | { readonly kind: 'server' };

const SERVER: Subject = { kind: 'server' };

/** Reads the member of params that names the subject or the task; undefined where the method has none. */
export function readName(rule: MethodRule, params: JsonObject | undefined): Result<string | undefined, Refusal> {
  return rule.nameParam === undefined ? ok(undefined) : readString(params, rule.nameParam);
}

/** Reads what policy decides about. A completion is about the prompt or template it completes (server/utilities/completion). */
export function readSubject(method: string, rule: MethodRule, params: JsonObject | undefined): Result<Subject, Refusal> {
  if (method === 'completion/complete') return readReference(params);
  if (rule.subject === 'server' || rule.nameParam === undefined) return ok(SERVER);
  const name = readString(params, rule.nameParam);
  return name.ok ? ok({ kind: rule.subject, name: name.value }) : name;
}

function readReference(params: JsonObject | undefined): Result<Subject, Refusal> {
  const ref = params?.['ref'];
  if (isObject(ref)) {
    const { type, name, uri } = ref;
    if (type === 'ref/prompt' && typeof name === 'string') return ok({ kind: 'prompt', name });
    if (type === 'ref/resource' && typeof uri === 'string') return ok({ kind: 'resource', name: uri });
  }
  return refuse('The parameter ref must be a ref/prompt with a name or a ref/resource with a uri.');
}

function readString(params: JsonObject | undefined, member: string): Result<string, Refusal> {
  const value = params?.[member];
  return typeof value === 'string' ? ok(value) : refuse(`The parameter ${member} must be a string.`);
}

function refuse(say: string): Result<never, Refusal> {
  return fail({ code: 'params_malformed', say });
}
