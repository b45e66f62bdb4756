// The bridges' way to a server. Whatever a bridge wants to send, whether the first request, the next round with an agent's answers, or
// one server's share of a question to many: it is judged here under the snapshot of now, over exactly the bytes that go out.

import { ANONYMOUS_KEY_ID } from '../agents/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Snapshot } from '../config/index.ts';
import { GatewayError } from '../base/index.ts';
import { describeDenial, isPermit, settle } from '../policies/index.ts';
import type { Denial, Permit, Subject } from '../policies/index.ts';
import type { ModernRequest } from '../mcp/index.ts';
import type { Readiness, Server } from '../servers/index.ts';
import { askMembers } from './aggregate-road.ts';
import { askModernHttp, askModernStdio, OVER } from './bridge/index.ts';
import type { Ask, Asking, Hearing, RequestMessage } from './bridge/index.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';
import { tooMany } from './in-flight.ts';
import { recordDecision, recordOutcome } from './record.ts';
import { refusedBy } from './rescue.ts';
import { judgeCall } from './verdicts.ts';

/** Sends a request in the modern form to the server of a call, if policy allows these bytes now. */
export function ask(wanted: Ask, hearing: Hearing, ports: Ports): Asking {
  const permit = permitNow(wanted, ports);
  if ('kind' in permit) {
    hearing.fail({ code: 'denied', say: describeDenial(permit, wanted.call.question.subject) }, 'refused');
    return OVER;
  }
  return send(permit, wanted, hearing, ports);
}

/** Sends what a permit allows. `wanted.message` has the permit's bytes. */
export function send(permit: Permit<Call>, wanted: Ask, hearing: Hearing, ports: Ports): Asking {
  if (!isPermit(permit)) throw new GatewayError('internal', { cause: new Error('a bridge was asked without a permit') });
  if (permit.take().bytes !== wanted.message.document.bytes)
    throw new GatewayError('internal', { cause: new Error('a bridge was asked to send other bytes than were permitted') });
  const { call } = wanted;
  let asking: Asking | undefined;
  let givenUp = false;
  const fail: Hearing['fail'] = (refused, outcome) => {
    if (!givenUp) hearing.fail(refused, outcome);
  };
  const go = (): void => call.server.prepare(begin);
  const begin = (readiness: Readiness): void => {
    if (givenUp) return;
    // Called back from elsewhere, where nobody knows this call: a fault of ours must end it and nothing else.
    try {
      const full = tooMany(call);
      if (full !== undefined) return fail(full, 'refused');
      if (readiness.kind === 'failed') {
        ports.log.warn('a server cannot be used', { server: call.server.name, reason: readiness.reason });
        return fail({ code: readiness.code, say: unusable(call.server.name, readiness.code) }, 'failed');
      }
      const { verdict, http } = readiness;
      call.forwardedUs = ports.nowUs();
      if (call.members !== undefined) asking = askMembers(wanted, hearing, ports, askMember);
      else if (!verdict.modern) asking = ports.legacyServers.ask(wanted, readiness, hearing, ports);
      else if (http === undefined) asking = askModernStdio(wanted, hearing, ports);
      else asking = askModernHttp(wanted, http, hearing, ports);
    } catch (error) {
      fail(refusedBy(error, ports.log), 'failed');
    }
  };
  // Critical: if the machine dies now, the log must already say what was about to be done.
  if (permit.obligations.class === 'critical')
    ports.audit.whenDurable(call.decisionSeq, (fault) => (fault === undefined ? go() : fail({ code: 'audit_unavailable' }, 'refused')));
  else go();
  return {
    giveUp: () => {
      givenUp = true;
      asking?.giveUp();
    },
    resume: () => asking?.resume(),
  };
}

/** What is asked beside the agent's own request, for it. */
export interface Member {
  readonly message: RequestMessage;
  readonly request: ModernRequest;
  readonly subject: Subject;
  readonly scope: string;
  /** Where several servers are asked as one. */
  readonly members?: readonly string[] | undefined;
}

/** One server's share of a question to several, or a question of a session's own: a call of its own, with its own decision and outcome on record. */
export function askMember(arrival: Arrival, server: Server, member: Member, hearing: Hearing, ports: Ports): Asking {
  const { message, request, subject, scope, members } = member;
  const call: Call = {
    id: ports.newId(),
    arrival: { ...arrival, arrivedUs: ports.nowUs() },
    inbound: { kind: 'modern', message, request, subject },
    question: { era: 'modern', revision: request.revision, method: request.method, rule: request.rule, subject },
    server,
    members,
    decisionSeq: 0,
    denied: false,
    refusedWith: undefined,
    forwardedUs: 0,
    answeredUs: 0,
    answerBytes: 0,
    outcome: undefined,
  };
  const verdict = judgeCall({ call, params: message.params }, arrival.principal, ports.snapshot(), ports.nowMs());
  if (!recordDecision(call, verdict, ports)) {
    hearing.fail({ code: 'audit_unavailable' }, 'refused');
    return OVER;
  }
  const end = (outcome: OutcomeStatus): boolean => {
    if (call.outcome !== undefined) return false;
    call.outcome = outcome;
    call.answeredUs = ports.nowUs();
    recordOutcome(call, outcome, ports);
    return true;
  };
  const asking = ask(
    { call, message, request, scope },
    {
      get full() {
        return hearing.full;
      },
      note: (said) => hearing.note(said),
      final: (said) => {
        call.answerBytes = said.document.bytes.length;
        if (end(said.kind === 'error' ? 'rpc_error' : 'ok')) hearing.final(said);
      },
      fail: (refused, outcome) => {
        call.refusedWith = refused.code;
        if (end(outcome)) hearing.fail(refused, outcome);
      },
    },
    ports,
  );
  return {
    giveUp: () => {
      asking.giveUp();
      end('cancelled');
    },
    resume: () => asking.resume(),
  };
}

/** What an agent reads when a server cannot be used. */
export function unusable(server: string, code: 'upstream_timeout' | 'upstream_unreachable'): string {
  return `The MCP server '${server}' ${code === 'upstream_timeout' ? 'does not answer' : 'cannot be reached'} now. Other servers are not affected.`;
}

function permitNow(wanted: Ask, ports: Ports): Permit<Call> | Denial {
  const { call, message, request } = wanted;
  const { subject } = call.question;
  const snapshot = ports.snapshot();
  const nowMs = ports.nowMs();
  const principal = currentPrincipal(call.arrival.principal, call.arrival.peer.listener, snapshot, nowMs);
  if (principal === undefined) return { kind: 'deny', rule: undefined, reason: 'no-rule' };
  const settled = settle(judgeCall({ call, params: message.params }, principal, snapshot, nowMs), [], {
    bytes: message.document.bytes,
    server: call.server.name,
    method: request.method,
    name: subject.kind === 'server' ? undefined : subject.name,
    principal,
    revision: snapshot.revision,
    payload: call,
  });
  return settled.kind === 'permit' ? settled.permit : settled;
}

/** The caller as it stands now: rounds may be minutes apart, and a key may have been revoked meanwhile. */
export function currentPrincipal(principal: Principal, listener: string, snapshot: Snapshot, nowMs: number): Principal | undefined {
  if (principal.keyId !== ANONYMOUS_KEY_ID) return snapshot.agents.current(principal, nowMs);
  const anonymous = snapshot.listeners.find((one) => one.name === listener)?.anonymous;
  return anonymous === principal.agent ? snapshot.agents.anonymous(principal.agent) : undefined;
}
