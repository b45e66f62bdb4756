// One request of a legacy agent, played: asked in the modern form, and where the server answers that it needs input, the agent is asked in
// the way of its era, on the stream of its own request, and the server again with the answers (2026-07-28 basic/patterns/mrtr). The
// agent's hanging up cancels nothing (2025-11-25 basic/transports); only its word does.

import {
  errorAnswer,
  isHeaderMismatch,
  parseJson,
  rereadMessage,
  shapeError,
  shapeInput,
  shapeNotification,
  shapeResult,
  toolRefusal,
} from '../../mcp/index.ts';
import type { JsonDocument, JsonObject, JsonValue, MessageId, ModernRetry, ModernSelf, ModernSource } from '../../mcp/index.ts';
import { GatewayError } from '../../base/index.ts';
import type { Answer } from '../answer.ts';
import { approveFinal } from '../approved.ts';
import type { Call, OutcomeStatus } from '../exchange.ts';
import { nameAsker } from '../name-asker.ts';
import type { Refused } from '../rescue.ts';
import { sayable } from '../inspection/say.ts';
import { noteReleased } from '../committed.ts';
import { carryMessage, judgeFinal } from '../server-messages.ts';
import { refusedQuestions } from '../server-questions.ts';
import type { Asking, FinalMessage, NoteMessage, RequestMessage } from './party.ts';
import { createRound } from './played-round.ts';
import type { AgentResponse, Question, Round } from './played-round.ts';
import { later } from './later.ts';
import { modernOf } from './played-reach.ts';
import type { Reach, Wanted } from './played-reach.ts';

/** What a call needs of its session. */
export interface CallSession {
  readonly revision: string;
  readonly scope: string;
  readonly self: ModernSelf;
  readonly wrapped: ModernSource['wrapped'];
  /** An id for a request of ours to a server, never used before. */
  nextId(): string;
  /** An id for a request to the agent; its response comes back to `answered`, once. */
  readonly expect: (answered: (response: AgentResponse) => void) => MessageId;
  /** Nobody waits for the response any more. */
  readonly unexpect: (id: MessageId) => void;
}

/** A request under way. */
export interface PlayedCall {
  /** The agent took it back, or the session ends. */
  cancel(): void;
}

export interface PlayedCallOptions {
  readonly call: Call;
  readonly message: RequestMessage;
  readonly answer: Answer;
  readonly reach: Reach;
  readonly session: CallSession;
  /** It is answered, or will never be. */
  readonly onOver: () => void;
}

