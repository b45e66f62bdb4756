// Bytes → one reading of what the agent wants. Everything after this file looks at this value and never at the bytes again, except
// to forward exactly them. The era is decided by the body (SPEC basic/versioning), the headers are only compared with it.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkModernNotification, checkModernRequest, classifyEra, METHODS, parseJson, readMessage, readSubject } from '../mcp/index.ts';
import type { Era, JsonObject, Message, MessageId, Refusal } from '../mcp/index.ts';
import type { Subject } from '../policies/index.ts';
import type { Arrival, Inbound, Ports, Question } from './exchange.ts';
import { openTasks } from './tasks.ts';

const MAX_TOKEN_CHARS = 2048;
/** Policy, approval and record would see another number than the server. */
const LOSSY: Refusal = { code: 'json_ambiguous', say: 'A number in this request cannot be represented exactly; send it as a string.' };

/** Why a request cannot be carried, with its id and its era where these could be read. */
export type Unreadable = Refusal & { readonly id?: MessageId; readonly era?: Era };

/** Reads a request. */
export function receive(arrival: Arrival, ports: Pick<Ports, 'headerCatalogue' | 'taskIds'>): Result<Inbound, Unreadable> {
  const token = arrival.headers.get('mcp-session-id');
  if (arrival.method !== 'POST') {
    if (token === undefined && beginsConnection(arrival)) return ok({ kind: 'stream', token: undefined });
    if (token === undefined || token.length > MAX_TOKEN_CHARS) {
      return fail({ code: 'http_method', say: 'GET and DELETE need an Mcp-Session-Id; MCP 2026-07-28 uses POST only.' });
    }
    return ok(arrival.method === 'GET' ? { kind: 'stream', token } : { kind: 'end', token });
  }
  const document = parseJson(arrival.body);
  if (!document.ok) return document;
  const message = readMessage(document.value);
  if (!message.ok) return message;
  const era = classifyEra(message.value, { protocolVersion: arrival.headers.get('mcp-protocol-version'), sessionId: token });
  return era === 'modern' ? receiveModern(arrival, message.value, ports) : receiveLegacy(message.value, token);
}

/**
 * 2025-11-25 basic/transports, "Backwards Compatibility": who asks for a stream and has no session speaks HTTP with SSE. Not so whoever names a
 * revision, which those agents cannot do before initialize, or an event to resume from, which they were never given.
 */
function beginsConnection({ method, headers }: Arrival): boolean {
  if (method !== 'GET' || headers.get('mcp-protocol-version') !== undefined || headers.get('last-event-id') !== undefined) return false;
  return headers.get('accept')?.toLowerCase().includes('text/event-stream') === true;
}

function receiveModern(arrival: Arrival, message: Message, ports: Pick<Ports, 'headerCatalogue' | 'taskIds'>): Result<Inbound, Unreadable> {
  // SPEC basic/index "Message directions": a modern client sends requests and, on stdio only, cancelled; never a response.
  const { headers } = arrival;
  const mirrored = {
    protocolVersion: headers.get('mcp-protocol-version'),
    method: headers.get('mcp-method'),
    name: headers.get('mcp-name'),
  };
  if (message.kind === 'notification') {
    const checked = checkModernNotification(message, mirrored);
    return checked.ok ? ok({ kind: 'modern-notification', message }) : checked;
  }
  if (message.kind !== 'request') return fail({ code: 'rpc_malformed', say: 'A client sends no responses in this protocol revision.' });
  const checked = checkModernRequest(message, mirrored);
  if (!checked.ok) return fail({ ...checked.error, id: message.id });
  const request = checked.value;
  if (message.document.lossy) return fail({ ...LOSSY, id: message.id });
  const subject = readSubject(request.method, request.rule, message.params);
  if (!subject.ok) return fail({ ...subject.error, id: message.id });
  const inbound = { kind: 'modern', message, request, subject: subject.value } as const;
  // On a route with several servers it is not known yet whose tool it is.
  const agreed = arrival.route.kind === 'server' ? checkMirrored(inbound, arrival.route.key, arrival, ports) : ok(undefined);
  if (!agreed.ok) return agreed;
  const opened = openTasks(inbound, arrival, ports.taskIds);
  return opened.ok ? opened : fail({ ...opened.error, id: message.id });
}

