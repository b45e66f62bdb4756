// The final answer of a call, as far as an agent may see it: looked into as a whole, with what is not to be shown taken out, and still what its schema
// promises; kept back where it is not, or where that is what the operator wants.

import { ERRORS } from '../../base/index.ts';
import { isEdit } from '../../inspection/index.ts';
import type { Found } from '../../inspection/index.ts';
import { parseJson, rereadMessage, splice, toolRefusal } from '../../mcp/index.ts';
import type { JsonDocument, JsonValue, Span } from '../../mcp/index.ts';
import type { FinalMessage } from '../bridge/index.ts';
import type { Call, Ports } from '../exchange.ts';
import { tooMuchHeld, waitBytes } from '../held-bytes.ts';
import { holdResult } from '../held-results.ts';
import { answerActions, isNotedNow, noteSeen, surfaceOf, treatAnswer } from './answer-treatment.ts';
import { askAboutAnswer } from './ask-answer.ts';
import { ofConcern } from './concern.ts';
import { inStep } from './in-step.ts';
import type { Treatment } from './treat.ts';

type FinalPorts = Pick<Ports, 'contracts' | 'log'>;

/** The answer as the agent may have it. `next` is called once; at once where the answer is small and nobody has to be told. `hole`: not looked into. */
export function inspectFinal(call: Call, final: FinalMessage, ports: FinalPorts, next: (shown: FinalMessage) => void, hole?: Span): void {
  const { bytes } = final.document;
  const surface = surfaceOf(final);
  const seen = hole === undefined ? bytes : withHole(bytes, hole);
  const careful = createCareful(call, final, ports, next);
  // Looking takes longer than reading, and what waits for it is held whole.
  const release = waitBytes(call.server, bytes.length);
  if (release === undefined) return next(keptBack(call, final, tooMuchHeld(call.server).say ?? ''));
  const { inspector, nowUs } = call.inspecting;
  const beganUs = nowUs();
  inspector.look(seen, surface, (all) =>
    careful.attempt(() => {
      call.times.answerInspectedUs += nowUs() - beganUs;
      release();
      const found = ofConcern(hole === undefined ? all : all.map((one) => behindHole(one, hole)), call, surface);
      if (found.length === 0) return careful.tell(final);
      const treatment = treatAnswer(call, found, bytes);
      const show = (): void => tellAndEdit(call, final, treatment, ports, careful);
      if (treatment.action === 'deny')
        return noteSeen(call, treatment.taints, () => careful.tell(keptBack(call, final, keptBackWords(call, treatment.decisive))));
      if (treatment.action !== 'ask') return show();
      askAboutAnswer(call, asked(call, found), (leave) =>
        careful.attempt(() => (leave.kind === 'shown' ? show() : careful.tell(keptBack(call, final, recorded(call, leave.say))))),
      );
    }),
  );
}

/** Steps that are called back from where nobody knows this call. */
interface Careful {
  /** What the agent gets, the first time. */
  readonly tell: (shown: FinalMessage) => void;
  /** A fault in a step keeps the answer back: an edit that leaves no valid message must cost its server this one answer, and the worker nothing. */
  readonly attempt: (step: () => void) => void;
}

function createCareful(call: Call, final: FinalMessage, { log }: FinalPorts, next: (shown: FinalMessage) => void): Careful {
  let isTold = false;
  const tell = (shown: FinalMessage): void => {
    if (isTold) return;
    isTold = true;
    next(shown);
  };
  return {
    tell,
    attempt: (step) => {
      try {
        step();
      } catch (error) {
        if (isTold) throw error; // Not of this: whoever called knows what to do.
        // What was thrown may hold a piece of what was looked at.
        log.warn('an answer could not be edited', { server: call.server.name, call: call.id });
        tell(keptBack(call, final, recorded(call, 'what may not be shown cannot be taken out of it.')));
      }
    },
  };
}

/** What was approved to the byte need not be looked into again with every list: nothing stands in its place meanwhile. */
const NOTHING = Buffer.from('""');

