// A request of a legacy agent in the modern form: the same bytes, with what the modern era wants in each request added to `_meta`, and
// without what only that era may say.

import { isObject, valueAt } from './json-value.ts';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL, META_PROTOCOL_VERSION } from './meta.ts';
import { LATEST_MODERN } from './revisions.ts';
import { setMembers } from './set-members.ts';
import { objectEdit, splice } from './splice.ts';
import type { JsonDocument, JsonObject, Message, MessageId } from './types.ts';
import { rereadMessage, sameMessage } from './write-message.ts';

type RequestMessage = Extract<Message, { kind: 'request' }>;

/** What a session says about its agent in each request. */
export interface ModernSelf {
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject | undefined;
  readonly logLevel: string | undefined;
}

/** What is added to a request that is asked again, with the answers to what the server asked. */
export interface ModernRetry {
  readonly id: MessageId;
  /** JSON text of an object; undefined: the server asked nothing. */
  readonly inputResponses: string | undefined;
  /** JSON text of the string, exactly as the server gave it. */
  readonly requestState: string | undefined;
}

const RESERVED = 'io.modelcontextprotocol/';
/** Members of params with a meaning in the modern era only, or in tasks, which are not carried: no agent of the legacy era sends them in good faith. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['inputResponses', 'requestState', 'task']);

/** The members of `_meta`, as JSON texts by name. */
export function modernMeta(self: ModernSelf): ReadonlyMap<string, string> {
  return new Map(Object.entries(metaOf(self)).map(([name, value]) => [name, JSON.stringify(value)]));
}

function metaOf({ clientCapabilities, clientInfo, logLevel }: ModernSelf): JsonObject {
  return {
    [META_PROTOCOL_VERSION]: LATEST_MODERN,
    [META_CLIENT_CAPABILITIES]: clientCapabilities,
    ...(clientInfo === undefined ? {} : { [META_CLIENT_INFO]: clientInfo }),
    ...(logLevel === undefined ? {} : { [META_LOG_LEVEL]: logLevel }),
  };
}

/** The request in the modern form. */
export function toModernRequest(message: RequestMessage, self: ModernSelf, retry?: ModernRetry): RequestMessage {
  const { document, params } = message;
  // Most requests: nothing to leave out, and no `_meta` of their own.
  if (retry === undefined && params !== undefined && !Object.keys(params).some((name) => name === '_meta' || NOT_ITS_OWN.has(name)))
    return sameMessage('request', setMembers(document, [{ path: ['params'], members: { _meta: metaOf(self) } }]));
  return rereadMessage('request', toModernForm(document, modernMeta(self), retry));
}

/** The bytes of the request in the modern form. */
export function toModernForm(document: JsonDocument, meta: ReadonlyMap<string, string>, retry?: ModernRetry): Uint8Array {
  const params = valueAt(document.value, ['params']);
  const set = new Map<string, Uint8Array | string>([['_meta', metaText(document, meta)]]);
  if (retry?.inputResponses !== undefined) set.set('inputResponses', retry.inputResponses);
  if (retry?.requestState !== undefined) set.set('requestState', retry.requestState);
  const drop = (name: string): boolean => NOT_ITS_OWN.has(name) && !set.has(name);
  if (!isObject(params)) {
    const members = [...set].map(([name, text]) => `${JSON.stringify(name)}:${Buffer.from(text).toString('utf8')}`);
    const whole = new Map([['params', `{${members.join(',')}}`]]);
    if (retry !== undefined) whole.set('id', JSON.stringify(retry.id));
    return splice(document, [objectEdit(document, [], { set: whole })]);
  }
  const edits = [objectEdit(document, ['params'], { set, drop })];
  const id = document.span(['id']);
  if (retry !== undefined && id !== undefined) edits.push({ span: id, replacement: Buffer.from(JSON.stringify(retry.id)) });
  return splice(document, edits);
}

function metaText(document: JsonDocument, meta: ReadonlyMap<string, string>): Uint8Array | string {
  if (!isObject(valueAt(document.value, ['params', '_meta'])))
    return `{${[...meta].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  return objectEdit(document, ['params', '_meta'], { set: meta, drop: (name) => name.startsWith(RESERVED) && !meta.has(name) }).replacement;
}