/** Who asks more often than this does not want an answer (SDK clients give up after 8 to 10). */
const MAX_ROUNDS = 10;
/** For all rounds together: a person may be asked several things, and be away. */
const MAX_ROUNDS_MS = 15 * 60_000;
/** Waits before a server is asked again that wanted nothing but that: at once, then longer each time. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2_000;

/** Begins a request. */
export function playCall(options: PlayedCallOptions): PlayedCall {
  const { call, message, answer, reach, session } = options;
  const { ports } = reach;
  const method = message.method;
  const tool = call.question.subject.kind === 'tool' ? call.question.subject.name : undefined;
  let asking: Asking | undefined;
  let round: Round | undefined;
  let retry: ModernRetry | undefined;
  let turn = 0;
  let rounds = 0;
  let empties = 0;
  let over = false;
  let limit: NodeJS.Timeout | undefined;
  let pause: NodeJS.Timeout | undefined;

  const finish = (): boolean => {
    if (over) return false;
    over = true;
    clearTimeout(limit);
    clearTimeout(pause);
    round?.drop();
    call.answeredUs = ports.nowUs();
    options.onOver();
    return true;
  };
  const refuse = (refused: Refused, outcome: OutcomeStatus): void => {
    if (finish()) answer.refuse(refused, outcome);
  };
  const distrust = (what: string): void =>
    refuse({ code: 'upstream_malformed', say: `The MCP server '${call.server.name}' ${what}.` }, 'failed');
  const send = (bytes: Uint8Array, outcome: OutcomeStatus): void => {
    if (!finish()) return;
    noteReleased(call, bytes, undefined);
    if (!answer.streaming) return answer.json(200, bytes, outcome);
    answer.final({ event: 'message', id: undefined, retry: undefined, data: bytes }, outcome);
  };
  const cancel = (): void => {
    asking?.giveUp();
    if (finish() && !answer.finished) answer.end('cancelled');
  };

  const ask = (): void => {
    const wanted = modernOf(message, session.self, retry);
    if (wanted === undefined) return refuse({ code: 'params_malformed' }, 'refused');
    if (wanted.message.document.bytes.length > call.arrival.snapshot.limits.maxBodyBytes)
      return refuse({ code: 'http_body_too_large', say: 'The answers to what the server asked are too large together.' }, 'refused');
    askWith(wanted);
  };
  const askWith = (wanted: Wanted): void => {
    const own = ++turn;
    const begun = reach.ask(
      { call, ...wanted, scope: session.scope },
      {
        get full() {
          return answer.full && !answer.finished;
        },
        note,
        final: (said) => guarded(() => final(said)),
        fail: refuse,
      },
    );
    if (turn === own) asking = begun; // Else it was answered at once, and something else is under way.
  };
  /** Answers come from elsewhere, where nobody knows this call: a fault of ours must end it and nothing else. */
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      ports.log.error('unexpected', { error: error instanceof Error ? error : new Error('a value that is no error was thrown') });
      refuse({ code: 'internal' }, 'failed');
    }
  };

  const note = (said: NoteMessage): void => {
    const shown = over || answer.finished ? undefined : sayable(call, said);
    if (shown === undefined) return;
    const bytes = shapeNotification(shown.document, shown.method, { revision: session.revision, modern: { wrapped: session.wrapped } });
    answer.event({ event: 'message', id: undefined, retry: undefined, data: bytes });
  };
  const final = (said: FinalMessage): void => {
    asking = undefined;
    turn++;
    if (over) return;
    if (said.kind === 'error') {
      // It wants other arguments mirrored than the approved definition says: its list is read before the next call.
      if (isHeaderMismatch(said.error) && tool !== undefined) ports.catalogue.doubt(call.server.name, 'tool', 'here');
    } else if (isObject(said.result) && said.result['resultType'] === 'input_required') {
      const refused = refusedQuestions(call, said);
      if (refused !== undefined) return refuse({ code: 'denied', say: refused }, 'refused');
      return begin(named(said.document));
    }
    approveFinal(call, { ...said, id: message.id }, ports, (approved) => guarded(() => conclude(said, approved)));
  };
  const conclude = (said: FinalMessage, approved: FinalMessage): void => {
    if (over) return;
    if (approved.kind === 'error') return send(shapeError(approved.document, method, message.id, session.revision), 'rpc_error');
    const judged = judgeFinal(call, approved);
    if (!judged.ok) return refuse(judged.error, 'failed');
    const { bytes, outcome } = judged.value;
    const shown = bytes === approved.document.bytes ? approved.document : reread(bytes);
    const modern = { wrapped: session.wrapped, tool, id: said.id === message.id ? undefined : message.id };
    send(shapeResult(shown, method, { revision: session.revision, modern }), outcome);
  };

  /** As the person in front of the agent should read it. */
  const named = (document: JsonDocument): JsonDocument => {
    const bytes = nameAsker(call, document);
    return bytes === document.bytes ? document : reread(bytes);
  };

  const begin = (document: JsonDocument): void => {
    const result = isObject(document.value) && isObject(document.value['result']) ? document.value['result'] : {};
    if (++rounds > MAX_ROUNDS) return distrust(`asks for input more than ${MAX_ROUNDS} times`);
    limit ??= later(MAX_ROUNDS_MS, () =>
      refuse({ code: 'upstream_timeout', say: 'What the MCP server asked was not answered in time.' }, 'failed'),
    );
    const state = document.span(['result', 'requestState']);
    const requestState = state === undefined ? undefined : textAt(document, state);
    const again = (inputResponses: string | undefined): void => {
      retry = { id: session.nextId(), inputResponses, requestState };
      ask();
    };
    const inputs = isObject(result['inputRequests']) ? result['inputRequests'] : {};
    if (Object.keys(inputs).length === 0) {
      const waitMs = empties === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (empties - 1), MAX_WAIT_MS);
      empties++;
      pause = later(waitMs, () => guarded(() => again(undefined)));
      return;
    }
    if (answer.gone) return cancel(); // There is nobody to ask, and nothing of it is under way at the server.
    const made = createRound(inputs, document, {
      shape: (asked, params) =>
        shapeInput(asked, params, {
          revision: session.revision,
          capabilities: session.self.clientCapabilities,
          newId: ports.newId,
        }),
      expect: session.expect,
      unexpect: session.unexpect,
      maxBytes: call.arrival.snapshot.limits.maxBodyBytes,
      onWhole: (responses) => guarded(() => again(responses)),
      onRefused: (question, why) => declined(question, why),
    });
    if (!made.ok) return distrust(made.error);
    round = made.value;
    for (const bytes of round.requests) {
      const request = sayable(call, rereadMessage('request', bytes));
      if (request === undefined) return distrust('asks for something that may not be asked');
      carryMessage(answer, request);
    }
  };
  /** A legacy server would have got this error where it asked, and its tool would have failed. */
  const declined = (question: Question, why: string): void => {
    const say = `The agent did not answer '${question.method}', which the MCP server needs: ${why}`;
    if (method === 'tools/call') send(toolRefusal(message.id, 'legacy', say), 'tool_error');
    else send(errorAnswer(message.id, INTERNAL, say), 'rpc_error');
  };

  answer.onGone = () => {
    if (answer.finished) cancel(); // It was cut: the agent has lost its right to it.
  };
  answer.onDrain = () => asking?.resume();
  ask();
  return { cancel };
}

const INTERNAL = -32603;

function reread(bytes: Uint8Array): JsonDocument {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new GatewayError('internal', { cause: new Error('an edited answer is not valid JSON') });
  return parsed.value;
}

function textAt({ bytes }: JsonDocument, { start, end }: { readonly start: number; readonly end: number }): string {
  return Buffer.from(bytes.subarray(start, end)).toString('utf8');
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
