// What a server of the legacy era says, in the modern form (MCP 2026-07-28): its results get the members that era requires, its errors
// the codes that era has, its notifications the token or subscription of the agent. Everything else stays as the server wrote it.

import { isObject } from './json-value.ts';
import { META_SUBSCRIPTION_ID } from './meta.ts';
import { setMembers } from './set-members.ts';
import type { MembersSet } from './set-members.ts';
import { memberEdit, removeMember, splice } from './splice.ts';
import type { JsonObject, Message, MessageId } from './types.ts';
import { rereadMessage, sameMessage, writeError, writeNotification } from './write-message.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;

const META_SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
/** Results that say how long they may be kept (server/utilities/caching). A legacy server says nothing: not at all, and by nobody else. */
const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** A progress token and the like are the session's; `task` and `elicitationId` are gone from the modern era. */
const SESSION_PARAMS = ['_meta', 'task', 'elicitationId'];

const RESOURCE_NOT_FOUND = -32002;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
/** -32020…-32099 are the modern specification's own: from a legacy server they mean something else, or nothing. */
const FIRST_RESERVED = -32099;
const LAST_RESERVED = -32020;

/** What a legacy result becomes. */
export interface ModernAnswer {
  /** The id of the request as its asker knows it. */
  readonly id: MessageId;
  readonly method: string;
  /** What the server said about itself in initialize. */
  readonly serverInfo: JsonObject | undefined;
}

/** The result with resultType, caching hints where they are required, and who answered. */
export function toModernResult(said: Of<'result'>, { id, method, serverInfo }: ModernAnswer): Of<'result'> {
  const { document, result } = said;
  const sets: MembersSet[] = [{ path: [], members: { id } }];
  if (isObject(result)) {
    const info = serverInfo === undefined ? {} : { [META_SERVER_INFO]: serverInfo };
    const hasMeta = isObject(result['_meta']);
    sets.push({
      path: ['result'],
      members: {
        resultType: 'complete',
        ...(CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
        ...(hasMeta ? {} : { _meta: info }),
      },
    });
    if (hasMeta) sets.push({ path: ['result', '_meta'], members: info });
  }
  return sameMessage('result', setMembers(document, sets));
}

/** The error with a code that the modern era has. `uri`: what was to be read, which the modern form of "not found" names. */
export function toModernError(
  said: Of<'error'>,
  id: MessageId,
  asked: { readonly method: string; readonly uri: string | undefined },
): Of<'error'> {
  const { code, message, data } = said.error;
  const text = typeof message === 'string' ? message : 'The MCP server answered with an error.';
  if (code === RESOURCE_NOT_FOUND && asked.method === 'resources/read')
    return writeError(id, INVALID_PARAMS, text, asked.uri === undefined ? data : { uri: asked.uri });
  const isReserved = typeof code === 'number' && code >= FIRST_RESERVED && code <= LAST_RESERVED;
  return writeError(id, typeof code !== 'number' || !Number.isSafeInteger(code) || isReserved ? INTERNAL_ERROR : code, text, data);
}

/** A progress notification under the token of the agent. */
export function toModernProgress(said: Of<'notification'>, token: MessageId): Of<'notification'> {
  return rereadMessage(
    'notification',
    splice(said.document, [memberEdit(said.document, ['params'], 'progressToken', JSON.stringify(token))]),
  );
}

/** A notification of a listen stream, tagged with its subscription. Of what the server said only the URI is carried: the schema has no more. */
export function toModernChange(method: string, uri: string | undefined, subscription: MessageId): Of<'notification'> {
  const meta = { [META_SUBSCRIPTION_ID]: subscription };
  return writeNotification(method, uri === undefined ? { _meta: meta } : { uri, _meta: meta });
}

/** A server's request as one of the input requests of a modern result (basic/patterns/mrtr), without what belongs to its session. */
export function toInputRequest(said: Of<'request'>): string {
  let { document } = said;
  for (const name of SESSION_PARAMS) {
    if (said.params !== undefined && Object.hasOwn(said.params, name))
      document = rereadMessage('request', removeMember(document, ['params'], name)).document;
  }
  const span = document.span(['params']);
  const params = span === undefined ? '{}' : Buffer.from(document.bytes.subarray(span.start, span.end)).toString('utf8');
  return `{"method":${JSON.stringify(said.method)},"params":${params}}`;
}

/** The member of `params._meta` that says which subscription a listen is: for results. */
export function subscriptionMeta(subscription: MessageId): JsonObject {
  return { [META_SUBSCRIPTION_ID]: subscription };
}
