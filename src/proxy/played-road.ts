// The road of a legacy agent whose session the gateway plays: in front of a modern server, or of several servers as one. What belongs to
// the session is answered here (2025-11-25 basic/lifecycle, basic/utilities); everything else is asked in the modern form.

import {
  errorAnswer,
  legacyRevisionFor,
  modernClientCapabilities,
  resultAnswer,
  shapeError,
  shapeImplementation,
  shapeServerCapabilities,
} from '../mcp/index.ts';
import type { JsonObject, JsonValue, Message, MessageId } from '../mcp/index.ts';
import type { Envelope } from '../policies/index.ts';
import type { Answer } from './answer.ts';
import { guarded } from './agent-hearing.ts';
import { approve } from './approved.ts';
import { ask, askMember } from './ask.ts';
import { ownRequest } from './bridge/index.ts';
import type { FinalMessage, PlayedFacts, PlayedSession, Reach, Session } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { inspectFinal } from './inspection/final.ts';

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const LOG_LEVELS: readonly string[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Opens a session and answers initialize with what the servers say about themselves. */
export function carryPlayedInitialize(envelope: Envelope<Call>, answer: Answer, ports: Ports): void {
  const call = envelope.payload;
  const { inbound } = call;
  if (inbound.kind !== 'legacy' || inbound.message.kind !== 'request') return;
  const { id, params } = inbound.message;
  const declared = params?.['capabilities'];
  if (!isObject(declared)) return answer.refuse({ code: 'params_malformed', say: 'initialize needs params.capabilities.' }, 'refused');
  const revision = legacyRevisionFor(params?.['protocolVersion']);
  const clientInfo = params?.['clientInfo'];
  const facts = {
    revision,
    clientCapabilities: modernClientCapabilities(declared, revision),
    clientInfo: isObject(clientInfo) ? clientInfo : undefined,
    whole: { server: call.server, members: call.members },
  };
  const wanted = ownRequest('sallyport-discover', 'server/discover', {}, { ...facts, logLevel: undefined });
  const asking = ask(
    { call, ...wanted, scope: '' },
    {
      full: false,
      note: () => {},
      final: (said) => {
        call.answeredUs = ports.nowUs();
        const inspect = (approved: FinalMessage): void =>
          inspectFinal(call, approved, ports, (shown) => guarded(answer, ports, () => welcome(shown, id, facts, envelope, answer, ports)));
        // Of several servers as one, each one's words were judged when they came.
        if (call.members !== undefined) return inspect(said);
        approve({ server: call.server.name, method: 'server/discover', final: said, isFirst: true }, ports, inspect);
      },
      fail: (refused, outcome) => answer.refuse(refused, outcome),
    },
    ports,
  );
  answer.onGone = () => {
    asking.giveUp(); // Nobody has a session yet that could fetch the answer.
    if (!answer.finished) answer.end('cancelled');
  };
}

function welcome(
  said: FinalMessage,
  id: MessageId,
  facts: Omit<PlayedFacts, 'serverCapabilities'>,
  { principal, payload: call }: Envelope<Call>,
  answer: Answer,
  ports: Ports,
): void {
  if (said.kind === 'error') return answer.json(200, shapeError(said.document, 'initialize', id, facts.revision), 'rpc_error');
  const discovered = isObject(said.result) ? said.result : {};
  const { capabilities, instructions, _meta: meta } = discovered;
  const offered = isObject(capabilities) ? capabilities : {};
  const info = isObject(meta) ? meta[SERVER_INFO] : undefined;
  const { arrival } = call;
  const opened = ports.sessions.openPlayed(principal, arrival.route.key, arrival.snapshot.limits, {
    ...facts,
    serverCapabilities: offered,
  });
  if (typeof opened === 'string') return answer.refuse({ code: 'too_many', say: opened }, 'refused');
  const result = {
    protocolVersion: facts.revision,
    capabilities: shapeServerCapabilities(offered, facts.revision),
    serverInfo: { name: call.server.name, version: 'unknown', ...(isObject(info) && shapeImplementation(info, facts.revision)) },
    ...(typeof instructions === 'string' && { instructions }),
  };
  const token = ports.sessions.sealPlayed(principal, opened, facts.revision);
  answer.json(200, resultAnswer(id, result), 'ok', ['Mcp-Session-Id', token]);
}

/** Carries anything of an open session. */
export function carryPlayed(
  envelope: Envelope<Call>,
  found: Extract<Session, { kind: 'played' }>,
  token: string,
  answer: Answer,
  ports: Ports,
): void {
  const call = envelope.payload;
  const { inbound } = call;
  const { session } = found;
  const reach = reachFor(ports);
  switch (inbound.kind) {
    case 'stream':
      if (!session.listen(call, answer, reach))
        answer.refuse({ code: 'too_many', say: 'This session has a GET stream already.' }, 'refused');
      return;
    case 'end':
      ports.sessions.end(token, found);
      return answer.empty(204, 'ok');
    case 'legacy':
      if (inbound.message.kind === 'request') return request(call, inbound.message, session, answer, reach);
      if (!session.tell(inbound.message))
        return answer.refuse({ code: 'rpc_malformed', say: 'Nothing with this id was asked, or it is answered already.' }, 'refused');
      return answer.empty(202, 'ok');
    default:
      return answer.refuse({ code: 'internal' }, 'failed');
  }
}

function request(call: Call, message: Extract<Message, { kind: 'request' }>, session: PlayedSession, answer: Answer, reach: Reach): void {
  const { id, method, params } = message;
  const done = (): void => answer.json(200, resultAnswer(id, {}), 'ok');
  const lacks = (what: string): void =>
    answer.json(200, errorAnswer(id, METHOD_NOT_FOUND, `The MCP server '${call.server.name}' has no ${what}.`), 'rpc_error');
  switch (method) {
    case 'ping':
      return done();
    case 'logging/setLevel': {
      const level = params?.['level'];
      if (!isObject(session.serverCapabilities['logging'])) return lacks('log messages');
      if (typeof level !== 'string' || !LOG_LEVELS.includes(level))
        return answer.json(
          200,
          errorAnswer(id, INVALID_PARAMS, `The parameter level must be one of ${LOG_LEVELS.join(', ')}.`),
          'rpc_error',
        );
      session.setLogLevel(level);
      return done();
    }
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      const uri = params?.['uri'];
      const { resources } = session.serverCapabilities;
      if (!isObject(resources) || resources['subscribe'] !== true) return lacks('subscriptions');
      if (typeof uri !== 'string') return answer.refuse({ code: 'params_malformed' }, 'refused');
      call.forwardedUs = reach.ports.nowUs();
      return session.watch(uri, method === 'resources/subscribe', call, reach, (refused) => {
        call.answeredUs = reach.ports.nowUs();
        if (refused === undefined) done();
        else answer.refuse(refused, 'failed');
      });
    }
    default: {
      const refused = session.request(call, message, answer, reach);
      if (refused !== undefined) answer.refuse(refused, 'refused');
    }
  }
}

function reachFor(ports: Ports): Reach {
  return {
    ports,
    ask: (wanted, hearing) => ask(wanted, hearing, ports),
    askOwn: (parent, { server, members }, { message, request }, scope, hearing) =>
      askMember(parent.arrival, server, { message, request: request, subject: { kind: 'server' }, scope, members }, hearing, ports),
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
