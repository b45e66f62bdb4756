// What a server of a newer revision says to an agent whose own revision has no word for it. What can be said in its words is; a
// notification that cannot is dropped; a request that cannot must not be left hanging, so the gateway answers it as such an agent would have to.

import { errorAnswer } from './answers.ts';
import { isArray } from './json-value.ts';
import { SERVER_METHODS } from './methods.ts';
import { mapChanged, shapeSamplingMessage } from './shape-content.ts';
import { shapeNotification } from './shape-for-revision.ts';
import { setMember } from './splice.ts';
import type { Message } from './types.ts';

/** Elicitation came with 2025-06-18 as forms; urls came with 2025-11-25 (client/elicitation). */
const URL_ELICITATION_SINCE = '2025-11-25';
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/** Whether a revision of the legacy era has the method that a server uses. */
export function knowsServerMethod(method: string, revision: string): boolean {
  const since = SERVER_METHODS.get(method)?.since;
  return since === undefined || revision === '' || since <= revision;
}

/** The answer to a server's request that an agent of this revision cannot answer; undefined where it can be asked. */
export function answerInstead(request: Extract<Message, { kind: 'request' }>, revision: string): Uint8Array | undefined {
  if (!knowsServerMethod(request.method, revision))
    return errorAnswer(request.id, METHOD_NOT_FOUND, `The client speaks MCP ${revision}, which has no ${request.method}.`);
  const isUrl = request.method === 'elicitation/create' && request.params?.['mode'] === 'url';
  if (isUrl && revision !== '' && revision < URL_ELICITATION_SINCE)
    return errorAnswer(request.id, INVALID_PARAMS, `The client speaks MCP ${revision}, which has no elicitation by URL.`);
  return undefined;
}

/** A notification or request of a server, in the words of an older revision of the legacy era. */
export function shapeSaid(message: Extract<Message, { kind: 'notification' | 'request' }>, revision: string): Uint8Array {
  const { document, method, params } = message;
  if (message.kind === 'notification') return shapeNotification(document, method, { revision });
  const messages = params?.['messages'];
  if (method !== 'sampling/createMessage' || !isArray(messages)) return document.bytes;
  const shaped = mapChanged(messages, (one) => shapeSamplingMessage(one, revision));
  return shaped === messages ? document.bytes : setMember(document, ['params'], 'messages', JSON.stringify(shaped));
}
