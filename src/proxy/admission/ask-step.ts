// The person's step: where policy wants somebody to approve a call, it goes on only with an approval of exactly this call, used here and now.
// An approval lets nothing pass by itself: before it is used, and behind that, all steps are gone through again, because policy, the catalogue or a
// lock may have changed while somebody made up their mind.

import type { DecisionReason } from '../../audit/index.ts';
import { approvedBy } from '../../policies/index.ts';
import type { Ask } from '../../policies/index.ts';
import { askedOf } from '../approvals/asked.ts';
import type { Asked, Wish } from '../approvals/asked.ts';
import { tellPending, wasToldOf } from '../approvals/tell.ts';
import { createWait } from '../approvals/wait.ts';
import type { AskedAnswer, HeldApproval, NotAsked, WaitOutcome } from '../approvals/types.ts';
import {
  lateWords,
  notAskedWords,
  pendingWords,
  rejectedWords,
  tooLargeWords,
  toldWords,
  usedWords,
  voidWords,
} from '../approvals/words.ts';
import type { Ports } from '../exchange.ts';
import { recordAsked } from '../record.ts';
import type { Refused } from '../rescue.ts';
import { LATER } from './types.ts';
import type { Admission, NotAdmitted, Step, Stepped } from './types.ts';

/** Nobody reads more than this before they say yes. */
const MAX_CONTENT_BYTES = 64 * 1024;
/** A server that waits longer for the next round has mostly given up itself. */
const ROUND_LIFE_MS = 10 * 60_000;
/** Keys that seal live for so long at least. */
const TOLD_LIFE_MS = 12 * 3_600_000;

const NOT_ASKED: Readonly<Record<NotAsked, DecisionReason>> = {
  'agent-full': 'approvals-full',
  full: 'approvals-full',
  'asked-too-often': 'approvals-too-many',
  unavailable: 'approvals-unavailable',
};

/** Lets a call pass that was approved; asks where it was not; refuses where nobody can be asked. */
export const askPerson: Step = (admission, ports) => {
  const { verdict, call, principal, isLater } = admission;
  const { subject } = call.question;
  if (verdict?.kind !== 'ask' || subject.kind === 'server') return undefined;
  const state = call.inbound.kind === 'modern' ? call.inbound.approval : undefined;
  const isRetry = isLater || state?.kind === 'round';
  const asked = askedOf(
    { principal, server: call.server.name, subject, ...definitionOf(admission, ports), params: admission.params, isRetry },
    verdict,
  );
  const held = call.approval;
  if (held !== undefined) return useHeld(admission, ports, { verdict, asked, held });
  if (isLater) return refusal(admission, 'approval-needed', { code: 'denied', say: lateWords(asked.question) });
  if (state?.kind === 'round') {
    if (state.question !== asked.key) return refusal(admission, 'approval-void', { code: 'denied', say: voidWords(state.id) });
    return takeRound(admission, ports, asked, state);
  }
  if (Buffer.byteLength(asked.question.content) > MAX_CONTENT_BYTES)
    return refusal(admission, 'approval-too-large', { code: 'denied', say: tooLargeWords(asked.question, MAX_CONTENT_BYTES) });
  return askNow(admission, ports, asked);
};

/** What is approved of the thing itself: after a change, nothing that was said about a call of it before counts. */
function definitionOf({ call, snapshot }: Admission, { catalogue }: Ports): Pick<Wish, 'labels' | 'fingerprints'> {
  const { subject } = call.question;
  const server = call.server.name;
  const labels = subject.kind === 'tool' ? snapshot.toolFacts(server, subject.name).labels : [];
  if (subject.kind !== 'tool' && subject.kind !== 'prompt') return { labels, fingerprints: [] };
  return { labels, fingerprints: catalogue.fingerprints(server, subject.kind, subject.name) };
}

interface Use {
  readonly verdict: Ask;
  readonly asked: Asked;
  readonly held: HeldApproval;
}

function useHeld(admission: Admission, ports: Ports, { verdict, asked, held }: Use): Stepped {
  const isSame = admission.isLater ? held.base === asked.base : held.question === asked.key;
  if (!isSame) return refusal(admission, 'approval-void', { code: 'denied', say: voidWords(held.id) });
  if (held.isTaken) {
    admission.verdict = approvedBy(verdict);
    return undefined;
  }
  ports.approvals.take(takenBy(admission, held.id), (isTaken) => {
    if (isTaken !== true) return admission.proceed(notTaken(admission, asked, held.id, isTaken));
    held.isTaken = true;
    admission.again();
  });
  return LATER;
}

function takeRound(
  admission: Admission,
  ports: Ports,
  asked: Asked,
  { id, round }: { readonly id: string; readonly round: number },
): Stepped {
  ports.approvals.takeRound(takenBy(admission, id), round, (isTaken) => {
    if (isTaken !== true) return admission.proceed(notTaken(admission, asked, id, isTaken));
    hold(admission, ports, asked, { id, round: round + 1, isTaken: true });
    admission.again();
  });
  return LATER;
}

