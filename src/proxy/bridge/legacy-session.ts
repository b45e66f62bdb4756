// A session of the legacy era that the gateway holds with one server for one agent of the modern era: initialize on demand, a queue while
// it opens, requests under numbers of ours, and each message of the server sorted to the call, round or stream that it belongs to. What
// belongs nowhere (late, twice, or somebody else's) is dropped.

import { toLegacyRequest, writeError, writeNotification, writeRequest, writeResult } from '../../mcp/index.ts';
import type { JsonObject, Message, MessageId } from '../../mcp/index.ts';
import type { Principal } from '../../agents/index.ts';
import type { Refused } from '../rescue.ts';
import { discoverResult, initializeParams, readAgreed } from './handshake.ts';
import type { Agreed, Opening } from './handshake.ts';
import { createLegacyCall } from './legacy-call.ts';
import type { LegacyCall } from './legacy-call.ts';
import { createLegacyListens } from './legacy-listens.ts';
import { createOffer } from './offer.ts';
import { OVER } from './party.ts';
import type { Ask, Asking, FinalMessage, Hearing, LegacyLink, NoteMessage, OpenLegacyLink, RequestMessage } from './party.ts';
import { createPatience } from './patience.ts';
import type { Patience } from './patience.ts';
import type { Rounds } from './rounds.ts';

/** A session with one server. */
export interface LegacySession {
  readonly server: string;
  lastUsedMs: number;
  lastUsedBy: Principal;
  /** Something is under way, parked or listened to. */
  readonly isBusy: boolean;
  /** It holds a stream of its own for what belongs to no request. */
  readonly hasStream: boolean;
  /** `again` is called in place of a failure when the server has not seen the request. */
  ask(wanted: Ask, hearing: Hearing, again: (() => void) | undefined): Asking;
  /** Gives up calls that have taken too long, and a stream that nobody needs now. */
  sweep(nowMs: number): void;
  close(): void;
}

export interface LegacySessionOptions extends Opening {
  readonly server: string;
  readonly principal: Principal;
  readonly logLevel: string | undefined;
  readonly open: OpenLegacyLink;
  /** Of one answer of a server without streams, and of each step of the opening. */
  readonly answerTimeoutMs: number;
  readonly rounds: Rounds<LegacyCall>;
  /** Whether one more stream may be held open at the server. */
  readonly mayStream: () => boolean;
  readonly nowMs: () => number;
  /** Nothing new may be begun on it; what is under way goes on. */
  readonly onRetired: () => void;
  readonly onEnd: (text: string) => void;
}

/** What waits for initialize: an agent that begins with a burst of calls has a dozen. */
const MAX_QUEUED = 64;
/** However often a server reports progress, nobody waits longer. */
const MAX_CALL_MS = 60 * 60_000;
/** A stream is a connection at the server; between two calls of an agent it may stay. */
const STREAM_IDLE_MS = 60_000;
const METHOD_NOT_FOUND = -32601;

interface Flight {
  readonly call: LegacyCall;
  readonly again: (() => void) | undefined;
  readonly startedMs: number;
  /** Until the next sign of life, where that is waited for here. */
  readonly patience: Patience | undefined;
  /** The server has said something about it: it has seen it. */
  heard: boolean;
}

interface Queued {
  readonly go: (agreed: Agreed) => void;
  readonly fail: (refused: Refused) => void;
}

