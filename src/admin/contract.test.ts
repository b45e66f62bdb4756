// The contract names where the parts of an act are found: each of those places must be there, or an act would go on record without it unseen. And no
// place is one where a secret, a value or what was said in a call can be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { COMMAND_ACTIONS } from './contract-acts.ts';
import { ENDPOINTS } from './contract.ts';
import type { Endpoint } from './endpoint.ts';

/** Members that hold secrets, values or contents somewhere in the API. */
const NEVER = /(^|\.)(text|value|content|args|arguments|secret|token|diff)$/;

const acts = Object.entries<Endpoint>(ENDPOINTS).flatMap(([name, endpoint]) =>
  endpoint.act === undefined ? [] : [{ name, endpoint, act: endpoint.act }],
);

test('what acts name is there', () => {
  assert.ok(acts.length > 10);
  for (const { name, endpoint, act } of acts) {
    const { target, targetIs, reason, when, details = {} } = act;
    const places = [
      when?.place,
      target,
      targetIs === 'agent' || targetIs === 'user' ? undefined : targetIs,
      reason,
      ...Object.values(details),
    ];
    for (const place of places) if (place !== undefined) assert.ok(isThere(endpoint, place), `${name}: there is no ${place}`);
  }
});

test('no act names what may not be on record', () => {
  for (const { name, act } of acts)
    for (const place of [act.target, act.reason, ...Object.values(act.details ?? {})]) assert.doesNotMatch(place ?? '', NEVER, name);
});

test('what an act is called is two words, and says what is done', () => {
  for (const { name, act } of acts) assert.match(act.action, /^[a-z]+\.[a-z]+$/, name);
});

test('what a command may say it does is nothing that an endpoint does: nobody can invent that', () => {
  const own: readonly string[] = COMMAND_ACTIONS;
  for (const { name, act } of acts) assert.ok(!own.includes(act.action), name);
});

function isThere(endpoint: Endpoint, place: string): boolean {
  const [source, ...members] = place.split('.');
  if (source === 'path') return endpoint.path.includes(`{${members.join('.')}}`);
  let schema: z.ZodType | undefined = source === 'body' ? endpoint.request : source === 'query' ? endpoint.query : endpoint.response;
  for (const member of members) {
    const object = schema === undefined ? undefined : unwrap(schema);
    schema = object instanceof z.ZodObject ? new Map<string, z.ZodType>(Object.entries(object.shape)).get(member) : undefined;
  }
  return schema !== undefined;
}

/** What is behind defaults and nulls. */
function unwrap(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  if (!isWrapped) return schema;
  const inner: unknown = schema.unwrap();
  return inner instanceof z.ZodType ? unwrap(inner) : schema;
}
