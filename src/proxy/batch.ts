// JSON-RPC batches, which only 2025-03-26 has (basic/transports, "Sending Messages to the Server"): taken apart into their messages, each of
// which is carried as an arrival of its own, so that policy, record and limits see it as if it had come alone. The answers are put together
// again: as one JSON array where all of them are plain, as one event stream as soon as one of them streams.
//
// What could be read in two ways is refused whole, before anything of it is carried: a batch hides nothing that a single message could not.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { classifyEra, parseJson, readMessage } from '../mcp/index.ts';
import type { JsonDocument, Message } from '../mcp/index.ts';
import { createBatchReply } from './batch-reply.ts';
import type { Carry } from './bridge/index.ts';
import type { Arrival, Ports } from './exchange.ts';
import type { Unreadable } from './receive.ts';

/** As many as the SDK takes. */
const MAX_MESSAGES = 100;
const OPEN_ARRAY = 0x5b;
const SPACE = 0x20;
const REVISION = '2025-03-26';

/** Whether a body is a JSON array; looks at its first byte that is no white space, and at nothing else. */
export function isBatch({ body }: Arrival): boolean {
  let at = 0;
  while (at < body.length && (body[at] ?? 0) <= SPACE) at++;
  return body[at] === OPEN_ARRAY;
}

/** Carries a batch: here, or whole in the worker that holds its session. */
export function carryBatch(
  arrival: Arrival,
  ports: Ports,
  road: { readonly carry: Carry; readonly refuse: (refusal: Unreadable) => void },
): void {
  const { principal, route, headers, relayed } = arrival;
  const token = headers.get('mcp-session-id');
  const owner = token === undefined || relayed ? undefined : ports.sessions.ownerElsewhere(token, principal, route.key);
  const gone = (): void => road.refuse({ code: 'session_unknown', say: 'No such session; send initialize again.', era: 'legacy' });
  if (owner !== undefined) return ports.relayToOwner(arrival, owner, gone);
  const revision = token === undefined ? undefined : ports.sessions.find(token, principal, route.key)?.revision;
  if (token !== undefined && revision === undefined) return gone();
  const messages = revision === REVISION ? readBatch(arrival) : refused('JSON-RPC batches are not accepted; send one message at a time.');
  if (!messages.ok) return road.refuse(messages.error);
  const reply = createBatchReply(arrival.reply, messages.value);
  for (const [index, { document }] of messages.value.entries())
    road.carry({ ...arrival, body: document.bytes, reply: reply.part(index), relayed: true });
}

function readBatch(arrival: Arrival): Result<readonly Message[], Unreadable> {
  const document = parseJson(arrival.body);
  if (!document.ok) return document;
  const elements = document.value.elements([]) ?? [];
  if (elements.length === 0) return refused('A batch has at least one message.');
  if (elements.length > MAX_MESSAGES) return refused(`A batch has at most ${MAX_MESSAGES} messages.`);
  const messages: Message[] = [];
  const ids = new Set<string | number>();
  for (const { start, end } of elements) {
    const message = readElement(arrival, parseJson(document.value.bytes.slice(start, end)));
    if (!message.ok) return message;
    messages.push(message.value);
    if (message.value.kind !== 'request') continue;
    if (ids.has(message.value.id)) return refused('Two requests of a batch have the same id.');
    ids.add(message.value.id);
  }
  return ok(messages);
}

function readElement(arrival: Arrival, document: Result<JsonDocument, Unreadable>): Result<Message, Unreadable> {
  if (!document.ok) return document;
  const message = readMessage(document.value);
  if (!message.ok) return message;
  const isCall = message.value.kind === 'request' || message.value.kind === 'notification';
  // 2025-03-26 basic/lifecycle: initialize is never part of a batch, since nothing is known before it.
  if (isCall && message.value.method === 'initialize') return refused('initialize cannot be part of a batch.');
  const headers = { protocolVersion: arrival.headers.get('mcp-protocol-version'), sessionId: undefined };
  if (classifyEra(message.value, headers) === 'modern') return refused('MCP 2026-07-28 has no batches.');
  return message;
}

function refused(say: string): Result<never, Unreadable> {
  return fail({ code: 'rpc_malformed', say, era: 'legacy' });
}
