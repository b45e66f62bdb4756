// subscriptions/listen names resources to be watched. Each is a read in small pieces, so each needs leave like a read does; those without
// are taken out before the request goes on, and the server's acknowledgement then says what is left (2026-07-28 basic/patterns/subscriptions).

import { GatewayError } from '../base/index.ts';
import { parseJson, readMessage, removeElements } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Arrival, Inbound } from './exchange.ts';
import { mayEver } from './verdicts.ts';

const PATH = ['params', 'notifications', 'resourceSubscriptions'];

/** The request without the resources that its sender may not read. */
export function narrowListen(inbound: Inbound, arrival: Arrival, servers: readonly string[]): Inbound {
  if (inbound.kind !== 'modern' || inbound.request.method !== 'subscriptions/listen') return inbound;
  const { document } = inbound.message;
  const watched = watchedBy(inbound.message.params);
  if (watched === undefined) return inbound;
  const { snapshot, principal } = arrival;
  const allowed = watched.map(
    (uri) => typeof uri === 'string' && servers.some((server) => mayEver(principal, server, { kind: 'resource', name: uri }, snapshot)),
  );
  if (allowed.every(Boolean)) return inbound;
  const edited = parseJson(removeElements(document, PATH, (index) => allowed[index] === true));
  const message = edited.ok ? readMessage(edited.value) : edited;
  if (!message.ok || message.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('a narrowed request is not valid') });
  return { ...inbound, message: message.value };
}

function watchedBy(params: JsonObject | undefined): readonly JsonValue[] | undefined {
  const notifications = params?.['notifications'];
  if (typeof notifications !== 'object' || notifications === null || !('resourceSubscriptions' in notifications)) return undefined;
  const watched = notifications['resourceSubscriptions'];
  return Array.isArray(watched) ? watched : undefined;
}
