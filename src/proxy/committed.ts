// What a record commits to: the arguments as the agent sent them, in their canonical form, and the result as it was released, byte by byte. Only digests
// of them are kept until the record is written; what is made of those under the subject's key, audit/commitment.ts says.

import type { Commitment } from '../audit/index.ts';
import { createSha256, sha256 } from '../base/index.ts';
import { canonicalJson, canonicalText, parseJson } from '../mcp/index.ts';
import type { JsonDocument, JsonValue } from '../mcp/index.ts';
import type { Call, OutcomeStatus } from './exchange.ts';

/** Where a request says what it wants to be done with: the member of its parameters, and what that is where it is left out. */
const COMMITTED: ReadonlyMap<string, { readonly member: string; readonly otherwise?: JsonValue }> = new Map([
  ['tools/call', { member: 'arguments', otherwise: {} }],
  ['prompts/get', { member: 'arguments', otherwise: {} }],
  ['completion/complete', { member: 'argument' }],
  // Records hold a URI without its query.
  ['resources/read', { member: 'uri' }],
  ['resources/subscribe', { member: 'uri' }],
]);
/** Results that are the server's; what the gateway said instead is no secret of anybody's. */
const ANSWERED: ReadonlySet<OutcomeStatus> = new Set(['ok', 'tool_error', 'rpc_error']);

/** The commitment to what a call asks for; undefined where it asks for nothing that could be tested. */
export function argumentsCommitment(call: Call): Commitment | undefined {
  const { subject } = call.arrival;
  if (subject === undefined) return undefined;
  // A call that waits for a person is on record twice.
  call.argumentsDigest ??= digestOfArguments(call);
  return call.argumentsDigest === undefined ? undefined : subject.commit('args', call.argumentsDigest);
}

function digestOfArguments({ inbound, question }: Call): Uint8Array | undefined {
  const committed = COMMITTED.get(question.method);
  if (committed === undefined || (inbound.kind !== 'modern' && inbound.kind !== 'legacy')) return undefined;
  const { message } = inbound;
  if (message.kind !== 'request') return undefined;
  const value = message.params?.[committed.member] ?? committed.otherwise;
  return value === undefined ? undefined : sha256(canonical(message.document, committed.member, value));
}

/** Numbers that are read as another make two values look like one: then it is their digits that count. */
function canonical(document: JsonDocument, member: string, value: JsonValue): string {
  const span = document.lossy ? document.span(['params', member]) : undefined;
  const exact = span === undefined ? undefined : canonicalText(document.bytes.subarray(span.start, span.end));
  return exact ?? canonicalJson(value);
}

/** The final answer is about to be released, as these bytes. `near`: what is known of them, or of what they were made of. */
export function noteReleased(call: Call, bytes: Uint8Array, near: JsonDocument | undefined): void {
  if (call.arrival.subject === undefined) return;
  const document = near?.bytes === bytes ? near : reread(bytes);
  const span = document?.span(['result']) ?? document?.span(['error']);
  if (span === undefined) {
    call.releasedDigest = undefined;
    return;
  }
  const released = bytes.subarray(span.start, span.end);
  call.releasedDigest = sha256(released);
  call.capturing?.note(released);
}

/** A piece of an answer that is too large to be held is released: then all of its bytes are committed to. */
export function noteReleasedPiece(call: Call, chunk: Uint8Array): void {
  if (call.arrival.subject === undefined) return;
  call.releasedHash ??= createSha256();
  call.releasedHash.update(chunk);
  call.capturing?.add(chunk);
}

/** The commitment to the result of a call that has ended. */
export function answerCommitment(call: Call, outcome: OutcomeStatus): Commitment | undefined {
  const { subject } = call.arrival;
  if (subject === undefined || !ANSWERED.has(outcome) || call.refusedWith !== undefined) return undefined;
  const digest = call.releasedDigest ?? call.releasedHash?.digest();
  return digest === undefined ? undefined : subject.commit('answer', digest);
}

function reread(bytes: Uint8Array): JsonDocument | undefined {
  const parsed = parseJson(bytes, { repairSurrogates: true });
  return parsed.ok ? parsed.value : undefined;
}
