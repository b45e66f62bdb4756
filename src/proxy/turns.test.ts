import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentPriority } from '../agents/index.ts';
import type { Snapshot } from '../config/index.ts';
import { createHeaderList } from '../http/index.ts';
import type { ServerRequest } from '../http/index.ts';
import type { Admitted, LetIn } from './arrival-of.ts';
import { ANN, bed, fakeReply, modern, rule } from './fakes.fixture.ts';
import type { SeenReply } from './fakes.fixture.ts';
import { createTurns } from './turns.ts';
import { LONGEST_TURN_US, TURN_US } from './waiting-line.ts';

const RULES = [rule('all', 'allow')];

/** A worker whose every call takes longer than a turn, and whose turns end when a test says so. */
function worker() {
  let nowUs = 0;
  let workedUs = 0;
  let snapshot: Snapshot | undefined;
  let endTurn: () => void = () => {};
  const counted: string[] = [];
  const road = bed(RULES, {}, { nowUs: () => (nowUs += 1.5 * TURN_US) });
  const inForce = (): Snapshot => (snapshot ??= road.ports.snapshot());
  const turns = createTurns({
    ports: road.ports,
    snapshot: inForce,
    onTurnedAway: (code, { address }) => counted.push(`${code} ${address}`),
    afterTurn: (end) => (endTurn = end),
    workedUs: () => (workedUs += LONGEST_TURN_US),
  });
  const letInBy = (priority: AgentPriority, method = 'POST'): LetIn & { readonly reply: SeenReply } => {
    const [message, headers] = modern('tools/call', { name: 'get_ticket', arguments: {} });
    const body = Buffer.from(JSON.stringify(message));
    const reply = fakeReply();
    const request: ServerRequest<Admitted> = Object.assign(reply, {
      head: {
        method,
        path: '/mcp/tickets',
        query: '',
        host: 'localhost',
        headers: createHeaderList(Object.keys(headers), Object.values(headers)),
        contentLength: body.length,
        chunked: false,
      },
      peer: { address: '10.0.0.7', port: 9, tls: false, listener: 'main' },
      context: undefined,
      streamBody: () => {},
      resumeBody: () => {},
      pass: (bytes: Uint8Array) => reply.write(bytes),
    });
    const admitted: Admitted = {
      principal: { ...ANN, priority },
      route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
      snapshot: inForce(),
      peer: request.peer,
    };
    return { request, admitted, body, arrivedUs: (nowUs += 1.5 * TURN_US), isRelayed: false, reply };
  };
  const come = (priority: AgentPriority = 'interactive', method?: string): SeenReply => {
    const letIn = letInBy(priority, method);
    turns.take(letIn);
    return letIn.reply;
  };
  return {
    road,
    turns,
    counted,
    come,
    letInBy,
    endTurn: () => endTurn(),
    adopt: (change: Partial<Snapshot>): void => void (snapshot = { ...inForce(), ...change }),
    /** As many as it takes until one would be turned away. */
    crowd: (): void => {
      const { admitted } = letInBy('interactive');
      for (let turn = 0; turn < 200 && !turns.isFull(admitted); turn++) {
        for (let n = 0; n < 5; n++) come();
        endTurn();
      }
    },
  };
}

/** What has been begun waits for its server; what is answered already was refused. */
const isCarried = (reply: SeenReply): boolean => reply.onHangup !== undefined && reply.seen.length === 0;

test('the first is carried at once, the second when its turn comes', () => {
  const { come, endTurn, turns } = worker();
  const [first, second] = [come(), come()];
  assert.deepEqual([isCarried(first), isCarried(second), turns.waiting('interactive')], [true, false, 1]);
  endTurn();
  assert.deepEqual([isCarried(second), turns.waiting('interactive')], [true, 0]);
});

test('who hangs up while waiting is not carried, and nobody is stopped by it', () => {
  const { come, endTurn, road } = worker();
  const [, gone, next] = [come(), come(), come()];
  gone.abort();
  endTurn();
  endTurn();
  assert.equal(gone.onHangup, undefined);
  assert.equal(isCarried(next), true);
  assert.equal(road.server.server.inFlight, 2);
});

test('who is turned away gets 503, when to come again, and an error that both eras read; it is counted by its source', () => {
  const { come, crowd, counted } = worker();
  crowd();
  counted.length = 0;
  const { status, headers, body } = come();
  assert.equal(status, 503);
  assert.equal(headers[headers.indexOf('Retry-After') + 1], '1');
  assert.deepEqual(JSON.parse(body), {
    jsonrpc: '2.0',
    error: {
      code: 1503,
      message: 'The gateway has more calls than it can carry now; this one was not looked at. Try again in 1 s.',
    },
  });
  assert.deepEqual(counted, ['overloaded 10.0.0.7']);
});

test('meanwhile critical calls are carried, and what ends a session as well', () => {
  const { come, crowd, counted, turns, letInBy } = worker();
  crowd();
  counted.length = 0;
  assert.equal(isCarried(come('critical')), true);
  assert.notEqual(come('interactive', 'DELETE').status, 503);
  assert.deepEqual(counted, []);
  const { request, admitted, reply } = letInBy('interactive');
  assert.equal(turns.turnAway(request, admitted), 'answered');
  assert.equal(reply.status, 503);
});

test('whose key was revoked while it waited is nobody any more', () => {
  const { come, endTurn, adopt, counted, road } = worker();
  const [, waiting] = [come(), come()];
  const { agents } = road.ports.snapshot();
  adopt({ agents: { ...agents, current: () => undefined } });
  endTurn();
  assert.equal(waiting.status, 401);
  assert.deepEqual(counted, ['unauthenticated 10.0.0.7']);
});

test('a route that is gone when its turn comes is gone', () => {
  const { come, endTurn, adopt, road } = worker();
  const [, waiting] = [come(), come()];
  const { agents } = road.ports.snapshot();
  adopt({ routes: new Map(), agents: { ...agents, current: () => ANN } });
  endTurn();
  assert.equal(waiting.status, 404);
});

test('what waited is judged by what is in force when its turn comes', () => {
  const { come, endTurn, adopt, road } = worker();
  const [, waiting] = [come(), come()];
  const { agents } = road.ports.snapshot();
  adopt({ agents: { ...agents, current: () => ANN }, revision: 8 });
  endTurn();
  assert.equal(isCarried(waiting), true);
});
