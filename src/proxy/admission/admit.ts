// The admission: everything that stands between a request and its server, in one order, for every request that wants there: an agent's own, a
// later round of a bridge, one server's share of a question to many. Nothing else leads to a permit.

import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { Edit, JsonObject } from '../../mcp/index.ts';
import { currentCaller } from '../current-caller.ts';
import type { Call, Ports } from '../exchange.ts';
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

const NO_EDITS: readonly Edit[] = [];
/** What it is for the bridges, where a session may hold a question back: nothing waits. */
const NOTHING: Pending = Object.freeze({ abandon: () => {} });

/** Takes a request through the steps. `done` is called once, at once unless a step has to wait; not at all once it was abandoned. */
export function admit(wanting: Wanting, ports: Ports, done: (admitted: Admitted) => void): Pending {
  const admitting = new Admitting(wanting, ports, done);
  admitting.begin();
  return admitting.isOver ? NOTHING : admitting;
}

/** A class, as every call has one: its fields are what the steps find out. */
class Admitting implements Admission, Pending {
  readonly call: Call;
  readonly params: JsonObject | undefined;
  readonly bytes: Uint8Array;
  readonly isLater: boolean;
  snapshot: Snapshot;
  principal: Principal;
  taint: Admission['taint'] = undefined;
  found: Admission['found'] = undefined;
  findings: Admission['findings'] = undefined;
  isNoted = false;
  treatment: Admission['treatment'] = undefined;
  verdict: Admission['verdict'] = undefined;
  onAbandoned: (() => void) | undefined = undefined;
  isOver = false;
  readonly #ports: Ports;
  readonly #done: (admitted: Admitted) => void;
  readonly #steps: readonly Step[];
  #next = 0;

  constructor({ call, params, bytes, isLater }: Wanting, ports: Ports, done: (admitted: Admitted) => void) {
    const { arrival } = call;
    this.call = call;
    this.params = params;
    this.bytes = bytes;
    this.isLater = isLater;
    this.snapshot = isLater ? ports.snapshot() : arrival.snapshot;
    this.principal = arrival.principal;
    this.#ports = ports;
    this.#done = done;
    this.#steps = arrival.unread === undefined ? STEPS : UNREAD_STEPS;
  }

  begin(): void {
    if (this.isLater && !renew(this, this.#ports)) this.#end(noLeave());
    else this.#run();
  }

  proceed(refusal: NotAdmitted | undefined): void {
    this.#goOn(() => (refusal === undefined ? this.#run() : this.#end(refusal)));
  }

  again(): void {
    this.#goOn(() => {
      this.#next = 0;
      if (!renew(this, this.#ports)) return this.#end(noLeave());
      this.#run();
    });
  }

  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onAbandoned?.();
  }

  #run(): void {
    while (this.#next < this.#steps.length) {
      const stepped = this.#steps[this.#next++]?.(this, this.#ports);
      if (stepped === LATER) return;
      if (stepped !== undefined) return this.#end(stepped);
    }
    const { verdict, principal, snapshot, taint, treatment } = this;
    this.isOver = true;
    if (verdict?.kind === 'allow')
      this.#done({ kind: 'admitted', allow: verdict, principal, snapshot, taint, edits: treatment?.edits ?? NO_EDITS });
    else this.#done({ kind: 'refused', ...noLeave(), taint });
  }

  #end(refusal: NotAdmitted): void {
    this.isOver = true;
    this.#done({ kind: 'refused', ...veil(refusal, this), taint: this.taint });
  }

  /** Called back from elsewhere, where nobody knows this request: a fault of ours must end it and nothing else. */
  #goOn(step: () => void): void {
    if (this.isOver) return;
    try {
      step();
    } catch (error) {
      const refused = refusedBy(error, this.#ports.log);
      if (!this.isOver) this.#end({ verdict: 'deny', rule: undefined, reason: refused.code, refused });
    }
  }
}

/** Rounds and waits may take minutes, and a key may have been revoked meanwhile. False: the caller is nobody any more. */
function renew(admission: Admission, ports: Ports): boolean {
  const { principal, peer } = admission.call.arrival;
  admission.snapshot = ports.snapshot();
  admission.verdict = undefined;
  const current = currentCaller(principal, peer.listener, admission.snapshot, ports.nowMs());
  if (current !== undefined) admission.principal = current;
  return current !== undefined;
}

function noLeave(): NotAdmitted {
  return {
    verdict: 'deny',
    rule: undefined,
    reason: 'denied',
    refused: { code: 'denied', say: 'This agent has no leave to do this any more.' },
  };
}
