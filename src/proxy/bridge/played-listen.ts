// What changes at the servers of a played session: one `subscriptions/listen` stands for the agent's GET stream and its resource
// subscriptions (2026-07-28 basic/patterns/subscriptions). When what is wanted changes, a new one is opened and the old one ends only when the
// new one is acknowledged, so that nothing falls between the two. What comes while the agent has no stream open is kept, each change once.

import { shapeNotification } from '../../mcp/index.ts';
import type { JsonObject, JsonValue, ModernSelf, ModernSource } from '../../mcp/index.ts';
import type { Answer } from '../answer.ts';
import { noteChange } from '../approved.ts';
import type { Call } from '../exchange.ts';
import type { Refused } from '../rescue.ts';
import { sayable } from '../inspection/say.ts';
import type { Asking, NoteMessage } from './party.ts';
import { later } from './later.ts';
import { ownRequest } from './played-reach.ts';
import type { Reach, Whole } from './played-reach.ts';
import { mayWatch } from '../verdicts.ts';

/** The changes that a session hears of. */
export interface PlayedListen {
  /** A GET stream is open. */
  readonly open: boolean;
  /** Opens the GET stream. False: there is one. */
  stream(call: Call, answer: Answer, reach: Reach): boolean;
  /** Watches a resource, or does so no more. `done` is called once the servers know; with a reason if they do not take it. */
  watch(uri: string, wanted: boolean, call: Call, reach: Reach, done: (refused: Refused | undefined) => void): void;
  close(): void;
}

export interface PlayedListenOptions {
  readonly revision: string;
  readonly scope: string;
  readonly self: () => ModernSelf;
  readonly wrapped: ModernSource['wrapped'];
  /** What the servers offer, as server/discover said. */
  readonly capabilities: JsonObject;
  readonly nextId: () => string;
  readonly whole: () => Whole;
}