/** Opens a session. */
export function createLegacySession(options: LegacySessionOptions): LegacySession {
  const { server, rounds } = options;
  const flights = new Map<MessageId, Flight>();
  /** Requests of the gateway itself. */
  const errands = new Map<MessageId, (said: FinalMessage | Refused) => void>();
  const queue = new Set<Queued>();
  const listens = createLegacyListens();
  let agreed: Agreed | undefined;
  let shut = false;
  let ended = false;
  let nextNumber = 1;

  const end = (text: string): void => {
    if (ended) return;
    ended = true;
    options.onRetired();
    offer.close();
    const refused: Refused = { code: 'upstream_unreachable', say: `The MCP server '${server}' ended the session.` };
    for (const one of queue) one.fail(refused);
    queue.clear();
    for (const tell of [...errands.values()]) tell(refused);
    for (const { call } of [...flights.values()]) call.lost({ code: 'outcome_unknown', say: lost(server) }, 'unknown');
    listens.end();
    options.onEnd(text);
  };
  /** It never opened: nothing of what waits was sent. */
  const failOpening = (refused: Refused): void => {
    for (const one of queue) one.fail(refused);
    queue.clear();
    link.close();
    end('It could not be opened.');
  };
  const whenOpen = (one: Queued): void => {
    if (agreed !== undefined) one.go(agreed);
    else if (ended) one.fail({ code: 'upstream_unreachable', say: `The MCP server '${server}' ended the session.` });
    else if (queue.size < MAX_QUEUED) queue.add(one);
    else one.fail({ code: 'overloaded', say: `Too many calls wait for a session with the MCP server '${server}'.` });
  };

  const errand = (method: string, params: JsonObject, done: (said: FinalMessage | Refused) => void): void => {
    const number = nextNumber++;
    const limit = setTimeout(() => {
      link.forget(number);
      settle({ code: 'upstream_timeout', say: `The MCP server '${server}' does not answer.` });
    }, options.answerTimeoutMs);
    const settle = (said: FinalMessage | Refused): void => {
      if (!errands.delete(number)) return;
      clearTimeout(limit);
      done(said);
    };
    errands.set(number, settle);
    link.send(writeRequest(number, method, params));
  };
  const initialize = (): void =>
    errand('initialize', initializeParams(options), (said) => {
      if ('code' in said)
        return failOpening(said.code === 'session_unknown' ? { code: 'upstream_unreachable', say: closed(server) } : said);
      const read = readAgreed(said, server);
      if (typeof read === 'string') return failOpening({ code: 'upstream_malformed', say: read });
      link.agree(read.revision);
      link.send(writeNotification('notifications/initialized'));
      // The level is the session's in that era; what comes before it is set would be at another one.
      if (options.logLevel === undefined || read.capabilities['logging'] === undefined) return begin(read);
      errand('logging/setLevel', { level: options.logLevel }, () => begin(read));
    });
  const begin = (read: Agreed): void => {
    if (ended) return;
    agreed = read;
    // Many servers ask over the stream that belongs to no request, even where they ask because of one (SDK v1 does by default).
    if (link.hasStreams && ASKABLE.some((name) => options.capabilities[name] !== undefined)) offer.when(() => {});
    for (const one of [...queue]) {
      queue.delete(one);
      one.go(read);
    }
  };

  const check = (): void => {
    if (!shut || listens.isFull || flights.values().some(({ call }) => call.isFull)) return;
    shut = false;
    link.resume();
  };
  const port = {
    get serverInfo() {
      return agreed?.serverInfo;
    },
    send: (message: Message): void => {
      if (!ended) link.send(message);
    },
    renew: (number: number): void => flights.get(number)?.patience?.renew(),
    forget: (number: number): void => link.forget(number),
    done: (number: number): void => {
      flights.get(number)?.patience?.close();
      flights.delete(number);
      check();
    },
    check,
  };
  const throttle = (isFull: boolean): void => {
    if (!isFull || shut) return;
    shut = true;
    link.pause();
  };

  const send = (wanted: Ask, hearing: Hearing, again: (() => void) | undefined): LegacyCall => {
    const number = nextNumber++;
    const call = createLegacyCall(wanted, hearing, { number, port, rounds });
    // A server with streams is timed by its link, which sees when the stream of an answer begins.
    const patience = link.hasStreams ? undefined : createPatience(options.answerTimeoutMs, () => timeOut(call));
    flights.set(number, { call, again, startedMs: options.nowMs(), patience, heard: false });
    link.send(toLegacyRequest(wanted.message, number));
    return call;
  };
  const timeOut = (call: LegacyCall): void => {
    call
      .giveUp('It took too long.')
      ?.fail({ code: 'upstream_timeout', say: `The MCP server '${server}' did not answer in time.` }, 'failed');
  };

  const hearFinal = (said: FinalMessage, on: MessageId | undefined): void => {
    const id = said.id ?? on;
    // An answer on the stream of another request is nobody's.
    if (id === undefined || (on !== undefined && on !== id)) return;
    const settle = errands.get(id);
    if (settle !== undefined) settle(said);
    else flights.get(id)?.call.final(said);
  };
  const hearNote = (said: NoteMessage, on: MessageId | undefined): void => {
    const { method, params } = said;
    switch (method) {
      case 'notifications/progress': {
        const token = params?.['progressToken'];
        const flight = typeof token === 'number' ? flights.get(token) : undefined;
        flight?.patience?.renew();
        return tell(flight, said);
      }
      case 'notifications/message':
        return tell(on === undefined ? newest(({ isParked }) => !isParked) : flights.get(on), said);
      case 'notifications/cancelled': {
        const id = params?.['requestId'];
        if (typeof id === 'string' || typeof id === 'number') for (const { call } of flights.values()) call.withdraw(id);
        return;
      }
      default:
        listens.hear(said);
        throttle(listens.isFull);
    }
  };
  const tell = (flight: Flight | undefined, said: NoteMessage): void => {
    if (flight === undefined) return;
    flight.heard = true;
    flight.call.note(said);
    throttle(flight.call.isFull);
  };
  const hearRequest = (said: RequestMessage, on: MessageId | undefined): void => {
    if (said.method === 'ping') return port.send(writeResult(said.id, {}));
    const askable = (call: LegacyCall): boolean => call.isInteractive;
    const flight = on === undefined ? (newest((call) => askable(call) && !call.isParked) ?? newest(askable)) : flights.get(on);
    const isCertain =
      on !== undefined ||
      flights
        .values()
        .filter(({ call }) => askable(call))
        .toArray().length === 1;
    if (flight?.call.ask(said, isCertain) === true) {
      flight.heard = true;
      flight.patience?.renew();
      return;
    }
    port.send(writeError(said.id, METHOD_NOT_FOUND, 'The client cannot be asked this now.'));
  };
  /** The request most recently begun, where the transport does not say which is meant. */
  const newest = (suits: (call: LegacyCall) => boolean): Flight | undefined => {
    let last: Flight | undefined;
    for (const flight of flights.values()) if (suits(flight.call)) last = flight;
    return last;
  };

  const link: LegacyLink = options.open({
    onMessage: (said, on) => {
      if (ended) return;
      if (said.kind === 'result' || said.kind === 'error') hearFinal(said, on);
      else if (said.kind === 'request') hearRequest(said, on);
      else hearNote(said, on);
    },
    onLost: (id, refused, state) => {
      if (state === 'expired') options.onRetired();
      const settle = errands.get(id);
      if (settle !== undefined) return settle(refused);
      const flight = flights.get(id);
      if (flight === undefined) return;
      if (state !== 'delivered' && flight.again !== undefined && !flight.heard) {
        flight.call.drop();
        return flight.again();
      }
      flight.call.lost(
        state === 'expired' ? { code: 'upstream_unreachable', say: closed(server) } : refused,
        refused.code === 'outcome_unknown' ? 'unknown' : 'failed',
      );
    },
    onEnd: end,
  });
  const offer = createOffer(link, options.mayStream, () => listens.end());
  initialize();

  const begunWhenOpen = (begin_: (agreed: Agreed) => Asking, hearing: Hearing): Asking => {
    let asking: Asking = OVER;
    const one: Queued = {
      go: (read) => {
        asking = begin_(read);
      },
      fail: (refused) => hearing.fail(refused, 'failed'),
    };
    whenOpen(one);
    return {
      giveUp: () => {
        if (!queue.delete(one)) asking.giveUp();
      },
      resume: () => asking.resume(),
    };
  };

  const session: LegacySession = {
    server,
    lastUsedMs: options.nowMs(),
    lastUsedBy: options.principal,
    get isBusy() {
      return flights.size + queue.size + listens.size > 0;
    },
    get hasStream() {
      return offer.isOpen;
    },
    ask: (wanted, hearing, again) =>
      begunWhenOpen((read) => {
        const { method } = wanted.request;
        if (method === 'server/discover') {
          offer.when((yes) => hearing.final(writeResult(wanted.message.id, discoverResult(read, yes))));
          return OVER;
        }
        if (method === 'subscriptions/listen') {
          const stop = listens.listen(wanted, hearing, {
            capabilities: read.capabilities,
            whenOffered: offer.when,
            request: (name, params, done) => errand(name, params, (said) => done('kind' in said && said.kind === 'result')),
          });
          const giveUp = (): void => {
            stop();
            check();
          };
          return { giveUp, resume: check };
        }
        const call = send(wanted, hearing, again);
        return { giveUp: () => void call.giveUp('The agent hung up.'), resume: check };
      }, hearing),
    sweep: (nowMs) => {
      for (const { call, startedMs } of [...flights.values()]) if (nowMs - startedMs > MAX_CALL_MS) timeOut(call);
      if (!session.isBusy && nowMs - session.lastUsedMs > STREAM_IDLE_MS) offer.withdraw();
    },
    close: () => {
      link.close();
      end('It was not used any more.');
    },
  };
  return session;
}

const ASKABLE = ['elicitation', 'sampling', 'roots'];

function lost(server: string): string {
  return `The session with the MCP server '${server}' ended before it answered; whether the call took effect is unknown.`;
}

function closed(server: string): string {
  return `The MCP server '${server}' opens no session that lasts.`;
}
