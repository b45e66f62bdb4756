// What was said on the streams of sessions that the gateway itself keeps, for agents that come back after a broken connection (2025-11-25
// basic/transports, "Resumability and Redelivery"). An id names a session, one of its streams and a place in it, so that nobody gets the words
// of another stream. Kept is the newest, up to a cap for each session and one for all: who comes back later is told that the rest is gone.
//
// Pure: what is kept, and nothing of who sends or fetches it.

/** An event that is kept. */
export interface StoredEvent {
  readonly id: string;
  readonly data: Uint8Array;
}

/** One stream of events, begun for one request. */
export interface EventStream<About> {
  readonly about: About;
  /** The id before the first event. */
  readonly firstId: string;
  /** Everything has been said. */
  readonly ended: boolean;
  /** Keeps an event and gives its id. */
  add(data: Uint8Array): string;
  /** From here on it is about this: what was needed only while more could come is let go. */
  end(about: About): void;
  /** Forgets it all. */
  drop(): void;
}

/** The streams of one session. */
export interface EventLog<About> {
  begin(about: About): EventStream<About>;
  /** What came on a stream after an event; undefined: there is no such stream, or part of what came is not kept any more. */
  after(lastId: string): { readonly stream: EventStream<About>; readonly events: readonly StoredEvent[] } | undefined;
  close(): void;
}

/** The logs of all sessions. */
export interface EventStore<About> {
  readonly events: number;
  readonly bytes: number;
  /** A log for the session with this number. */
  log(session: number): EventLog<About>;
}

/** Caps: the oldest goes first. */
export interface EventCaps {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

interface Kept {
  readonly place: number;
  readonly data: Uint8Array;
  readonly forget: () => void;
}

/** What is kept, in the order of its coming, of one session or of all. */
interface Shelf {
  readonly kept: Set<Kept>;
  readonly caps: EventCaps;
  bytes: number;
}

const ID = /^(\d{1,15})-(\d{1,15})-(\d{1,15})$/;

/** An empty store. */
export function createEventStore<About>(caps: { readonly session: EventCaps; readonly worker: EventCaps }): EventStore<About> {
  const all: Shelf = { kept: new Set(), caps: caps.worker, bytes: 0 };
  return {
    get events() {
      return all.kept.size;
    },
    get bytes() {
      return all.bytes;
    },
    log: (session) => createLog(session, { kept: new Set(), caps: caps.session, bytes: 0 }, all),
  };
}

function createLog<About>(session: number, own: Shelf, all: Shelf): EventLog<About> {
  const streams = new Map<number, { readonly stream: EventStream<About>; readonly kept: readonly Kept[]; readonly from: () => number }>();
  let next = 1;

  const begin = (about: About): EventStream<About> => {
    const number = next++;
    const kept: Kept[] = [];
    let current = about;
    let places = 0;
    let ended = false;
    const idOf = (place: number): string => `${session}-${number}-${place}`;
    const stream: EventStream<About> = {
      get about() {
        return current;
      },
      firstId: idOf(0),
      get ended() {
        return ended;
      },
      add: (data) => {
        const event: Kept = {
          place: ++places,
          data,
          forget: () => {
            kept.splice(kept.indexOf(event), 1);
            for (const shelf of [own, all]) take(shelf, event);
            if (ended && kept.length === 0) streams.delete(number);
          },
        };
        kept.push(event);
        for (const shelf of [own, all]) put(shelf, event);
        for (const shelf of [own, all]) trim(shelf);
        return idOf(event.place);
      },
      end: (rest) => {
        ended = true;
        current = rest;
        if (kept.length === 0) streams.delete(number);
      },
      drop: () => {
        ended = true;
        for (let [oldest] = kept; oldest !== undefined; [oldest] = kept) oldest.forget();
        streams.delete(number);
      },
    };
    // Without anything kept, what comes next is all there is to come: nothing before it can be asked for.
    streams.set(number, { stream, kept, from: () => (kept[0]?.place ?? places + 1) - 1 });
    return stream;
  };

  return {
    begin,
    after: (lastId) => {
      const [, whose, which, place] = ID.exec(lastId) ?? [];
      const found = Number(whose) === session ? streams.get(Number(which)) : undefined;
      const last = Number(place);
      if (found === undefined || last < found.from()) return undefined;
      const events = found.kept.filter((event) => event.place > last);
      return { stream: found.stream, events: events.map((event) => ({ id: `${session}-${which}-${event.place}`, data: event.data })) };
    },
    close: () => {
      for (const { stream } of streams.values()) stream.drop();
    },
  };
}

function put(shelf: Shelf, event: Kept): void {
  shelf.kept.add(event);
  shelf.bytes += event.data.length;
}

function trim(shelf: Shelf): void {
  for (const oldest of shelf.kept) {
    if (shelf.kept.size <= shelf.caps.maxEvents && shelf.bytes <= shelf.caps.maxBytes) return;
    oldest.forget();
  }
}

function take(shelf: Shelf, event: Kept): void {
  if (shelf.kept.delete(event)) shelf.bytes -= event.data.length;
}
