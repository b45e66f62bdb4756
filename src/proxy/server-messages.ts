// What a server says, on its way to the agent: judged, filtered where it is a list, and classified for the record. Every road uses
// these functions, whatever carried the message.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkAnswer, elementEdits, listElements, memberEdit, METHODS, removeMember, splice } from '../mcp/index.ts';
import type { Asked, Edit, JsonDocument, JsonObject, JsonValue, Message, MethodRule, Refusal } from '../mcp/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { Answer } from './answer.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import type { Refused } from './rescue.ts';

type Final = Extract<Message, { kind: 'result' | 'error' }>;

/** More to do with a final message than pass it on: gives headers to send with it, or why it cannot be used. */
export type FinalHook = (message: Message) => { readonly headers: readonly string[] } | Refused;

/** Sends a message that is not the final answer: it opens the event stream. */
export function carryMessage(answer: Answer, message: Message): void {
  answer.event({ event: 'message', id: undefined, retry: undefined, data: message.document.bytes });
}

/** Sends the final answer: as JSON, or as the last event where a stream is open. */
export function answerMessage(call: Call, answer: Answer, final: Final, onFinal?: FinalHook): void {
  const judged = judgeFinal(call, final);
  if (!judged.ok) return answer.refuse(judged.error, 'failed');
  const { bytes, outcome } = judged.value;
  const extra = onFinal?.(final);
  if (extra !== undefined && 'code' in extra) return answer.refuse(extra, 'failed');
  if (answer.streaming) {
    answer.event({ event: 'message', id: undefined, retry: undefined, data: bytes });
    answer.end(outcome);
  } else answer.json(200, bytes, outcome, extra?.headers);
}

/** What a request may be answered with, as the language wants to know it. */
export function askedBy(call: Call): Asked {
  const { inbound, question } = call;
  const id =
    (inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request' ? inbound.message.id : undefined;
  const declared = inbound.kind === 'modern' ? { clientCapabilities: inbound.request.clientCapabilities } : {};
  return { id, method: question.method, era: question.era, ...declared };
}

/** Whether a message that is no final answer may be said on this hop. */
export function mayBeSaid(call: Call, message: Message): boolean {
  if (!checkAnswer(message, askedBy(call)).ok) return false;
  if (message.kind !== 'notification' || message.method !== 'notifications/resources/updated') return true;
  const uri = message.params?.['uri'];
  const { principal, snapshot } = call.arrival;
  return typeof uri === 'string' && snapshot.policy.decide(principal, call.server.name, { kind: 'resource', name: uri }).kind === 'allow';
}

/** Judges the final answer of a call, and gives the bytes that may be shown. */
export function judgeFinal(call: Call, final: Final): Result<{ readonly bytes: Uint8Array; readonly outcome: OutcomeStatus }, Refusal> {
  const asked = askedBy(call);
  if (asked.id === undefined) {
    // A server may say why it did not take a notification or a response; a result would be one that nobody asked for.
    return final.kind === 'error'
      ? ok({ bytes: final.document.bytes, outcome: 'rpc_error' })
      : fail({ code: 'upstream_malformed', say: 'The MCP server answered what was no request.' });
  }
  const checked = checkAnswer(final, asked);
  if (!checked.ok) return fail({ code: 'upstream_malformed', say: checked.error.say });
  if (final.kind === 'error') return ok({ bytes: final.document.bytes, outcome: 'rpc_error' });
  const shown = shownResult(call, final.document);
  return ok({ bytes: shown, outcome: outcomeOf(final.result) });
}

function shownResult(call: Call, document: JsonDocument): Uint8Array {
  const { method, rule } = call.question;
  if (rule?.list !== undefined) return filterList(call, document, rule);
  // Tasks are not carried, so a session must not promise them.
  if (method === 'initialize' && memberOf(document.value, 'result', 'capabilities', 'tasks') !== undefined)
    return removeMember(document, ['result', 'capabilities'], 'tasks');
  return document.bytes;
}

/** Learns what a shown tool list says about mirrored arguments. */
export function learnTools(call: Call, message: Message, ports: Pick<Ports, 'headerCatalogue'>): void {
  if (message.kind !== 'result' || call.question.era !== 'modern' || call.question.rule?.list?.member !== 'tools') return;
  const tools = isObject(message.result) ? message.result['tools'] : undefined;
  if (Array.isArray(tools)) for (const tool of tools) ports.headerCatalogue.learn(call.server.name, tool);
}

/**
 * A result that reached the agent on another stream than its request's (a replay after Last-Event-ID): nobody knows which method it
 * answers, so whatever looks like a list is filtered as one. Without this, a resumed stream would show what a list hides.
 */
export function filterReplayed(call: Call, document: JsonDocument): Uint8Array {
  const result = isObject(document.value) ? document.value['result'] : undefined;
  if (!isObject(result)) return document.bytes;
  let current = document;
  for (const rule of METHODS.values()) {
    if (rule.list === undefined || !Array.isArray(result[rule.list.member])) continue;
    current = reread(filterList(call, current, rule));
  }
  return current.bytes;
}

/**
 * Takes out of a list what the caller may not use. The call itself is judged again when it comes: hiding is a courtesy, not the wall.
 * What is left depends on who asked, so a modern list becomes private to its authorization context (SPEC server/utilities/caching).
 */
function filterList(call: Call, document: JsonDocument, rule: MethodRule): Uint8Array {
  const { list } = rule;
  if (list === undefined) return document.bytes;
  const { principal, snapshot } = call.arrival;
  const kind = list.member === 'tools' ? 'tool' : list.member === 'prompts' ? 'prompt' : 'resource';
  const names = listElements(document, rule);
  const allowed = names.map(
    (name) => name !== undefined && snapshot.policy.decide(principal, call.server.name, { kind, name }).kind === 'allow',
  );
  const edits: Edit[] = allowed.every(Boolean)
    ? []
    : [...elementEdits(document, ['result', list.member], (index) => allowed[index] === true)];
  const scope = call.question.era === 'modern' ? memberOf(document.value, 'result', 'cacheScope') : undefined;
  if (scope !== undefined && scope !== 'private') edits.push(memberEdit(document, ['result'], 'cacheScope', '"private"'));
  return edits.length === 0 ? document.bytes : splice(document, edits);
}

/** Our own edit of a valid document is valid; if it ever is not, nothing of it may be shown. */
function reread(bytes: Uint8Array): JsonDocument {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new GatewayError('internal', { cause: new Error('an edited list is not valid JSON') });
  return parsed.value;
}

function outcomeOf(result: JsonValue): OutcomeStatus {
  return isObject(result) && result['isError'] === true ? 'tool_error' : 'ok';
}

function memberOf(value: JsonValue, ...path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of path) at = isObject(at) ? at[key] : undefined;
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
