// A session of the legacy era that the gateway holds with one server for one agent of the modern era: initialize on demand, a queue while
// it opens, requests under numbers of ours, and each message of the server sorted to the call, round or stream that it belongs to. What
// belongs nowhere (late, twice, or somebody else's) is dropped.

import { toLegacyRequest, writeError, writeNotification, writeResult } from '../../mcp/index.ts';
import type { Message, MessageId } from '../../mcp/index.ts';
import type { Principal } from '../../agents/index.ts';
import type { Log } from '../../telemetry/index.ts';
import { refusedBy } from '../rescue.ts';
import type { Refused } from '../rescue.ts';
import { createErrands } from './errands.ts';
import { createFlights } from './flights.ts';
import type { Flight } from './flights.ts';
import { discoverResult, initializeParams, readAgreed } from './handshake.ts';
import type { Agreed, Opening } from './handshake.ts';
import { createLegacyCall } from './legacy-call.ts';
import type { LegacyCall } from './legacy-call.ts';
import { createLegacyListens } from './legacy-listens.ts';
import type { ListenPort } from './legacy-listens.ts';
import { createOffer } from './offer.ts';
import { OVER } from './party.ts';
import type { Ask, Asking, FinalMessage, Hearing, LegacyLink, NoteMessage, OpenLegacyLink, RequestMessage } from './party.ts';
import { createPatience } from './patience.ts';
import type { Rounds } from './rounds.ts';
import type { SessionPort } from './session-port.ts';
import { createValve } from './stdio-lines.ts';
import { createWaitingRoom } from './waiting-room.ts';
import type { Waiting } from './waiting-room.ts';

/** A session with one server. */
export interface LegacySession {
  readonly server: string;
  lastUsedMs: number;
  lastUsedBy: Principal;
  /** Something is under way, parked or listened to. */
  readonly isBusy: boolean;
  /** A program runs for it. */
  readonly isProgram: boolean;
  /** It holds a stream of its own for what belongs to no request. */
  readonly hasStream: boolean;
  /** `again` is called in place of a failure when the server has forgotten the session, and so has not taken the request. */
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
  readonly isProgram: boolean;
  /** Of one answer of a server without streams, and of each step of the opening. */
  readonly answerTimeoutMs: number;
  readonly rounds: Rounds<LegacyCall>;
  /** Whether one more stream may be held open at the server. */
  readonly mayStream: () => boolean;
  readonly nowMs: () => number;
  readonly log: Log;
  /** The server did not begin it. */
  readonly onUnopened: () => void;
  /** Nothing new may be begun on it; what is under way goes on. */
  readonly onRetired: () => void;
  readonly onEnd: (text: string) => void;
  readonly onNotification?: (said: Message) => void;
}

/** However often a server reports progress, nobody waits longer. */
const MAX_CALL_MS = 60 * 60_000;
/** A stream is a connection at the server; between two calls of an agent it may stay. */
const STREAM_IDLE_MS = 60_000;
const METHOD_NOT_FOUND = -32601;

