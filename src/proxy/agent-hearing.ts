// A modern agent, listening to what a bridge was told: everything passes the same judgement as the words of a server that it reaches directly.

import type { Answer } from './answer.ts';
import type { Asking, Hearing } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { approveFinal, noteChange } from './approved.ts';
import { sayable } from './inspection/say.ts';
import { refusedBy } from './rescue.ts';
import { answerMessage, carryMessage, wordsFor } from './server-messages.ts';

/** What the agent of a call hears. */
export function createAgentHearing(call: Call, answer: Answer, ports: Ports): Hearing {
  return {
    get full() {
      return answer.full && !answer.finished;
    },
    note: (said, shared) => {
      if (call.members === undefined && shared === undefined) noteChange(call.server.name, said, ports);
      const shown = answer.finished ? undefined : sayable(call, said, shared?.isClean);
      if (shown !== undefined) carryMessage(answer, shown, wordsFor(call, shown));
    },
    final: (said) => {
      call.answeredUs = ports.nowUs();
      approveFinal(call, said, ports, (approved) => guarded(answer, ports, () => answerMessage(call, answer, approved)));
    },
    fail: (refused, outcome) => {
      call.answeredUs = ports.nowUs();
      answer.refuse(refused, outcome);
    },
  };
}

/** A step that is called back from where nobody knows this call: a fault of ours must end this answer and nothing else. */
export function guarded(answer: Answer, { log }: Pick<Ports, 'log'>, step: () => void): void {
  try {
    step();
  } catch (error) {
    answer.refuse(refusedBy(error, log), 'failed');
  }
}

/** Ties an answer to the asking behind it: hanging up cancels (2026-07-28 basic/patterns/cancellation), room lets the server go on. */
export function tie(answer: Answer, asking: Asking): void {
  if (answer.finished) return;
  answer.onGone = () => {
    asking.giveUp();
    answer.end('cancelled');
  };
  answer.onDrain = () => asking.resume();
}