/** Compares the arguments of a call with the headers that mirror them, where the server's tool is known to have such. */
export function checkMirrored(
  { message, request }: Extract<Inbound, { kind: 'modern' }>,
  server: string,
  { headers }: Arrival,
  { headerCatalogue }: Pick<Ports, 'headerCatalogue'>,
): Result<undefined, Unreadable> {
  if (request.method !== 'tools/call' || request.name === undefined) return ok(undefined);
  const agreed = headerCatalogue.check(server, request.name, argumentsOf(message.params), (name) => headers.get(name));
  return agreed.ok ? agreed : fail({ ...agreed.error, id: message.id });
}

function receiveLegacy(message: Message, token: string | undefined): Result<Inbound, Unreadable> {
  const id = { era: 'legacy', ...(message.kind === 'request' && { id: message.id }) } as const;
  if (token !== undefined && token.length > MAX_TOKEN_CHARS) return fail({ code: 'session_unknown', say: 'No such session.', ...id });
  const method = message.kind === 'request' || message.kind === 'notification' ? message.method : undefined;
  const rule = method === undefined ? undefined : METHODS.get(method);
  const known = rule !== undefined && rule.eras.includes('legacy') && (rule.notification === true) === (message.kind === 'notification');
  if (method !== undefined && !known) {
    // A call without an id is judged like a notification and run like a call by servers that do not look: it goes nowhere.
    if (message.kind === 'notification')
      return fail({ code: 'rpc_malformed', say: `There is no notification '${method}' that this gateway carries.`, ...id });
    return fail({ code: 'method_unknown', say: `The method '${method}' is not known to this gateway.`, ...id });
  }
  if (message.kind === 'request' && message.document.lossy) {
    return fail({ ...LOSSY, ...id });
  }
  if (method === 'initialize' && token !== undefined)
    return fail({ code: 'rpc_malformed', say: 'initialize opens a session; send it without Mcp-Session-Id.', ...id });
  if (method !== 'initialize' && token === undefined)
    return fail({ code: 'session_required', say: 'Send initialize first, then every request with its Mcp-Session-Id.', ...id });
  // Tasks of 2025-11-25 are an experiment that ended with it.
  if (rule?.task === true)
    return fail({ code: 'method_unknown', say: 'Tasks are carried from MCP 2026-07-28 on, not in a session.', ...id });
  const subject =
    method === undefined || rule === undefined || message.kind !== 'request' ? ok(SERVER) : readSubject(method, rule, message.params);
  if (!subject.ok) return fail({ ...subject.error, ...id });
  return ok({ kind: 'legacy', message, rule, token, subject: subject.value });
}

/** What policy is asked about an inbound message. */
export function questionOf(inbound: Inbound): Question {
  switch (inbound.kind) {
    case 'modern': {
      const { request, subject } = inbound;
      return { era: 'modern', revision: request.revision, method: request.method, rule: request.rule, subject };
    }
    case 'modern-notification':
      return {
        era: 'modern',
        revision: undefined,
        method: inbound.message.method,
        rule: METHODS.get(inbound.message.method),
        subject: SERVER,
      };
    case 'legacy': {
      const { message, rule, subject } = inbound;
      if (message.kind !== 'request' && message.kind !== 'notification')
        return { era: 'legacy', revision: undefined, method: 'response', rule: undefined, subject };
      return { era: 'legacy', revision: undefined, method: message.method, rule, subject };
    }
    case 'stream':
      return { era: 'legacy', revision: undefined, method: 'GET', rule: undefined, subject: SERVER };
    case 'end':
      return { era: 'legacy', revision: undefined, method: 'DELETE', rule: undefined, subject: SERVER };
    case 'unread':
      return { era: 'legacy', revision: undefined, method: inbound.method, rule: undefined, subject: SERVER };
    default:
      return inbound satisfies never;
  }
}

const SERVER: Subject = { kind: 'server' };

function argumentsOf(params: JsonObject | undefined): JsonObject | undefined {
  const args = params?.['arguments'];
  return isObject(args) ? args : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
