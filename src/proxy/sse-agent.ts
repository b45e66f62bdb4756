// The road of an agent that speaks HTTP with SSE (2024-11-05 basic/transports): a GET opens a stream, whose first event names the endpoint
// for POSTs; a POST is answered 202, and what it asks for comes on the stream. Here that is turned into the walk of Streamable HTTP, which is
// the only one there is: each POST is carried as a request of its own, in a session that is kept inside, and its answer is written to the
// stream. So policy, record and limits are the same for these agents as for all others.

import { createHeaderList } from '../http/index.ts';
import type { HeaderList } from '../http/index.ts';
import { errorAnswer, parseJson, readMessage } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import type { Envelope } from '../policies/index.ts';
import { ERRORS } from '../base/index.ts';
import type { Answer } from './answer.ts';
import type { Carry } from './bridge/index.ts';
import { ENDPOINT_PARAMETER } from './endpoint.ts';
import type { Arrival, Call, Ports, Reply } from './exchange.ts';
import { recordUnreadable } from './record.ts';
import { refuse } from './rescue.ts';
import type { Refused } from './rescue.ts';
import { createUnsolicited } from './sse-unsolicited.ts';

/** Begins the stream of an agent, and takes its POSTs until it ends. */
export function carrySseAgent(envelope: Envelope<Call>, answer: Answer, ports: Ports): void {
  const { arrival } = envelope.payload;
  const { principal, route } = arrival;
  const connection = createConnection(arrival, answer, ports);
  const endpoint = ports.sessions.endpoints.open(principal, route.key, (posted, carry) => connection.post(posted, carry));
  answer.onGone = () => {
    endpoint.close();
    connection.close();
    answer.end('ok');
  };
  answer.onDrain = () => connection.drain();
  const uri = `${route.path}?${ENDPOINT_PARAMETER}=${endpoint.token}`;
  answer.event({ event: 'endpoint', id: undefined, retry: undefined, data: Buffer.from(uri) });
}

/** What was posted to an endpoint. */
interface Posted {
  readonly reply: Reply;
  /** Undefined: it is no message, or several. */
  readonly message: Message | undefined;
}

interface Connection {
  post(arrival: Arrival, carry: Carry): void;
  drain(): void;
  close(): void;
}

