// subscriptions/listen names resources to be watched. Each is a read in small pieces, so each needs leave like a read does; those without
// are taken out before the request goes on, and the server's acknowledgement then says what is left (2026-07-28 basic/patterns/subscriptions).

import { GatewayError } from '../base/index.ts';
import { parseJson, readMessage, removeElements } from '../mcp/index.ts';
import type { Arrival, Inbound } from './exchange.ts';

const PATH = ['params', 'notifications', 'resourceSubscriptions'];

/** The request without the resources that its sender may not read. */
export function narrowListen(inbound: Inbound, arrival: Arrival, servers: readonly string[]): Inbound {
  if (inbound.kind !== 'modern' || inbound.request.method !== 'subscriptions/listen') return inbound;
  const { document } = inbound.message;
  const elements = document.elements(PATH);
  if (elements === undefined) return inbound;
  const { snapshot, principal } = arrival;
  const allowed = elements.map(({ start, end }) => {
    const uri: unknown = JSON.parse(Buffer.from(document.bytes.subarray(start, end)).toString('utf8'));
    return (
      typeof uri === 'string' &&
      servers.some((server) => snapshot.policy.decide(principal, server, { kind: 'resource', name: uri }).kind === 'allow')
    );
  });
  if (allowed.every(Boolean)) return inbound;
  const edited = parseJson(removeElements(document, PATH, (index) => allowed[index] === true));
  const message = edited.ok ? readMessage(edited.value) : edited;
  if (!message.ok || message.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('a narrowed request is not valid') });
  return { ...inbound, message: message.value };
}