/** Opens a session. */
export function createLegacySession(options: LegacySessionOptions): LegacySession {
  const { server, rounds } = options;
  let nextNumber = 1;
  const newNumber = (): number => nextNumber++;
  const flights = createFlights();
  const errands = createErrands(server, options.answerTimeoutMs, newNumber);
  const listens = createLegacyListens();
  const room = createWaitingRoom<Agreed>(server);
  const isAskable = ['elicitation', 'sampling', 'roots'].some((name) => options.capabilities[name] !== undefined);
  let ended = false;

  const end = (text: string): void => {
    if (ended) return;
    ended = true;
    options.onRetired();
    offer.close();
    const refused: Refused = { code: 'upstream_unreachable', say: `The MCP server '${server}' ended the session.` };
    room.close(refused);
    errands.endAll(refused);
    for (const { call } of flights.all()) call.lost({ code: 'outcome_unknown', say: lost(server) }, 'unknown');
    listens.end();
    options.onEnd(text);
  };

  const failOpening = (refused: Refused): void => {
    options.onUnopened();
    room.close(refused);
    link.close();
    end('It could not be opened.');
  };
  const initialize = (): void =>
    errands.run(link, 'initialize', initializeParams(options), (said) => {
      if ('code' in said)
        return failOpening(said.code === 'session_unknown' ? { code: 'upstream_unreachable', say: closed(server) } : said);
      const read = readAgreed(said, server);
      if (typeof read === 'string') return failOpening({ code: 'upstream_malformed', say: read });
      link.agree(read.revision);
      link.send(writeNotification('notifications/initialized'));
      // The level is the session's in that era; what came before it is set would be at another one.
      if (options.logLevel === undefined || read.capabilities['logging'] === undefined) return room.open(read);
      errands.run(link, 'logging/setLevel', { level: options.logLevel }, () => room.open(read));
    });

  const port: SessionPort = {
    get serverInfo() {
      return room.opened?.serverInfo;
    },
    send: (message) => {
      if (!ended) link.send(message);
    },
    renew: (number) => flights.get(number)?.patience?.renew(),
    forget: (number) => link.forget(number),
    done: (number) => {
      flights.remove(number);
      valve.check();
    },
    check: () => valve.check(),
  };
  const send = (wanted: Ask, hearing: Hearing, again: (() => void) | undefined): LegacyCall => {
    const number = newNumber();
    const message = toLegacyRequest(wanted.message, number);
    const call = createLegacyCall(wanted, hearing, { number, port, rounds });
    // A server with streams is timed by its link, which sees when the stream of an answer begins.
    const patience = link.hasStreams ? undefined : createPatience(options.answerTimeoutMs, () => timeOut(call));
    flights.add(number, { call, again, startedMs: options.nowMs(), patience, heard: false });
    // Many servers ask over the stream that belongs to no request, even where they ask because of one (SDK v1 does by default).
    if (link.hasStreams && isAskable && call.isInteractive) offer.when(() => {});
    link.send(message);
    return call;
  };
  const timeOut = (call: LegacyCall): void => {
    const say = `The MCP server '${server}' did not answer in time.`;
    call.giveUp('It took too long.')?.fail({ code: 'upstream_timeout', say }, 'failed');
  };

  const hearFinal = (said: FinalMessage, on: MessageId | undefined): void => {
    const id = said.id ?? on;
    // An answer on the stream of another request is nobody's.
    if (id === undefined || (on !== undefined && on !== id)) return;
    if (errands.settle(id, said)) return;
    const call = flights.get(id)?.call;
    // Called back from elsewhere, where nobody knows this call: a fault of ours must end it and nothing else.
    try {
      call?.final(said);
    } catch (error) {
      call?.lost(refusedBy(error, options.log), 'failed');
    }
  };
  const hearNote = (said: NoteMessage, on: MessageId | undefined): void => {
    const { method, params } = said;
    switch (method) {
      case 'notifications/progress': {
        const token = params?.['progressToken'];
        return tell(typeof token === 'number' ? flights.get(token) : undefined, said);
      }
      case 'notifications/message':
        return tell(on === undefined ? flights.heardNow() : flights.get(on), said);
      case 'notifications/cancelled': {
        const id = params?.['requestId'];
        if (typeof id === 'string' || typeof id === 'number') for (const { call } of flights.all()) call.withdraw(id);
        return;
      }
      default:
        listens.hear(said);
        valve.check({ full: listens.isFull });
    }
  };
  const tell = (flight: Flight | undefined, said: NoteMessage): void => {
    if (flight === undefined) return;
    alive(flight);
    flight.call.note(said);
    valve.check({ full: flight.call.isFull });
  };
  const alive = (flight: Flight): void => {
    flight.heard = true;
    flight.patience?.renew();
  };
  const hearRequest = (said: RequestMessage, on: MessageId | undefined): void => {
    if (said.method === 'ping') return port.send(writeResult(said.id, {}));
    // On no call's stream it is meant for the newest call, or for the session as such (roots after initialize): who offers it can answer both.
    const flight = on === undefined ? undefined : flights.get(on);
    const meant = on === undefined ? flights.askable() : flight && { flight, isCertain: true };
    if (meant?.flight.call.ask(said, meant.isCertain) === true) return alive(meant.flight);
    port.send(writeError(said.id, METHOD_NOT_FOUND, 'The client cannot be asked this now.'));
  };

  const link: LegacyLink = options.open({
    onMessage: (said, on) => {
      if (ended) return;
      if (said.kind === 'result' || said.kind === 'error') hearFinal(said, on);
      else if (said.kind === 'request') hearRequest(said, on);
      else {
        options.onNotification?.(said);
        hearNote(said, on);
      }
    },
    onLost: (id, refused, state) => {
      if (state === 'expired') options.onRetired();
      const flight = flights.get(id);
      if (errands.settle(id, refused) || flight === undefined) return;
      if (state === 'expired' && flight.again !== undefined && !flight.heard) {
        flight.call.drop();
        return flight.again();
      }
      // The server may still be at work on it (2025-11-25 basic/lifecycle, "Timeouts").
      if (refused.code === 'upstream_timeout')
        port.send(writeNotification('notifications/cancelled', { requestId: id, reason: 'It took too long.' }));
      flight.call.lost(
        state === 'expired' ? { code: 'upstream_unreachable', say: closed(server) } : refused,
        refused.code === 'outcome_unknown' ? 'unknown' : 'failed',
      );
    },
    onEnd: end,
  });
  const valve = createValve(link, () => listens.isFull || flights.anyFull);
  const offer = createOffer(link, options.mayStream, () => listens.end());
  const listenPort = (read: Agreed): ListenPort => ({
    capabilities: read.capabilities,
    whenOffered: (then) => offer.when(then),
    request: (method, params, done) => errands.run(link, method, params, (said) => done('kind' in said && said.kind === 'result')),
  });
  initialize();

  const start = (wanted: Ask, hearing: Hearing, again: (() => void) | undefined, read: Agreed): Asking => {
    switch (wanted.request.method) {
      case 'server/discover':
        offer.when((yes) => {
          // Called back from elsewhere, where nobody knows this call.
          try {
            hearing.final(writeResult(wanted.message.id, discoverResult(read, yes)));
          } catch (error) {
            hearing.fail(refusedBy(error, options.log), 'failed');
          }
        });
        return OVER;
      case 'subscriptions/listen': {
        const stop = listens.listen(wanted, hearing, listenPort(read));
        const giveUp = (): void => {
          stop();
          valve.check();
        };
        return { giveUp, resume: () => valve.check() };
      }
      default: {
        const call = send(wanted, hearing, again);
        return { giveUp: () => void call.giveUp('The agent hung up.'), resume: () => valve.check() };
      }
    }
  };

  const session: LegacySession = {
    server,
    isProgram: options.isProgram,
    lastUsedMs: options.nowMs(),
    lastUsedBy: options.principal,
    get isBusy() {
      return flights.size + room.size + listens.size > 0;
    },
    get hasStream() {
      return offer.isOpen;
    },
    ask: (wanted, hearing, again) => {
      let asking: Asking = OVER;
      const one: Waiting<Agreed> = {
        go: (read) => {
          try {
            asking = start(wanted, hearing, again, read);
          } catch (error) {
            hearing.fail(refusedBy(error, options.log), 'failed');
          }
        },
        fail: (refused) => hearing.fail(refused, 'failed'),
      };
      room.enter(one);
      const giveUp = (): void => {
        if (!room.leave(one)) asking.giveUp();
      };
      return { giveUp, resume: () => asking.resume() };
    },
    sweep: (nowMs) => {
      for (const { call, startedMs } of flights.all()) if (nowMs - startedMs > MAX_CALL_MS) timeOut(call);
      if (!session.isBusy && nowMs - session.lastUsedMs > STREAM_IDLE_MS) offer.withdraw();
    },
    close: () => {
      link.close();
      end('It was not used any more.');
    },
  };
  return session;
}

function lost(server: string): string {
  return `The session with the MCP server '${server}' ended before it answered; whether the call took effect is unknown.`;
}

function closed(server: string): string {
  return `The MCP server '${server}' opens no session that lasts.`;
}
