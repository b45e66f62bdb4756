// subscriptions/listen names resources to be watched. Each is a read in small pieces, so each needs leave like a read does; those without
// are taken out before the request goes on, and the server's acknowledgement then says what is left (2026-07-28 basic/patterns/subscriptions).
// What the task has used is not known here yet: the admission judges what is left in that knowledge.

import { GatewayError } from '../base/index.ts';
import { parseJson, readMessage, removeElements } from '../mcp/index.ts';
import type { Arrival, Inbound } from './exchange.ts';
import { mayWatch } from './verdicts.ts';
import { watchedIn, WATCHED_PATH } from './watched.ts';

/** The request without the resources that its sender may not read, or not without being asked about. */
export function narrowListen(inbound: Inbound, arrival: Arrival, servers: readonly string[], nowMs: number): Inbound {
  if (inbound.kind !== 'modern' || inbound.request.method !== 'subscriptions/listen') return inbound;
  const watched = watchedIn(inbound.message.params);
  if (watched.length === 0) return inbound;
  const { principal, peer, snapshot } = arrival;
  const allowed = watched.map(
    (uri) => typeof uri === 'string' && servers.some((server) => mayWatch({ principal, peer, server, uri }, snapshot, nowMs)),
  );
  if (allowed.every(Boolean)) return inbound;
  const edited = parseJson(removeElements(inbound.message.document, WATCHED_PATH, (index) => allowed[index] === true));
  const message = edited.ok ? readMessage(edited.value) : edited;
  if (!message.ok || message.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('a narrowed request is not valid') });
  return { ...inbound, message: message.value, request: { ...inbound.request, params: message.value.params } };
}
