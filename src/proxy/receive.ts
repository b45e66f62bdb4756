// Bytes → one reading of what the agent wants. Everything after this file looks at this value and never at the bytes again, except
// to forward exactly them. The era is decided by the body (SPEC basic/versioning), the headers are only compared with it.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import {
  checkHeaderParams,
  checkModernNotification,
  checkModernRequest,
  classifyEra,
  METHODS,
  parseJson,
  readMessage,
  readSubject,
  removeMember,
} from '../mcp/index.ts';
import type { Era, JsonObject, Message, MessageId, Refusal } from '../mcp/index.ts';
import type { Subject } from '../policies/index.ts';
import type { Arrival, Inbound, Ports, Question } from './exchange.ts';

const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = ['params', '_meta', 'io.modelcontextprotocol/clientCapabilities'];
const MAX_TOKEN_CHARS = 2048;
/** Policy, approval and record would see another number than the server. */
const LOSSY: Refusal = { code: 'json_ambiguous', say: 'A number in this request cannot be represented exactly; send it as a string.' };

/** Why a request cannot be carried, with its id and its era where these could be read. */
export type Unreadable = Refusal & { readonly id?: MessageId; readonly era?: Era };

/** Reads a request. */
export function receive(arrival: Arrival, ports: Pick<Ports, 'headerCatalogue'>): Result<Inbound, Unreadable> {
  const token = arrival.headers.get('mcp-session-id');
  if (arrival.method !== 'POST') {
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

function receiveModern(arrival: Arrival, message: Message, ports: Pick<Ports, 'headerCatalogue'>): Result<Inbound, Unreadable> {
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
  if (request.rule.task === true) return fail({ code: 'method_unknown', say: 'Tasks are not carried by this gateway.', id: message.id });
  const subject = readSubject(request.method, request.rule, message.params);
  if (!subject.ok) return fail({ ...subject.error, id: message.id });
  if (request.method === 'tools/call' && request.name !== undefined) {
    const params = ports.headerCatalogue.get(arrival.route.key, request.name);
    if (params !== undefined) {
      const agreed = checkHeaderParams(params, argumentsOf(message.params), (name) => headers.get(name));
      if (!agreed.ok) return fail({ ...agreed.error, id: message.id });
    }
  }
  const sent = withoutTasks(message);
  // What the answer is checked against is what the server was told.
  const told = sent === message ? request : { ...request, clientCapabilities: objectAt(sent.document.value, CAPABILITIES) ?? {} };
  return ok({ kind: 'modern', message: sent, request: told, subject: subject.value });
}

/** Tasks would outlive the call and its record; until they are carried, the server must not think that the agent takes them. */
function withoutTasks(message: Extract<Message, { kind: 'request' }>): Extract<Message, { kind: 'request' }> {
  const path = [...CAPABILITIES, 'extensions'];
  const extensions = objectAt(message.document.value, path);
  if (extensions === undefined || !Object.hasOwn(extensions, TASKS_EXTENSION)) return message;
  const edited = parseJson(removeMember(message.document, path, TASKS_EXTENSION));
  const reread = edited.ok ? readMessage(edited.value) : edited;
  if (!reread.ok || reread.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('an edited request is not valid') });
  return reread.value;
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
  if (rule?.task === true) return fail({ code: 'method_unknown', say: 'Tasks are not carried by this gateway.', ...id });
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
    default:
      return inbound satisfies never;
  }
}

const SERVER: Subject = { kind: 'server' };

function argumentsOf(params: JsonObject | undefined): JsonObject | undefined {
  const args = params?.['arguments'];
  return isObject(args) ? args : undefined;
}

function objectAt(value: unknown, path: readonly string[]): JsonObject | undefined {
  let at: unknown = value;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return isObject(at) ? at : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
