// The bridges' way to a server. Whatever a bridge wants to send, whether the first request, the next round with an agent's answers, or
// one server's share of a question to many: it is judged here under the snapshot of now, over exactly the bytes that go out.

import { GatewayError } from '../base/index.ts';
import { describeDenial, settle } from '../policies/index.ts';
import type { Denial, Envelope, Permit, Subject } from '../policies/index.ts';
import type { ModernRequest } from '../mcp/index.ts';
import type { Readiness, Server } from '../servers/index.ts';
import { admit, whyLocked } from './admission/index.ts';
import type { Admitted, Pending } from './admission/index.ts';
import { askMembers } from './aggregate-road.ts';
import { askModernHttp, askModernStdio } from './bridge/index.ts';
import type { Ask, Asking, Hearing, RequestMessage } from './bridge/index.ts';
import { beginCall } from './call.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';
import { tooMany } from './in-flight.ts';
import { asSent, outgoing } from './inspection/outgoing.ts';
import { dutiesOf } from './inspection/treat.ts';
import { decisionOf, recordDecision, recordOutcome } from './record.ts';
import { refusedBy } from './rescue.ts';
import { awaitServer } from './times.ts';

type Ready = Extract<Readiness, { kind: 'ready' }>;

const LISTEN = 'subscriptions/listen';

/** Sends a later message of a call in the modern form to the call's server, if everything still lets these bytes through now. */
export function ask(wanted: Ask, hearing: Hearing, ports: Ports): Asking {
  return start(wanted, hearing, ports, (go) =>
    admit(
      { call: wanted.call, params: asSent(wanted.call, wanted.message.params), bytes: wanted.message.document.bytes, isLater: true },
      ports,
      (admitted) => {
        if (admitted.kind === 'refused') hearing.fail(admitted.refused, 'refused');
        else go(admitted);
      },
    ),
  );
}

/** Sends what was permitted to the server of its call, or to its servers, in the way of each. `wanted.message` has the envelope's bytes. */
export function reach(envelope: Envelope<Call>, wanted: Ask, readiness: Ready, hearing: Hearing, ports: Ports): Asking {
  if (envelope.bytes !== wanted.message.document.bytes)
    throw new GatewayError('internal', { cause: new Error('a bridge was asked to send other bytes than were permitted') });
  const { call } = wanted;
  call.forwardedUs = ports.nowUs();
  if (call.members !== undefined) return askMembers(wanted, hearing, ports, askMember);
  if (!readiness.verdict.modern) return ports.legacyServers.ask(wanted, readiness, hearing, ports);
  if (readiness.http === undefined) return askModernStdio(wanted, hearing, ports);
  const { http } = readiness;
  const alone = (): Asking => askModernHttp(wanted, http, hearing, ports);
  return wanted.request.method === LISTEN ? ports.listens.listen({ ask: wanted, hearing, alone }, http, ports) : alone();
}

type Leave = Extract<Admitted, { kind: 'admitted' }>;

/** Asks once it is let: `admission` may take its time, and so may the server until it can be used. */
function start(asked: Ask, heard: Hearing, ports: Ports, admission: (go: (leave: Leave) => void) => Pending): Asking {
  const { call } = asked;
  let wanted = asked;
  let asking: Asking | undefined;
  let givenUp = false;
  const fail: Hearing['fail'] = (refused, outcome) => {
    if (!givenUp) heard.fail(refused, outcome);
  };
  const begin = (envelope: Envelope<Call>, readiness: Readiness): void => {
    if (givenUp) return;
    // Called back from elsewhere, where nobody knows this call: a fault of ours must end it and nothing else.
    try {
      const full = tooMany(call);
      if (full !== undefined) return fail(full, 'refused');
      // It may have taken its time until the server could be used.
      const locked = whyLocked(call, ports);
      if (locked !== undefined) return fail(locked.refused, 'refused');
      if (readiness.kind === 'failed') {
        ports.log.warn('a server cannot be used', { server: call.server.name, reason: readiness.reason });
        return fail({ code: readiness.code, say: unusable(call.server.name, readiness.code) }, 'failed');
      }
      asking = reach(envelope, wanted, readiness, heard, ports);
    } catch (error) {
      fail(refusedBy(error, ports.log), 'failed');
    }
  };
  const pending = admission((leave) => {
    const message = outgoing(call, asked.message, leave, ports);
    if ('code' in message) return fail(message, 'refused');
    call.duties = dutiesOf(leave.allow.obligations);
    call.isCritical ||= leave.allow.obligations.class === 'critical';
    wanted = message === asked.message ? asked : { ...asked, message };
    const permit = permitFor(wanted, leave);
    if ('kind' in permit) return fail({ code: 'denied', say: describeDenial(permit, call.question.subject) }, 'refused');
    const go = (): void => awaitServer(call, ports.nowUs, (readiness) => begin(permit.take(), readiness));
    // Critical: if the machine dies now, the log must already say what was about to be done.
    if (permit.obligations.class === 'critical')
      ports.audit.whenDurable(call.decisionSeq, (fault) => (fault === undefined ? go() : fail({ code: 'audit_unavailable' }, 'refused')));
    else go();
  });
  return {
    giveUp: () => {
      givenUp = true;
      pending.abandon();
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
  const inbound = { kind: 'modern', message, request, subject } as const;
  const call = beginCall(
    {
      id: ports.newId(),
      arrival: { ...arrival, arrivedUs: ports.nowUs() },
      inbound,
      trace: arrival.trace === undefined ? undefined : ports.tracing.begin(arrival, inbound),
      question: { era: 'modern', revision: request.revision, method: request.method, rule: request.rule, subject },
      server,
      members,
    },
    ports,
  );
  const end = (outcome: OutcomeStatus): boolean => {
    if (call.outcome !== undefined) return false;
    forget();
    call.outcome = outcome;
    call.answeredUs = ports.nowUs();
    recordOutcome(call, outcome, ports);
    return true;
  };
  const recorded: Hearing = {
    get full() {
      return hearing.full;
    },
    note: (said, shared) => hearing.note(said, shared),
    final: (said) => {
      call.answerBytes = said.document.bytes.length;
      if (end(said.kind === 'error' ? 'rpc_error' : 'ok')) hearing.final(said);
    },
    fail: (refused, outcome) => {
      call.refusedWith = refused.code;
      if (end(outcome)) hearing.fail(refused, outcome);
    },
  };
  // A share has no answer of its own that could be cut when its server is locked.
  const forget = ports.open.watch(call, () => {
    asking.giveUp();
    recorded.fail({ code: 'denied', say: 'The right to this ended while it was under way.' }, 'refused');
  });
  const asking: Asking = start({ call, message, request, scope }, recorded, ports, (go) =>
    admit({ call, params: message.params, bytes: message.document.bytes, isLater: false }, ports, (admitted) => {
      call.times.decidedUs = ports.nowUs();
      if (!recordDecision(call, decisionOf(admitted, ports.snapshot()), ports)) {
        forget();
        hearing.fail({ code: 'audit_unavailable' }, 'refused');
        return;
      }
      call.times.recordedUs = ports.nowUs();
      if (admitted.kind === 'refused') recorded.fail(admitted.refused, 'refused');
      else go(admitted);
    }),
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

function permitFor({ call, message, request }: Ask, { allow, principal, snapshot }: Leave): Permit<Call> | Denial {
  const { subject } = call.question;
  const settled = settle(allow, {
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