function withHole(bytes: Uint8Array, { start, end }: Span): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), NOTHING, bytes.subarray(end)]);
}

/** A finding where it stands in the whole message. */
function behindHole(found: Found, { start, end }: Span): Found {
  const shift = end - start - NOTHING.length;
  return found.start < start + NOTHING.length ? found : { ...found, start: found.start + shift, end: found.end + shift };
}

/** What a person decides about. */
function asked(call: Call, found: readonly Found[]): readonly Found[] {
  const actionOf = answerActions(call);
  return found.filter((one) => actionOf(one).action === 'ask');
}

function tellAndEdit(call: Call, final: FinalMessage, { edits, taints }: Treatment, ports: FinalPorts, careful: Careful): void {
  noteSeen(call, taints, (isNoted) =>
    careful.attempt(() => {
      if (!isNoted) return careful.tell(keptBack(call, final, keptBackWords(call, undefined)));
      if (edits.length === 0) return careful.tell(final);
      const edited = inStep(final, rereadMessage(final.kind, splice(final.document, edits)));
      // Two places that say the same were each looked at where they stand: what one of them hid must not be read in the other.
      if (edited.isAligned) return again(call, edited.final, ports, careful);
      careful.tell(holdResult(call, edited.final, ports));
    }),
  );
}

/** An answer in which one place was written anew after another: whatever would have to be taken out of it now keeps all of it back. */
function again(call: Call, final: FinalMessage, ports: FinalPorts, { tell, attempt }: Careful): void {
  const actionOf = answerActions(call);
  const surface = surfaceOf(final);
  call.inspecting.inspector.look(final.document.bytes, surface, (found) =>
    attempt(() => {
      const left = ofConcern(found, call, surface).find((one) => isEdit(actionOf(one).action) || actionOf(one).action === 'deny');
      tell(left === undefined ? holdResult(call, final, ports) : keptBack(call, final, keptBackWords(call, left)));
    }),
  );
}

/** An answer that comes on a stream of several, and cannot wait: undefined where it is kept back, or a person would have to be asked. */
export function inspectReplayed(call: Call, document: JsonDocument): JsonDocument | undefined {
  const found = ofConcern(call.inspecting.inspector.lookNow(document.bytes, 'answer'), call, 'answer');
  if (found.length === 0) return document;
  const { action, edits, taints } = treatAnswer(call, found, document.bytes);
  if (!isNotedNow(call, taints) || action === 'deny' || action === 'ask') return undefined;
  if (edits.length === 0) return document;
  const edited = parseJson(splice(document, edits));
  return edited.ok ? edited.value : undefined;
}

/** What the agent gets instead: for a tool a result that its model can read, else an error. */
export function keptBack(call: Call, final: FinalMessage, say: string): FinalMessage {
  const { id } = final;
  call.markedWith = 'answer_withheld';
  if (call.question.method === 'tools/call' && final.kind === 'result')
    return rereadMessage('result', toolRefusal(final.id, isModern(final.result) ? 'modern' : 'legacy', say));
  return rereadMessage(
    'error',
    Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code: ERRORS.answer_withheld.rpc, message: say } })),
  );
}

/** The bridges speak the modern form among themselves, whatever the agent speaks. */
function isModern(result: JsonValue): boolean {
  return typeof result === 'object' && result !== null && 'resultType' in result;
}

/** What an agent reads in the place of what may not be shown. */
export function keptBackWords({ id }: Call, found: Found | undefined): string {
  return recorded({ id }, why(found));
}

function recorded({ id }: Pick<Call, 'id'>, why: string): string {
  return `The answer is kept back: ${why} Whoever runs the gateway can look it up: record ${id}.`;
}

function why(found: Found | undefined): string {
  if (found === undefined) return 'a rule goes by what this task has seen, and that cannot be noted now. Try again.';
  if (found.class === 'unscanned') return `it holds what could not be looked into (${found.type}).`;
  return `it holds what may not be shown (${found.type} at ${found.path}).`;
}