function askNow(admission: Admission, ports: Ports, asked: Asked): Stepped {
  const { call } = admission;
  const wait = (call.wait ??= createWait(call, ports));
  let over = false;
  let pending: { readonly id: string; readonly expiresAtMs: number } | undefined;
  /** Ends this asking; gives back whether it was still under way. */
  const finish = (outcome: WaitOutcome): boolean => {
    if (over) return false;
    over = true;
    wait.end();
    asking.drop();
    ports.approvals.waited(outcome, ports.nowMs() - wait.beganMs);
    return true;
  };
  const refuse = (outcome: WaitOutcome, refused: NotAdmitted): void => {
    if (finish(outcome)) admission.proceed(refused);
  };
  const goOn = (id: string, isTaken: boolean): void => {
    if (!finish('approved')) return;
    hold(admission, ports, asked, { id, round: 0, isTaken });
    admission.again();
  };
  const notYet = (id: string, expiresAtMs: number): NotAdmitted =>
    refusal(admission, 'approval-needed', { code: 'denied', say: pendingWords(asked.question, id, expiresAtMs) }, 'ask');
  const waitFor = (id: string, expiresAtMs: number): void => {
    call.approvalId = id;
    pending = { id, expiresAtMs };
    const told = wasToldOf(call, id, asked.key);
    if (told === 'declined') return refuse('unanswered', notYet(id, expiresAtMs));
    const state = { kind: 'told', id, question: asked.key, expiresAtMs: Math.min(expiresAtMs, ports.nowMs() + TOLD_LIFE_MS) } as const;
    const result =
      told === undefined
        ? tellPending(call, toldWords(asked.question, id), ports.approvals.states.seal(state, admission.principal))
        : undefined;
    if (result !== undefined) return refuse('unanswered', refusal(admission, 'approval-needed', { code: 'denied', result }, 'ask'));
    const seq = recordAsked(call, asked.question.rule, admission.snapshot.revision, ports);
    if (seq <= 0) return refuse('refused', unrecorded());
    wait.begin({ id, expiresAtMs, seq }, (why) =>
      why === 'late' ? refuse('unanswered', notYet(id, expiresAtMs)) : refuse('refused', unrecorded()),
    );
  };
  const heard = (answer: AskedAnswer): void => {
    if (over) return;
    switch (answer.kind) {
      case 'granted':
      case 'approved':
        call.approvalId = answer.id;
        return goOn(answer.id, answer.kind === 'granted');
      case 'pending':
        return waitFor(answer.id, answer.expiresAtMs);
      case 'rejected': {
        call.approvalId = answer.id;
        const say = rejectedWords(asked.question, answer.id, answer.expiresAtMs);
        return refuse('rejected', refusal(admission, 'approval-rejected', { code: 'denied', say }));
      }
      case 'refused': {
        // Nobody can say how it stands now, because this worker goes: the question is as it was.
        if (pending !== undefined) return refuse('unanswered', notYet(pending.id, pending.expiresAtMs));
        const say = notAskedWords(asked.question, answer.why);
        return refuse('refused', refusal(admission, NOT_ASKED[answer.why], { code: 'denied', say }));
      }
      default:
        return answer satisfies never;
    }
  };
  const asking = ports.approvals.ask(asked.question, call.id, heard);
  // Hanging up ends the wait and not the question: whoever asks again finds what was answered.
  admission.onAbandoned = () => void finish('gone');
  return LATER;
}

function hold(
  { call, principal }: Admission,
  ports: Ports,
  { key, base }: Asked,
  { id, round, isTaken }: { readonly id: string; readonly round: number; readonly isTaken: boolean },
): void {
  call.approvalId = id;
  call.approval = {
    id,
    question: key,
    base,
    isTaken,
    round,
    seal: (inner) => {
      const expiresAtMs = ports.nowMs() + ROUND_LIFE_MS;
      return ports.approvals.states.seal({ kind: 'round', id, question: key, expiresAtMs, round, inner }, principal);
    },
  };
}

function takenBy({ principal, call }: Admission, id: string): { readonly tenant: string; readonly id: string; readonly call: string } {
  return { tenant: principal.tenant, id, call: call.id };
}

function notTaken(admission: Admission, asked: Asked, id: string, isTaken: false | undefined): NotAdmitted {
  return isTaken === false
    ? refusal(admission, 'approval-used', { code: 'denied', say: usedWords(id) })
    : refusal(admission, NOT_ASKED.unavailable, { code: 'denied', say: notAskedWords(asked.question, 'unavailable') });
}

function unrecorded(): NotAdmitted {
  return { verdict: 'deny', rule: undefined, reason: 'audit_unavailable', refused: { code: 'audit_unavailable' } };
}

function refusal({ verdict, call }: Admission, reason: DecisionReason, refused: Refused, kind: 'deny' | 'ask' = 'deny'): NotAdmitted {
  const say = refused.say === undefined ? undefined : `${refused.say} Whoever runs the gateway can look it up: record ${call.id}.`;
  return { verdict: kind, rule: verdict?.rule, reason, refused: { ...refused, say } };
}
