// One stream of changes of one server, opened with one credential in one revision, for all who listen there. It asks for what they wish together, and
// each is told what is its own: by its own wish, as far as the server granted it, under its own id.
//
// Who wishes for more than what was asked for makes a wider stream be opened. Until that is acknowledged nobody leaves the one before, and for a moment
// both are heard: a change may be told twice then, which says nothing new, and none is lost. Where the server will not have it, whoever
// wished for more gets a stream of its own, and the others notice nothing. What nobody wishes any more is left out the next time.

import { createRoster } from '../../base/index.ts';
import type { HttpTarget, Server } from '../../servers/index.ts';
import { noteChange } from '../approved.ts';
import type { Ports } from '../exchange.ts';
import { createFanOut } from './fan-out.ts';
import { later } from './later.ts';
import { bitOf, grantedOf, readFilter, watchableAs } from './listen-filter.ts';
import type { ListenFilter } from './listen-filter.ts';
import { askModernHttp } from './modern-servers.ts';
import { OVER } from './party.ts';
import type { Asking, Hearing, NoteMessage } from './party.ts';
import { SharedListener } from './shared-listener.ts';
import type { ListenAsk, Listening } from './shared-listener.ts';
import { createSharedNote } from './shared-note.ts';
import { askFor, underOwnId } from './shared-request.ts';
import { Wishes } from './wishes.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';
/** A server that acknowledges nothing: who waits for it gets a stream of its own. */
const ACKNOWLEDGE_MS = 10_000;
/** How long a stream is heard after the one that follows it was acknowledged: what was on its way must arrive. */
const OVERLAP_MS = 1_000;
/** Agents come again. */
const LINGER_MS = 1_000;
/** How long it is believed that a server does not grant something, or does not have what is wished put together. */
const BELIEVED_MS = 30_000;
/** What has come and was not told to everybody yet; more is not read. */
const MAX_WAITING = 16;

/** One stream at the server, and what it was opened for. */
interface Upstream {
  readonly number: number;
  readonly asked: ListenFilter & { readonly all: ReadonlySet<string> };
  /** Who waits for its acknowledgement. */
  readonly newcomers: SharedListener[];
  lists: number;
  uris: ReadonlySet<string>;
  grantedMs: number;
  asking: Asking;
  isOver: boolean;
}

export interface SharedStreamOptions {
  readonly server: Server;
  readonly target: HttpTarget;
  readonly revision: string;
  readonly ports: Ports;
  /** A number that no other request to a server has. */
  readonly nextId: () => number;
  /** Nobody listens, and nobody did for a moment. */
  readonly onEmpty: () => void;
}

/** Nothing is opened before somebody listens. */
export class SharedStream implements Listening {
  readonly #options: SharedStreamOptions;
  readonly #told = createRoster<SharedListener>();
  readonly #wishes = new Wishes();
  readonly #fanOut = createFanOut<SharedListener>();
  #current: Upstream | undefined = undefined;
  /** The one that will follow it, once it is acknowledged. */
  #next: Upstream | undefined = undefined;
  /** The one that it follows, for a moment. */
  #previous: Upstream | undefined = undefined;
  /** Who came while another was being opened that was not asked for what they wish. */
  #queue: SharedListener[] = [];
  /** Nobody takes more: the server waits. */
  #isHeldUp = false;
  #aloneUntilMs = 0;
  #patience: NodeJS.Timeout | undefined = undefined;
  #overlap: NodeJS.Timeout | undefined = undefined;
  #linger: NodeJS.Timeout | undefined = undefined;

  constructor(options: SharedStreamOptions) {
    this.#options = options;
  }

