// What a server says, on its way to the agent: judged, filtered where it is a list, and classified for the record. Every road uses
// these functions, whatever carried the message.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import {
  checkAnswer,
  elementEdits,
  isLegacyRevision,
  knowsServerMethod,
  listElements,
  memberEdit,
  METHODS,
  removeMember,
  setMember,
  shapeResult,
  shapeSaid,
  splice,
} from '../mcp/index.ts';
import type { Asked, Edit, JsonDocument, JsonObject, JsonValue, Message, MethodRule, Refusal } from '../mcp/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { Answer } from './answer.ts';
import { noteReleased } from './committed.ts';
import { withNextRound } from './approvals/next-round.ts';
import type { Call, OutcomeStatus } from './exchange.ts';
import { nameAsker } from './name-asker.ts';
import type { Refused } from './rescue.ts';
import { refusedInTask, refusedQuestions } from './server-questions.ts';
import { isWatched, sealNotification, sealResult } from './tasks.ts';
import { mayEver } from './verdicts.ts';

const TASK_CHANGED = 'notifications/tasks';

/** What a result that is no list is known by, where nobody knows which method it answers. */
const CONTENT_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'content'],
  ['prompts/get', 'messages'],
]);

type Final = Extract<Message, { kind: 'result' | 'error' }>;

/** More to do with a final message than pass it on: gives headers to send with it, or why it cannot be used. */
export type FinalHook = (message: Message) => { readonly headers: readonly string[] } | Refused;

/** Sends a message that is not the final answer: it opens the event stream. */
export function carryMessage(answer: Answer, message: Message, bytes: Uint8Array = message.document.bytes): void {
  answer.event({ event: 'message', id: undefined, retry: undefined, data: bytes });
}

/** Whether what the server says must be put into the words of an older revision. */
export function isShaped({ question: { revision }, serverRevision }: Call): boolean {
  return serverRevision !== undefined && revision !== undefined && revision < serverRevision;
}

/** What is sent of a message that may be said. */
export function wordsFor(call: Call, message: Message): Uint8Array {
  if (message.kind === 'notification' && message.method === TASK_CHANGED) return sealNotification(call, message.document);
  if ((message.kind !== 'notification' && message.kind !== 'request') || !isShaped(call)) return message.document.bytes;
  return shapeSaid(message, call.question.revision ?? '');
}

/** Sends the final answer: as JSON, or as the last event where a stream is open. */
export function answerMessage(call: Call, answer: Answer, final: Final, onFinal?: FinalHook): void {
  const judged = judgeFinal(call, final);
  if (!judged.ok) return answer.refuse(judged.error, 'failed');
  const { bytes, outcome } = judged.value;
  const extra = onFinal?.(final);
  if (extra !== undefined && 'code' in extra) return answer.refuse(extra, 'failed');
  noteReleased(call, bytes, final.document);
  if (answer.streaming) answer.final({ event: 'message', id: undefined, retry: undefined, data: bytes }, outcome);
  else answer.json(200, bytes, outcome, extra?.headers);
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
  if (isUnknownTo(call, message)) return false;
  if (message.kind !== 'notification') return true;
  if (message.method === TASK_CHANGED)
    return isWatched(call, message.params?.['taskId']) && refusedInTask(call, message.params) === undefined;
  if (message.method !== 'notifications/resources/updated') return true;
  const uri = message.params?.['uri'];
  if (call.members !== undefined) return true; // Judged for the server whose it is (aggregate-listen.ts).
  const { principal, snapshot } = call.arrival;
  return typeof uri === 'string' && mayEver(principal, call.server.name, { kind: 'resource', name: uri }, snapshot);
}

