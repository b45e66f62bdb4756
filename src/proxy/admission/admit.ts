// The admission: everything that stands between a request and its server, in one order, for every request that wants there: an agent's own, a
// later round of a bridge, one server's share of a question to many. Nothing else leads to a permit.

import { ANONYMOUS_KEY_ID } from '../../agents/index.ts';
import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { Ports } from '../exchange.ts';
import { refusedBy } from '../rescue.ts';
import { askPerson } from './ask-step.ts';
import { judge, judgeUnread } from './judge-step.ts';
import { noteTaint, readTaint } from './flow-steps.ts';
import { checkArguments } from './arguments-step.ts';
import { checkApproved } from './gate-step.ts';
import { actOnFindings, inspectRequest } from './inspect-steps.ts';
import { chargeLimits } from './limits-step.ts';
import { stopLocked } from './lockdown-step.ts';
import { LATER } from './types.ts';
import { veil } from './veil.ts';
import type { Admission, Admitted, NotAdmitted, Pending, Step, Wanting } from './types.ts';

/** What is asked for least stands first; what takes something stands last, so that nothing is taken for what is refused. */
const STEPS: readonly Step[] = [
  stopLocked,
  checkApproved,
  checkArguments,
  inspectRequest,
  readTaint,
  judge,
  actOnFindings,
  askPerson,
  chargeLimits,
  noteTaint,
  stopLocked,
];

/** Of what nobody looks into, nothing can be asked but who wants to go where. */
const UNREAD_STEPS: readonly Step[] = [stopLocked, judgeUnread, chargeLimits, noteTaint, stopLocked];

/** What it is for the bridges, where a session may hold a question back: nothing waits. */
const NOTHING: Pending = Object.freeze({ abandon: () => {} });

/** Takes a request through the steps. `done` is called once, at once unless a step has to wait; not at all once it was abandoned. */
export function admit(wanting: Wanting, ports: Ports, done: (admitted: Admitted) => void): Pending {
  const { call } = wanting;
  const { arrival } = call;
  const steps = arrival.unread === undefined ? STEPS : UNREAD_STEPS;
  let next = 0;
  let over = false;

  const end = (refusal: NotAdmitted): void => {
    over = true;
    done({ kind: 'refused', ...veil(refusal, admission), taint: admission.taint });
  };
  const run = (): void => {
    while (next < steps.length) {
      const stepped = steps[next++]?.(admission, ports);
      if (stepped === LATER) return;
      if (stepped !== undefined) return end(stepped);
    }
    const { verdict, principal, snapshot, taint, treatment } = admission;
    over = true;
    if (verdict?.kind === 'allow') done({ kind: 'admitted', allow: verdict, principal, snapshot, taint, edits: treatment?.edits ?? [] });
    else done({ kind: 'refused', ...noLeave(), taint });
  };
  /** Called back from elsewhere, where nobody knows this request: a fault of ours must end it and nothing else. */
  const goOn = (step: () => void): void => {
    if (over) return;
    try {
      step();
    } catch (error) {
      const refused = refusedBy(error, ports.log);
      if (!over) end({ verdict: 'deny', rule: undefined, reason: refused.code, refused });
    }
  };

  const admission: Admission = {
    ...wanting,
    snapshot: wanting.isLater ? ports.snapshot() : arrival.snapshot,
    principal: arrival.principal,
    taint: undefined,
    found: undefined,
    findings: undefined,
    isNoted: false,
    treatment: undefined,
    verdict: undefined,
    proceed: (refusal) => goOn(() => (refusal === undefined ? run() : end(refusal))),
    again: () =>
      goOn(() => {
        next = 0;
        if (!renew(admission, ports)) return end(noLeave());
        run();
      }),
    onAbandoned: undefined,
  };
  if (wanting.isLater && !renew(admission, ports)) end(noLeave());
  else run();
  if (over) return NOTHING;
  return {
    abandon: () => {
      if (over) return;
      over = true;
      admission.onAbandoned?.();
    },
  };
}

/** Rounds and waits may take minutes, and a key may have been revoked meanwhile. False: the caller is nobody any more. */
function renew(admission: Admission, ports: Ports): boolean {
  const { principal, peer } = admission.call.arrival;
  admission.snapshot = ports.snapshot();
  admission.verdict = undefined;
  const current = currentPrincipal(principal, peer.listener, admission.snapshot, ports.nowMs());
  if (current !== undefined) admission.principal = current;
  return current !== undefined;
}

/** The caller as it stands now. */
function currentPrincipal(principal: Principal, listener: string, snapshot: Snapshot, nowMs: number): Principal | undefined {
  if (principal.keyId !== ANONYMOUS_KEY_ID) return snapshot.agents.current(principal, nowMs);
  const anonymous = snapshot.listeners.find((one) => one.name === listener)?.anonymous;
  return anonymous === principal.agent ? snapshot.agents.anonymous(principal.agent) : undefined;
}

function noLeave(): NotAdmitted {
  return {
    verdict: 'deny',
    rule: undefined,
    reason: 'denied',
    refused: { code: 'denied', say: 'This agent has no leave to do this any more.' },
  };
}