function createConnection(begun: Arrival, answer: Answer, ports: Ports): Connection {
  /** What is under way: it must be told when the agent hangs up, and when it takes more. */
  const parts = new Set<Reply>();
  /** The session that stands behind the stream; '' while initialize is under way, so that nothing can be said twice or too early. */
  let session: string | undefined;
  let last = begun;
  let carryOn: Carry | undefined;
  /** Bytes that wait for the agent to read. */
  let unread = 0;
  let over = false;

  const say = (data: Uint8Array): void => {
    if (over) return;
    answer.event({ event: 'message', id: undefined, retry: undefined, data });
    unread = answer.full ? unread + data.length : 0;
    if (unread > MAX_UNREAD_BYTES) answer.cut('cancelled');
  };
  /** Whoever does not read its answers asks for no more of them: its POSTs are answered at once, and would hold nothing back. */
  const isOverdue = (message: Message | undefined): boolean => unread > OVERDUE_BYTES && !isResponseOrNote(message);
  const inSession = (method: string, reply: Reply): Arrival => ({
    ...last,
    endpoint: undefined,
    method,
    headers: createHeaderList(['accept', 'mcp-session-id'], ['text/event-stream', session ?? '']),
    body: EMPTY,
    snapshot: ports.snapshot(),
    reply,
    relayed: true,
    arrivedUs: ports.nowUs(),
  });
  /** The agent cannot know otherwise that its session is over: it has never seen one. */
  const lost = (): void => {
    answer.end('ok');
    answer.onGone?.();
  };
  const unsolicited = createUnsolicited({
    parts,
    say: (data) => {
      say(data);
      return !answer.full;
    },
    open: (reply) => carryOn?.(inSession('GET', reply)),
    onLost: lost,
  });
  /** What a session is told and asked changes what stands behind the stream. */
  const learn = (message: Message | undefined, status: number, headers: readonly string[]): void => {
    const method = message?.kind === 'request' || message?.kind === 'notification' ? message.method : undefined;
    if (method === 'initialize' && session === '') session = valueOf(headers, 'mcp-session-id');
    else if (method === 'notifications/initialized' && status === 202) unsolicited.begin();
    else if (status === 404 && session !== undefined && session !== '') lost();
  };

  const partFor = ({ reply, message }: Posted): Reply => {
    const id = message?.kind === 'request' ? message.id : undefined;
    let done = false;
    let newest: Uint8Array | undefined;
    const finish = (): void => {
      done = true;
      parts.delete(part);
    };
    const accept = (): void => {
      if (!reply.done) reply.respond(202, []);
    };
    const part: Reply = {
      get done() {
        return done;
      },
      respond: (status, headers, body) => {
        if (done) return;
        finish();
        if (body === undefined || (id === undefined && status !== 200)) reply.respond(status, body === undefined ? [] : headers, body);
        else {
          accept();
          say(body);
        }
        learn(message, status, headers);
      },
      start: accept,
      write: () => true, // Everything comes as events.
      event: ({ data }) => {
        if (data === undefined || data.length === 0) return true; // An id to resume from, which this transport cannot.
        newest = data;
        say(data);
        return !answer.full;
      },
      end: () => {
        if (done) return;
        finish();
        if (id !== undefined && !isResponse(newest)) say(unknownOutcome(id));
      },
      abort: () => {
        if (done) return;
        finish();
        if (id !== undefined && !over) say(unknownOutcome(id));
      },
      onDrain: undefined,
      onHangup: undefined,
    };
    return part;
  };

  const refuseOne = (arrival: Arrival, message: Message | undefined, refused: Refused): void => {
    const auditId = ports.newId();
    recordUnreadable({ ...arrival, headers: withSession(arrival.headers, session ?? '') }, refused.code, auditId, ports);
    refuse(arrival.reply, refused, { ...NO_REQUEST, id: message?.kind === 'request' ? message.id : undefined, auditId });
  };

  return {
    post: (arrival, carry) => {
      const message = messageOf(arrival.body);
      if (over) return refuseOne(arrival, message, { code: 'session_unknown' });
      if (isOverdue(message))
        return refuseOne(arrival, message, { code: 'too_many', say: 'Read what was asked for before you ask for more.' });
      last = arrival;
      carryOn = carry;
      const reply = partFor({ reply: arrival.reply, message });
      parts.add(reply);
      const headers = withSession(arrival.headers, session);
      if (session === undefined && message?.kind === 'request' && message.method === 'initialize') session = '';
      carry({ ...arrival, headers, reply, endpoint: undefined, relayed: true });
      // Whatever becomes of a request is said on the stream; a server's question in the middle of it must be able to come back.
      if (message?.kind === 'request' && !arrival.reply.done) arrival.reply.respond(202, []);
    },
    drain: () => {
      unread = 0;
      for (const part of parts) part.onDrain?.();
    },
    close: () => {
      if (over) return;
      over = true;
      unsolicited.close();
      for (const part of parts) part.onHangup?.();
      parts.clear();
      // The stream is the session: with it ends what it stood for (2024-11-05 basic/transports).
      if (session !== undefined && session !== '') carryOn?.(inSession('DELETE', NOBODY));
      session = '';
    },
  };
}

const EMPTY = new Uint8Array(0);
const MIB = 1024 * 1024;
/** A large answer or two on a slow line. */
const OVERDUE_BYTES = 8 * MIB;
/** With all that was under way by then. */
const MAX_UNREAD_BYTES = 64 * MIB;
const NO_REQUEST = { id: undefined, era: 'legacy', method: undefined, auditId: undefined } as const;

/** Where nobody waits for the answer. */
const NOBODY: Reply = {
  done: false,
  respond: () => {},
  start: () => {},
  write: () => true,
  end: () => {},
  abort: () => {},
  onDrain: undefined,
  onHangup: undefined,
};

function messageOf(body: Uint8Array): Message | undefined {
  const document = parseJson(body);
  const message = document.ok ? readMessage(document.value) : document;
  return message.ok ? message.value : undefined;
}

/** What ends a call must get through most of all when there are too many. */
function isResponseOrNote(message: Message | undefined): boolean {
  return message !== undefined && message.kind !== 'request';
}

function isResponse(data: Uint8Array | undefined): boolean {
  const message = data === undefined ? undefined : messageOf(data);
  return message?.kind === 'result' || message?.kind === 'error';
}

function unknownOutcome(id: string | number): Uint8Array {
  const { rpc, text } = ERRORS.outcome_unknown;
  return errorAnswer(id, rpc, text);
}

/** The agent's own headers; which session it is in is ours to say. */
function withSession({ names, values }: HeaderList, session: string | undefined): HeaderList {
  const kept = names.map((_, index) => index).filter((index) => names[index] !== 'mcp-session-id');
  const added = session === undefined ? [] : [session];
  return createHeaderList(
    [...kept.map((index) => names[index] ?? ''), ...added.map(() => 'mcp-session-id')],
    [...kept.map((index) => values[index] ?? ''), ...added],
  );
}

function valueOf(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) if (headers[index]?.toLowerCase() === name) return headers[index + 1];
  return undefined;
}