/** An agent of an older revision is not told what its own has no word for. */
function isUnknownTo({ question }: Call, message: Message): boolean {
  if (question.era === 'modern' || (message.kind !== 'notification' && message.kind !== 'request')) return false;
  return !knowsServerMethod(message.method, question.revision ?? '');
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
  const refused = refusedQuestions(call, final);
  if (refused !== undefined) return fail({ code: 'denied', say: refused });
  if (final.kind === 'error') return ok({ bytes: final.document.bytes, outcome: 'rpc_error' });
  const round = withNextRound(call, final.document);
  const own = sealedResult(call, round === final.document.bytes ? final.document : reread(round));
  if (!own.ok) return own;
  const shown = shownResult(call, own.value);
  const said = isShaped(call) ? shaped(call, shown === own.value.bytes ? own.value : reread(shown)) : shown;
  return ok({ bytes: said, outcome: outcomeOf(final.result) });
}

/** What names a task names it as the agent does. */
function sealedResult(call: Call, document: JsonDocument): Result<JsonDocument, Refusal> {
  if (call.inbound.kind !== 'modern' || call.inbound.tasks === undefined) return ok(document);
  const sealed = sealResult(call, document);
  if (!sealed.ok) return sealed;
  return ok(sealed.value === document.bytes ? document : reread(sealed.value));
}

function shownResult(call: Call, document: JsonDocument): Uint8Array {
  const { method, rule } = call.question;
  // What several servers answer together is judged share by share, under the names of each (aggregate-lists.ts).
  if (call.members !== undefined) return document.bytes;
  if (rule?.list !== undefined) return filterList(call, document, rule);
  if (rule?.interactive === true) return nameAsker(call, document);
  return method === 'initialize' ? shownBeginning(call, document) : document.bytes;
}

/** The answer to initialize, as far as the gateway keeps to it. */
function shownBeginning(call: Call, document: JsonDocument): Uint8Array {
  const { revision } = call.question;
  // Each hop has a revision of its own (2025-11-25 basic/lifecycle): what the server speaks is between it and the gateway.
  const theirs = memberOf(document.value, 'result', 'protocolVersion');
  const differs = typeof theirs === 'string' && isLegacyRevision(theirs) && revision !== undefined && theirs !== revision;
  if (differs) call.serverRevision = theirs;
  const own = differs ? reread(setMember(document, ['result'], 'protocolVersion', JSON.stringify(revision))) : document;
  // Tasks are not carried, so a session must not promise them.
  if (memberOf(own.value, 'result', 'capabilities', 'tasks') === undefined) return own.bytes;
  return removeMember(own, ['result', 'capabilities'], 'tasks');
}

/** A result in the words of the agent's older revision. */
function shaped({ question: { method, revision } }: Call, document: JsonDocument): Uint8Array {
  return shapeResult(document, method, { revision: revision ?? '' });
}

/**
 * A result that reached the agent on another stream than its request's (a replay after Last-Event-ID): nobody knows which method it
 * answers, so whatever looks like a list is filtered as one. Without this, a resumed stream would show what a list hides.
 */
export function filterReplayed(call: Call, document: JsonDocument): Uint8Array {
  const result = isObject(document.value) ? document.value['result'] : undefined;
  if (!isObject(result)) return document.bytes;
  let current = document;
  for (const [method, rule] of METHODS) {
    const isOne = Array.isArray(result[rule.list?.member ?? CONTENT_MEMBERS.get(method) ?? '']);
    if (isOne && rule.list !== undefined) current = reread(filterList(call, current, rule));
    if (isOne && isShaped(call)) current = reread(shapeResult(current, method, { revision: call.question.revision ?? '' }));
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
  const allowed = names.map((name) => name !== undefined && mayEver(principal, call.server.name, { kind, name }, snapshot));
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

/** What a tool gave is a result of its own, or is inside of the task that it became. */
function outcomeOf(result: JsonValue): OutcomeStatus {
  return memberOf(result, 'isError') === true || memberOf(result, 'result', 'isError') === true ? 'tool_error' : 'ok';
}

function memberOf(value: JsonValue, ...path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of path) at = isObject(at) ? at[key] : undefined;
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
