// A person decides whether an agent may see an answer: it is held for as long as a call waits for an approval, and shown if somebody says yes. They are
// told what kind of thing is in it and which call it answers, never what it says. A yes that comes too late is good for the next answer to the same
// call with the same kinds of things in it, once, like every approval.

import { canonicalJson } from '../../mcp/index.ts';
import type { Found } from '../../inspection/index.ts';
import type { AskedAnswer, AskedQuestion } from '../approvals/types.ts';
import { later } from '../bridge/later.ts';
import type { Call } from '../exchange.ts';
import { argumentsOf } from '../verdicts.ts';
import { paramsOf } from './outgoing.ts';

/** What came of asking: yes, or what the agent reads instead of the answer. */
export type Leave = { readonly kind: 'shown' } | { readonly kind: 'kept'; readonly say: string };

/** Who may approve what inspection asks about: whoever may approve at all. */
export const TERMS = { expiresAfterMs: 3_600_000, approvers: [], notRequester: false } as const;
/** Named in questions and records in the place of a rule. */
export const RULE = 'inspection';

/** Asks about an answer. `done` is called once, later. */
export function askAboutAnswer(call: Call, found: readonly Found[], done: (leave: Leave) => void): void {
  const { approvals, nowMs } = call.inspecting;
  const question = questionAbout(call, found);
  if (question === undefined)
    return done({
      kind: 'kept',
      say: 'A person would have to approve that it is shown, and nobody can be asked about this kind of request.',
    });
  let over = false;
  let pendingId = '';
  const beganMs = nowMs();
  const finish = (leave: Leave): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    asking.drop();
    approvals.waited(leave.kind === 'shown' ? 'approved' : 'unanswered', nowMs() - beganMs);
    done(leave);
  };
  const keep = (why: string): void => finish({ kind: 'kept', say: why });
  const heard = (said: AskedAnswer): void => {
    if (over) return;
    switch (said.kind) {
      case 'granted':
        return finish({ kind: 'shown' });
      case 'pending':
        pendingId = said.id;
        call.approvalId = said.id;
        return;
      case 'approved':
        return approvals.take({ tenant: question.tenant, id: said.id, call: call.id }, (isTaken) =>
          isTaken === true ? finish({ kind: 'shown' }) : keep(`Approval ${said.id} was used by another call.`),
        );
      case 'rejected':
        return keep(`A person has rejected that it is shown (approval ${said.id}).`);
      case 'refused':
        return keep('A person would have to approve that it is shown, and nobody can be asked now. Try again later.');
      default:
        return said satisfies never;
    }
  };
  const patience = later(call.arrival.snapshot.limits.approvalWaitMs, () =>
    keep(
      `A person has to approve that it is shown. It waits as approval ${pendingId}: whoever may approve it says 'sallyport approvals approve ${pendingId}'. ` +
        'Then the answer to the same call is shown, once.',
    ),
  );
  const asking = approvals.ask(question, call.id, heard);
}

/** Undefined where the request is about nothing that a person could be shown by name. */
function questionAbout(call: Call, found: readonly Found[]): AskedQuestion | undefined {
  const { arrival, question, server, inbound, sentArguments } = call;
  const { subject } = question;
  if (subject.kind === 'server') return undefined;
  const { tenant, agent, user } = arrival.principal;
  const counts: Record<string, number> = {};
  for (const { type } of found) counts[type] = (counts[type] ?? 0) + 1;
  const args = sentArguments ?? argumentsOf(question.method, paramsOf(inbound)) ?? null;
  const content = canonicalJson({ arguments: args, answer: { holds: counts } });
  const { kind, name } = subject;
  return { tenant, agent, user, server: server.name, kind, name, fingerprint: undefined, rule: RULE, terms: TERMS, risk: 'high', content };
}
