// The steps about what a task has used before. What may depend on it is judged by what the authority knows at this moment; what a rule looks at is
// known to the authority before it is used. So whatever is asked for after an answer was seen is judged in the knowledge of that answer, on
// whichever worker and connection. Where no rule looks, this is one look at the policy.

import type { Snapshot } from '../../config/index.ts';
import { factsOfUnread } from '../../policies/index.ts';
import type { Task } from '../../policies/index.ts';
import { taskOf } from '../task-of.ts';
import { labelsOf } from '../verdicts.ts';
import { thingsOf } from './things.ts';
import type { Thing } from './things.ts';
import { LATER } from './types.ts';
import type { Admission, NotAdmitted, Step, Stepped } from './types.ts';
import type { Ports } from '../exchange.ts';

/** These are about what was let through before, under a name that the gateway made, and hand nothing over. */
const TELL_NOTHING: ReadonlySet<string> = new Set(['tasks/get', 'tasks/cancel']);
/** These bring nothing back. */
const BRING_NOTHING: ReadonlySet<string> = new Set(['tasks/cancel', 'resources/unsubscribe']);
const NOTHING: readonly string[] = Object.freeze([]);

/** Finds out what the task has used, where a rule looks at it. */
export const readTaint: Step = (admission, ports) => {
  const { call, principal, snapshot } = admission;
  const { flow } = snapshot.policy;
  const server = call.server.name;
  admission.taint = TELL_NOTHING.has(call.question.method) ? NOTHING : undefined;
  if (flow.isOff || admission.taint !== undefined) return undefined;
  const isDecided = (thing: Thing): boolean => flow.decides(principal, server, thing, labelsOf(server, thing, snapshot));
  if (!thingsOf(admission).some(isDecided)) return undefined;
  const task = taskOf(call, principal);
  void ports.taint.read(task, isNarrow(task, snapshot)).then((labels) => {
    admission.taint = labels;
    admission.proceed(labels === undefined ? unknown(admission, 'what it has used before cannot be looked up') : undefined);
  });
  return LATER;
};

/** Makes known what the task is about to use, before it does. */
export const noteTaint: Step = (admission, ports) => {
  const { call, snapshot } = admission;
  const { flow } = snapshot.policy;
  if (flow.isOff || BRING_NOTHING.has(call.question.method)) return undefined;
  if (call.inbound.kind === 'unread') return noteLabels(admission, factsOfUnread(call.server.config).labels, ports);
  // Resources that are watched together have the labels of their server, all of them.
  const [thing] = thingsOf(admission);
  if (thing === undefined) return undefined;
  const found = admission.treatment?.taints ?? NOTHING;
  const labels = labelsOf(call.server.name, thing, snapshot);
  return noteLabels(admission, found.length === 0 ? labels : [...labels, ...found], ports);
};

function noteLabels(admission: Admission, carried: readonly string[], ports: Ports): Stepped {
  const { call, principal, snapshot } = admission;
  const labels = snapshot.policy.flow.watched(carried);
  if (labels.length === 0) return undefined;
  const task = taskOf(call, principal);
  if (ports.taint.isNoted(task, labels)) return undefined;
  void ports.taint.note(task, labels).then((isNoted) => {
    admission.proceed(isNoted ? undefined : unknown(admission, 'what it is about to use cannot be noted'));
  });
  return LATER;
}

function isNarrow({ agent, traces }: Task, { policy }: Snapshot): boolean {
  return traces.length > 0 && policy.flow.trustsTrace(agent);
}

function unknown({ call }: Admission, why: string): NotAdmitted {
  return {
    verdict: 'deny',
    rule: undefined,
    reason: 'flow-unknown',
    refused: {
      code: 'denied',
      say: `Not now: a rule goes by what this task has used, and ${why}. Try again. Whoever runs the gateway can look it up: record ${call.id}.`,
    },
  };
}
