// A modern request as a server of the legacy era understands it: without what only the modern era has in its params, under an id and a
// progress token of the session that the gateway holds. Everything else stays as it was written.

import { GatewayError } from '../base/index.ts';
import { isObject } from './json-value.ts';
import { parseJson } from './parse-json.ts';
import { readMessage } from './read-message.ts';
import { setMembers } from './set-members.ts';
import type { MembersSet } from './set-members.ts';
import { removeMember } from './splice.ts';
import type { JsonDocument, JsonObject, Message } from './types.ts';

type RequestMessage = Extract<Message, { kind: 'request' }>;

/** Members of `_meta` that belong to the modern era or to one hop (2026-07-28 basic/index, "_meta"). */
const MODERN_META = 'io.modelcontextprotocol/';
/** `task` would make a 2025-11-25 server begin a task, which nobody here could ever ask about. */
const MODERN_PARAMS = ['inputResponses', 'requestState', 'task'];

/** The request under the number that it has on the legacy session; its progress token, if it has one, is that number too. */
export function toLegacyRequest(message: RequestMessage, number: number): RequestMessage {
  const { document } = message;
  const sets: MembersSet[] = [{ path: [], members: { id: number } }];
  const meta = message.params?.['_meta'];
  if (isObject(meta)) sets.push({ path: ['params'], members: { _meta: legacyMeta(meta, number) } });
  let edited = setMembers(document, sets);
  for (const name of MODERN_PARAMS) {
    if (message.params !== undefined && Object.hasOwn(message.params, name)) edited = parse(removeMember(edited, ['params'], name));
  }
  const read = readMessage(edited);
  if (!read.ok || read.value.kind !== 'request') throw mistake();
  return read.value;
}

function legacyMeta(meta: JsonObject, number: number): JsonObject {
  const kept = Object.entries(meta).filter(([key]) => !key.startsWith(MODERN_META));
  return Object.fromEntries(kept.map(([key, value]) => [key, key === 'progressToken' ? number : value]));
}

function parse(bytes: Uint8Array): JsonDocument {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw mistake();
  return parsed.value;
}

/** Our edit of a valid request is valid, or it is our fault. */
function mistake(): GatewayError {
  return new GatewayError('internal', { cause: new Error('an edited request is not valid') });
}
