// Between the door and the road: a request that is let in has its turn at once, later, or not at all. What is turned away costs a small part of a call: nothing
// of it is parsed, its answer is made once and for all, and its connection is kept. It is counted, and on record by the minute, as are those of strangers.

import type { AgentPriority } from '../agents/index.ts';
import type { ErrorCode } from '../base/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { Peer, ServerRequest } from '../http/index.ts';
import { arrivalOf } from './arrival-of.ts';
import type { Admitted, LetIn } from './arrival-of.ts';
import { currentCaller } from './current-caller.ts';
import type { Ports } from './exchange.ts';
import { carry } from './pipeline.ts';
import { refusalAnswer, refusedBy } from './rescue.ts';
import { WaitingLine } from './waiting-line.ts';

export interface TurnsOptions {
  readonly ports: Ports;
  readonly snapshot: () => Snapshot;
  /** One refusal of what nobody has read: counted and summarised. */
  readonly onTurnedAway: (code: ErrorCode, peer: Peer) => void;
  /** Calls back once the sockets of this turn of the event loop have been read. */
  readonly afterTurn?: (endTurn: () => void) => void;
  /** Processor time of this thread, in microseconds. */
  readonly workedUs?: () => number;
}

/** The turns of one worker's requests. */
export interface Turns {
  /** Carries it now or later, or turns it away. */
  take(letIn: LetIn): void;
  /** Whether a request of this caller would be turned away now. */
  isFull(admitted: Admitted): boolean;
  /** Turns one away by its head. */
  turnAway(request: ServerRequest<Admitted>, admitted: Admitted): 'answered';
  /** How many wait. */
  waiting(priority: AgentPriority): number;
}

const NO_REQUEST = { id: undefined, era: 'modern', method: undefined, auditId: undefined } as const;
const MS_PER_SECOND = 1_000;

/** One answer for all that are turned away: which request it was has not been read, so that it names none. */
const ANSWERS = {
  critical: answerFor(1),
  interactive: answerFor(1),
  batch: answerFor(10),
} as const satisfies Record<AgentPriority, unknown>;

function answerFor(seconds: number): ReturnType<typeof refusalAnswer> {
  const say = `The gateway has more calls than it can carry now; this one was not looked at. Try again in ${seconds} s.`;
  return refusalAnswer({ code: 'overloaded', say, retryAfterMs: seconds * MS_PER_SECOND }, NO_REQUEST);
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

export function createTurns(options: TurnsOptions): Turns {
  const { ports, snapshot, onTurnedAway, afterTurn = setImmediate, workedUs = threadUs } = options;

  const turnAway = (request: ServerRequest<Admitted>, { principal, peer }: Admitted): 'answered' => {
    const answer = ANSWERS[principal.priority];
    onTurnedAway('overloaded', peer);
    ports.metrics.refused('overloaded', peer.listener);
    ports.metrics.turnedAway(principal.priority);
    request.respond(answer.status, answer.headers, answer.body);
    return 'answered';
  };

  /** What was decided by its head is decided anew where the config or the agents have changed while it waited. */
  const beginLate = (letIn: LetIn): void => {
    const { request, admitted } = letIn;
    if (request.done) return; // It hung up: nothing has been begun.
    const now = snapshot();
    if (admitted.snapshot === now) return carry(arrivalOf(letIn), ports);
    const principal = currentCaller(admitted.principal, admitted.peer.listener, now, ports.nowMs());
    const route = now.routes.get(admitted.route.path);
    // Whether its server is looked into at all is settled before its body is read: it has to come again.
    const code =
      principal === undefined
        ? 'unauthenticated'
        : route === undefined
          ? 'route_unknown'
          : now.unread.has(route.key)
            ? 'not_ready'
            : undefined;
    if (code === undefined && principal !== undefined && route !== undefined)
      return carry(arrivalOf({ ...letIn, admitted: { ...admitted, principal, route, snapshot: now } }), ports);
    refuseLate(request, admitted.peer, code ?? 'internal');
  };
  const refuseLate = (request: ServerRequest<Admitted>, peer: Peer, code: ErrorCode): void => {
    const answer = refusalAnswer({ code }, NO_REQUEST);
    onTurnedAway(code, peer);
    ports.metrics.refused(code, peer.listener);
    request.respond(answer.status, answer.headers, answer.body);
  };
  /** Called from the loop, where nobody else would catch it. */
  const guarded = (letIn: LetIn, step: (letIn: LetIn) => void): void => {
    try {
      step(letIn);
    } catch (error) {
      refuseLate(letIn.request, letIn.admitted.peer, refusedBy(error, ports.log).code);
    }
  };

  const line = new WaitingLine<LetIn>({
    nowUs: ports.nowUs,
    workedUs,
    patienceMs: () => snapshot().limits.queueTimeoutMs,
    afterTurn,
    begin: (letIn) => guarded(letIn, beginLate),
    turnAway: (letIn) => guarded(letIn, ({ request, admitted }) => void turnAway(request, admitted)),
  });

  return {
    take: (letIn) => {
      const { request, admitted, arrivedUs } = letIn;
      const { priority } = admitted.principal;
      // What ends a session makes room.
      if (request.head.method === 'DELETE' || line.mayBegin(priority, arrivedUs)) carry(arrivalOf(letIn), ports);
      else if (line.isFull(priority)) turnAway(request, admitted);
      else line.wait(priority, letIn);
    },
    isFull: ({ principal }) => line.isFull(principal.priority),
    turnAway,
    waiting: (priority) => line.count(priority),
  };
}
