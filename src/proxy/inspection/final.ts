// The final answer of a call, as far as an agent may see it: looked into as a whole, with what is not to be shown taken out, and still what its schema
// promises; kept back where it is not, or where that is what the operator wants.

import { ERRORS } from '../../base/index.ts';
import { isEdit, isStricter } from '../../inspection/index.ts';
import type { Found } from '../../inspection/index.ts';
import { rereadMessage, splice, toolRefusal } from '../../mcp/index.ts';
import type { FinalMessage } from '../bridge/index.ts';
import type { Call, Ports } from '../exchange.ts';
import { holdResult } from '../held-results.ts';
import { answerActions, noteSeen, ofConcern, surfaceOf, treatAnswer } from './answer-treatment.ts';
import { inStep } from './in-step.ts';

type FinalPorts = Pick<Ports, 'contracts' | 'log'>;

/** The answer as the agent may have it. `next` is called once; at once where the answer is small and nobody has to be told. */
export function inspectFinal(call: Call, final: FinalMessage, ports: FinalPorts, next: (shown: FinalMessage) => void): void {
  const { bytes } = final.document;
  call.inspecting.inspector.look(bytes, surfaceOf(final), (all) => {
    const found = ofConcern(all);
    if (found.length === 0) return next(final);
    const { action, decisive, edits, taints } = treatAnswer(call, found, bytes);
    if (action === 'deny' || action === 'ask') return next(keptBack(call, final, decisive));
    noteSeen(call, taints, (isNoted) => {
      if (!isNoted) return next(keptBack(call, final, undefined));
      if (edits.length === 0) return next(final);
      const edited = inStep(final, rereadMessage(final.kind, splice(final.document, edits)));
      // Two places that say the same were each looked at where they stand: what one of them hid must not be read in the other.
      if (edited.isAligned) return again(call, edited.final, ports, next);
      next(holdResult(call, edited.final, ports));
    });
  });
}

/** An answer in which one place was written anew after another: whatever would have to be taken out of it now keeps all of it back. */
function again(call: Call, final: FinalMessage, ports: FinalPorts, next: (shown: FinalMessage) => void): void {
  const actionOf = answerActions(call);
  call.inspecting.inspector.look(final.document.bytes, surfaceOf(final), (found) => {
    const left = ofConcern(found).find((one) => isEdit(actionOf(one).action) || isStricter(actionOf(one).action, 'redact'));
    next(left === undefined ? holdResult(call, final, ports) : keptBack(call, final, left));
  });
}

/** What the agent gets instead: for a tool a result that its model can read, else an error. */
export function keptBack(call: Call, { id }: FinalMessage, found: Found | undefined): FinalMessage {
  const { question } = call;
  call.markedWith = 'answer_withheld';
  const say = keptBackWords(call, found);
  if (question.method === 'tools/call' && id !== undefined) return rereadMessage('result', toolRefusal(id, question.era, say));
  return rereadMessage(
    'error',
    Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code: ERRORS.answer_withheld.rpc, message: say } })),
  );
}

/** What an agent reads in the place of what may not be shown. */
export function keptBackWords({ id }: Call, found: Found | undefined): string {
  return `The answer is kept back: ${why(found)} Whoever runs the gateway can look it up: record ${id}.`;
}

function why(found: Found | undefined): string {
  if (found === undefined) return 'a rule goes by what this task has seen, and that cannot be noted now. Try again.';
  if (found.class === 'unscanned') return `it holds what could not be looked into (${found.type}).`;
  return `it holds what may not be shown (${found.type} at ${found.path}).`;
}