/** Changes kept for a GET stream that is not open yet. */
const MAX_KEPT = 64;
const MAX_KEPT_BYTES = 1024 * 1024;
/** Resources that one session may watch, and the length of their URIs: all of them go to the servers with each change. */
const MAX_WATCHED = 1_000;
const MAX_WATCHED_CHARS = 256 * 1024;
/** A server that acknowledges nothing. */
const ACKNOWLEDGE_MS = 10_000;
/** Waits before a stream that ended is opened again. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

interface Upstream {
  asking: Asking | undefined;
  acknowledged: boolean;
}

/** Nothing is listened to yet. */
export function createPlayedListen(options: PlayedListenOptions): PlayedListen {
  const watched = new Set<string>();
  const kept = new Map<string, NoteMessage>();
  let keptBytes = 0;
  let stream: { readonly call: Call; readonly answer: Answer } | undefined;
  let current: Upstream | undefined;
  /** The one that will follow it. */
  let next: Upstream | undefined;
  let waiting: ((refused: Refused | undefined, honoured: JsonObject | undefined) => void)[] = [];
  let patience: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let waitMs = FIRST_WAIT_MS;
  let closed = false;

  const settle = (refused: Refused | undefined, honoured?: JsonObject): void => {
    clearTimeout(patience);
    for (const done of waiting.splice(0)) done(refused, honoured);
  };

  /** Opens a stream for what is wanted now. */
  const open = (parent: Call, reach: Reach): void => {
    clearTimeout(again);
    next?.asking?.giveUp();
    next = undefined;
    const notifications = filter(options.capabilities, watched, parent, options.whole(), reach);
    if (notifications === undefined) {
      current?.asking?.giveUp();
      current = undefined;
      return settle(undefined, {});
    }
    const made: Upstream = { asking: undefined, acknowledged: false };
    next = made;
    clearTimeout(patience);
    patience = later(ACKNOWLEDGE_MS, () => over(made, { code: 'upstream_timeout' }, parent, reach));
    const wanted = ownRequest(options.nextId(), 'subscriptions/listen', { notifications }, options.self());
    made.asking = reach.askOwn(parent, options.whole(), wanted, options.scope, {
      get full() {
        return stream !== undefined && stream.answer.full && !stream.answer.finished;
      },
      note: (said) => {
        const { server, members } = options.whole();
        if (members === undefined) noteChange(server.name, said, reach.ports);
        if (said.method === 'notifications/subscriptions/acknowledged') acknowledge(made, said);
        else if (made === current || made === next) deliver(said);
      },
      final: () => over(made, undefined, parent, reach),
      fail: (refused) => over(made, refused, parent, reach),
    });
  };
  const acknowledge = (made: Upstream, said: NoteMessage): void => {
    if (made !== next) return;
    made.acknowledged = true;
    current?.asking?.giveUp();
    current = made;
    next = undefined;
    waitMs = FIRST_WAIT_MS;
    const honoured = said.params?.['notifications'];
    settle(undefined, isObject(honoured) ? honoured : {});
  };
  /** A stream ended by itself: what is still wanted is asked for again, later and later while that fails. */
  const over = (made: Upstream, refused: Refused | undefined, parent: Call, reach: Reach): void => {
    if (made !== current && made !== next) return;
    if (made === next) {
      made.asking?.giveUp();
      next = undefined;
      settle(refused ?? { code: 'upstream_malformed', say: 'The MCP server does not tell of changes.' });
    } else current = undefined;
    if (closed || (current !== undefined && watched.size === 0)) return;
    clearTimeout(again);
    again = later(waitMs, () => open(stream?.call ?? parent, reach));
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  };

  const deliver = (said: NoteMessage): void => {
    if (stream === undefined || stream.answer.gone || stream.answer.finished) return keep(said);
    say(stream.call, stream.answer, said);
  };
  const say = (call: Call, answer: Answer, said: NoteMessage): void => {
    const shown = sayable(call, said);
    if (shown === undefined) return;
    const bytes = shapeNotification(shown.document, shown.method, {
      revision: options.revision,
      modern: { wrapped: options.wrapped },
    });
    answer.event({ event: 'message', id: undefined, retry: undefined, data: bytes });
  };
  /** Judged when somebody listens. Two changes of the same thing are one to who has seen neither. */
  const keep = (said: NoteMessage): void => {
    const { length } = said.document.bytes;
    const uri = said.params?.['uri'];
    const key = `${said.method} ${typeof uri === 'string' ? uri : ''}`;
    if (kept.has(key) || kept.size >= MAX_KEPT || keptBytes + length > MAX_KEPT_BYTES) return;
    kept.set(key, said);
    keptBytes += length;
  };

  return {
    get open() {
      return stream !== undefined && !stream.answer.gone && !stream.answer.finished;
    },
    stream: (call, answer, reach) => {
      if (stream !== undefined && !stream.answer.finished && !stream.answer.gone) return false;
      stream = { call, answer };
      answer.onGone = () => {
        if (!answer.finished) answer.end('ok');
        if (stream?.answer === answer) stream = undefined;
        current?.asking?.resume();
      };
      answer.onDrain = () => current?.asking?.resume();
      answer.open();
      keptBytes = 0;
      const missed = [...kept.values()];
      kept.clear();
      for (const said of missed) say(call, answer, said);
      if (current === undefined && next === undefined) open(call, reach);
      return true;
    },
    watch: (uri, wanted, call, reach, done) => {
      if (wanted === watched.has(uri)) return done(undefined);
      if (!wanted) {
        watched.delete(uri);
        waiting.push(() => done(undefined));
        return open(call, reach);
      }
      if (lengthOf(watched) + uri.length > MAX_WATCHED_CHARS)
        return done({
          code: 'too_many',
          say: 'The resources that this session watches have too long URIs together; unsubscribe from one.',
        });
      if (watched.size >= MAX_WATCHED)
        return done({ code: 'too_many', say: `This session watches ${MAX_WATCHED} resources already; unsubscribe from one.` });
      watched.add(uri);
      waiting.push((refused, honoured) => {
        const uris = honoured?.['resourceSubscriptions'];
        const taken = refused === undefined && (!isArray(uris) || uris.includes(uri));
        if (!taken) watched.delete(uri);
        done(taken ? undefined : (refused ?? { code: 'params_malformed', say: 'The MCP server does not watch this resource.' }));
      });
      open(call, reach);
    },
    close: () => {
      closed = true;
      clearTimeout(again);
      current?.asking?.giveUp();
      next?.asking?.giveUp();
      current = undefined;
      next = undefined;
      settle({ code: 'session_unknown' });
      if (stream?.answer.finished === false) stream.answer.end('ok');
    },
  };
}

/** What the servers are asked to tell: what they offer, and of the resources those that the agent may still read. */
function filter(
  { tools, prompts, resources }: JsonObject,
  watched: ReadonlySet<string>,
  { arrival }: Call,
  { server, members }: Whole,
  { ports }: Reach,
): JsonObject | undefined {
  const snapshot = ports.snapshot();
  const { principal, peer } = arrival;
  const uris = [...watched].filter((uri) =>
    (members ?? [server.name]).some((name) => mayWatch({ principal, peer, server: name, uri }, snapshot, ports.nowMs())),
  );
  const wanted = {
    ...(changes(tools) && { toolsListChanged: true }),
    ...(changes(prompts) && { promptsListChanged: true }),
    ...(changes(resources) && { resourcesListChanged: true }),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  };
  return Object.keys(wanted).length === 0 ? undefined : wanted;
}

function lengthOf(uris: ReadonlySet<string>): number {
  let length = 0;
  for (const uri of uris) length += uri.length;
  return length;
}

function changes(capability: JsonValue | undefined): boolean {
  return isObject(capability) && capability['listChanged'] === true;
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