  /** Somebody listens. Nothing is said before this has returned. Undefined: what it wishes cannot be shared now. */
  listen(of: ListenAsk, wish: ListenFilter): Asking | undefined {
    const isTold = this.#isToldBy(this.#current, wish);
    if (!isTold && (this.#isLeftAlone() || !this.#wishes.hasRoomFor(wish))) return undefined;
    const listener = new SharedListener(of, wish, this, this.#options.ports.log);
    clearTimeout(this.#linger);
    this.#wishes.add(listener);
    if (isTold) queueMicrotask(() => this.#place(listener));
    else this.#place(listener);
    return listener;
  }

  left(listener: SharedListener): void {
    this.#forget(listener);
    this.hasRoom();
  }

  hasRoom(): void {
    this.#isHeldUp = false;
    if (this.#fanOut.waiting < MAX_WAITING) this.#resume();
  }

  #resume(): void {
    this.#current?.asking.resume();
    this.#previous?.asking.resume();
  }

  #forget(listener: SharedListener): void {
    this.#told.remove(listener);
    this.#wishes.remove(listener);
    if (this.#wishes.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = later(LINGER_MS, () => this.#close());
  }

  #close(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#overlap);
    for (const upstream of [this.#current, this.#next, this.#previous]) end(upstream);
    this.#current = this.#next = this.#previous = undefined;
    const { ports, onEmpty } = this.#options;
    // That it will not be shared is remembered.
    const rememberMs = this.#aloneUntilMs - ports.nowMs();
    if (rememberMs > 0) this.#linger = later(rememberMs, onEmpty);
    else onEmpty();
  }

  /** Finds the stream by which somebody is acknowledged. */
  #place(listener: SharedListener): void {
    if (listener.isOver) return;
    const { wish } = listener;
    if (this.#current !== undefined && this.#isToldBy(this.#current, wish)) return this.#acknowledge(listener, this.#current);
    const next = this.#next;
    if (next !== undefined && covers(next.asked.lists, next.asked.all, wish)) return void next.newcomers.push(listener);
    if (this.#isLeftAlone()) return this.#leaveAlone(listener);
    this.#queue.push(listener);
    if (next === undefined) this.#open();
  }

  /** What a server did not grant a moment ago it is not asked for again by everybody who comes. */
  #isToldBy(upstream: Upstream | undefined, wish: ListenFilter): boolean {
    if (upstream === undefined) return false;
    if (covers(upstream.lists, upstream.uris, wish)) return true;
    return this.#options.ports.nowMs() - upstream.grantedMs < BELIEVED_MS && covers(upstream.asked.lists, upstream.asked.all, wish);
  }

  #isLeftAlone(): boolean {
    return this.#options.ports.nowMs() < this.#aloneUntilMs;
  }

  #acknowledge(listener: SharedListener, by: Upstream): void {
    if (listener.isOver) return;
    this.#told.add(listener);
    listener.acknowledge(by.number, grantedOf(listener.wish, by.lists, by.uris));
    this.hasRoom();
  }

  #leaveAlone(listener: SharedListener): void {
    this.#forget(listener);
    listener.goAlone();
  }

  /** Opens a stream for what all wish now. */
  #open(): void {
    const newcomers = this.#queue.filter(({ isOver }) => !isOver);
    this.#queue = [];
    const opener = newcomers[0];
    if (opener === undefined) return;
    const { revision, target, ports, nextId } = this.#options;
    const number = nextId();
    const asked = this.#wishes.together();
    const upstream: Upstream = {
      number,
      asked: { ...asked, all: new Set(asked.uris) },
      newcomers,
      lists: 0,
      uris: NO_URIS,
      grantedMs: 0,
      asking: OVER,
      isOver: false,
    };
    this.#next = upstream;
    clearTimeout(this.#patience);
    this.#patience = later(ACKNOWLEDGE_MS, () => this.#refused(upstream));
    upstream.asking = askModernHttp(askFor(opener.of.ask, { number, revision, asked }), target, this.#hearing(upstream), ports);
    if (upstream.isOver) upstream.asking.giveUp();
  }

  #hearing(upstream: Upstream): Hearing {
    const isFull = (): boolean => this.#isHeldUp || this.#fanOut.waiting >= MAX_WAITING;
    return {
      get full() {
        return isFull();
      },
      note: (said) => {
        if (upstream.isOver) return;
        if (said.method === ACKNOWLEDGED) this.#granted(upstream, said);
        else this.#hear(upstream, said);
      },
      final: (said) => this.#over(upstream, (listener) => listener.final(underOwnId(said, upstream.number, listener.of.ask.message.id))),
      fail: (refused, outcome) => {
        // It cannot be reached, or refuses whoever asks: so it would be for each of them.
        if (upstream === this.#next) this.#failNext(upstream, (listener) => listener.fail(refused, outcome));
        else this.#over(upstream, (listener) => listener.fail(refused, outcome));
      },
    };
  }

  #granted(upstream: Upstream, said: NoteMessage): void {
    if (upstream !== this.#next) return;
    const granted = readFilter(said.params?.['notifications']);
    const { asked } = upstream;
    upstream.lists = granted.lists & asked.lists;
    upstream.uris = new Set(granted.uris.filter((uri) => asked.all.has(uri)));
    upstream.grantedMs = this.#options.ports.nowMs();
    const before = this.#current;
    // Asked for more, it would tell those less who are there already.
    if (before !== undefined && !this.#wishes.isKept(before, upstream)) return this.#refused(upstream);
    clearTimeout(this.#patience);
    this.#next = undefined;
    this.#follow(before);
    this.#current = upstream;
    for (const listener of upstream.newcomers.splice(0)) this.#acknowledge(listener, upstream);
    this.#placeQueue();
  }

  /** The stream before is heard a moment longer. */
  #follow(before: Upstream | undefined): void {
    clearTimeout(this.#overlap);
    end(this.#previous);
    this.#previous = before;
    if (before === undefined) return;
    this.#overlap = later(OVERLAP_MS, () => {
      end(before);
      if (this.#previous === before) this.#previous = undefined;
    });
  }

  #placeQueue(): void {
    for (const listener of this.#queue.splice(0)) this.#place(listener);
  }

  #hear(upstream: Upstream, said: NoteMessage): void {
    if (upstream !== this.#current && upstream !== this.#previous) return;
    const { server, ports } = this.#options;
    noteChange(server.name, said, ports);
    const { method } = said;
    const uri = said.params?.['uri'];
    const bit = bitOf(method);
    const isUpdate = method === UPDATED && typeof uri === 'string';
    // What nobody has asked for is said to nobody.
    if (bit === 0 && !isUpdate) return;
    const hears = ({ wish }: SharedListener): boolean => bit === 0 || (wish.lists & bit) !== 0;
    const all = bit === 0 ? this.#wishes.watchers(typeof uri === 'string' ? watchableAs(uri) : []) : this.#told.all();
    const to = all.filter((one) => one.since > 0 && one.since <= upstream.number && hears(one));
    if (to.length === 0) return;
    const shared = createSharedNote(said, ports);
    let full = 0;
    this.#fanOut.add({
      about: isUpdate ? `${method} ${uri}` : method,
      to,
      tell: (listener) => {
        listener.note(shared);
        if (!listener.isOver && listener.isFull) full += 1;
      },
      done: () => {
        // Of several, one that takes no more does not hold up the others.
        this.#isHeldUp = full > 0 && full === to.length;
        if (!this.#isHeldUp && this.#fanOut.waiting < MAX_WAITING) this.#resume();
      },
    });
  }

  /** A stream has ended by itself. */
  #over(upstream: Upstream, last: (listener: SharedListener) => void): void {
    if (upstream.isOver) return;
    if (upstream === this.#next) return this.#refused(upstream);
    upstream.isOver = true;
    if (upstream !== this.#current) return;
    this.#current = undefined;
    this.#fanOut.add({
      about: undefined,
      to: this.#told.all().filter(({ since }) => since <= upstream.number),
      tell: (listener) => {
        if (listener.isOver) return;
        this.#forget(listener);
        last(listener);
      },
      done: () => {},
    });
  }

  /** The server does not have what is wished put together, or says nothing to it. */
  #refused(upstream: Upstream): void {
    this.#aloneUntilMs = this.#options.ports.nowMs() + BELIEVED_MS;
    this.#failNext(upstream, (listener) => listener.goAlone());
  }

  #failNext(upstream: Upstream, last: (listener: SharedListener) => void): void {
    if (upstream !== this.#next) return;
    clearTimeout(this.#patience);
    this.#next = undefined;
    end(upstream);
    for (const listener of upstream.newcomers.splice(0)) {
      if (listener.isOver) continue;
      this.#forget(listener);
      last(listener);
    }
    this.#placeQueue();
  }
}

const NO_URIS: ReadonlySet<string> = new Set();

function covers(lists: number, uris: ReadonlySet<string>, wish: ListenFilter): boolean {
  return (wish.lists & ~lists) === 0 && wish.uris.every((uri) => uris.has(uri));
}

function end(upstream: Upstream | undefined): void {
  if (upstream === undefined || upstream.isOver) return;
  upstream.isOver = true;
  upstream.asking.giveUp();
}
