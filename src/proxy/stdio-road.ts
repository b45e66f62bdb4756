// The road to a stdio server in the legacy era: each session has its own process, so messages travel as they are, ids and all. A session over
// HTTP+SSE is spoken to in the same way: its event stream is its pipe.

import type { Envelope } from '../policies/index.ts';
import { createAgentHearing, guarded, tie } from './agent-hearing.ts';
import type { Answer } from './answer.ts';
import { approveFinal } from './approved.ts';
import type { Ready, Session } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { revisionOf } from './http-road.ts';
import type { FinalHook } from './server-messages.ts';
import { declaredBy } from './server-questions.ts';

/** Opens the pipe of a new session and lets the server answer initialize. */
export function carryStdioInitialize(envelope: Envelope<Call>, readiness: Ready, answer: Answer, ports: Ports, body: Uint8Array): void {
  const call = envelope.payload;
  const { inbound } = call;
  if (inbound.kind !== 'legacy' || inbound.message.kind !== 'request') return;
  const session = ports.sessions.openStdio(envelope.principal, call.server, readiness, call.arrival.snapshot.limits);
  if ('code' in session) return answer.refuse(session, 'refused');
  call.forwardedUs = ports.nowUs();
  const message = { ...inbound.message, document: { ...inbound.message.document, bytes: body } };
  const onFinal: FinalHook = (final) => {
    const serverRevision = final.kind === 'result' ? revisionOf(final) : undefined;
    if (typeof serverRevision === 'string') {
      const spoken = { revision: call.question.revision ?? serverRevision, serverRevision, declared: declaredBy(call) };
      return { headers: ['Mcp-Session-Id', ports.sessions.sealStdio(envelope.principal, session, spoken)] };
    }
    session.close(); // The server refused to begin, or speaks what is not carried: it may have become another.
    call.server.doubt();
    return serverRevision ?? { headers: [] };
  };
  session.request(call, message, answer, {
    approve: (final, next) => approveFinal(call, final, ports, (approved) => guarded(answer, ports, () => next(approved))),
    onFinal,
  });
  answer.onGone = () => {
    if (answer.finished) return;
    answer.end('cancelled');
    session.close(); // Nobody has heard of it, so nobody could end it.
  };
}

/** Carries anything of an open session. */
export function carryStdioLegacy(
  envelope: Envelope<Call>,
  found: Extract<Session, { kind: 'stdio' }>,
  token: string,
  answer: Answer,
  ports: Ports,
): void {
  const call = envelope.payload;
  const { inbound } = call;
  const { session } = found;
  call.forwardedUs = ports.nowUs();
  switch (inbound.kind) {
    case 'stream':
      if (!session.listen(call, answer)) answer.refuse({ code: 'too_many', say: 'This session has a GET stream already.' }, 'refused');
      return;
    case 'end':
      ports.sessions.end(token, found);
      return answer.empty(204, 'ok');
    case 'legacy':
      if (inbound.message.kind === 'request') {
        if (
          !session.request(call, inbound.message, answer, {
            approve: (final, next) => approveFinal(call, final, ports, (approved) => guarded(answer, ports, () => next(approved))),
          })
        )
          answer.refuse({ code: 'rpc_malformed', say: 'A request with this id is under way in this session.' }, 'refused');
        return;
      }
      if (!session.tell(inbound.message))
        return answer.refuse({ code: 'rpc_malformed', say: 'The server asked nothing with this id.' }, 'refused');
      return answer.empty(202, 'ok');
    default:
      return answer.refuse({ code: 'internal' }, 'failed');
  }
}

/** Carries a modern request over the agent's own process. */
export function carryStdioModern(envelope: Envelope<Call>, answer: Answer, ports: Ports): void {
  const call = envelope.payload;
  if (call.inbound.kind !== 'modern') return;
  const mux = ports.sessions.muxes.find(envelope.principal, call.server, call.arrival.snapshot.limits);
  if ('code' in mux) return answer.refuse(mux, 'refused');
  call.forwardedUs = ports.nowUs();
  tie(answer, mux.request(call, call.inbound.message, createAgentHearing(call, answer, ports)));
}
