// What happens, as it happens, to many listeners at once. Each holds only what it has not been told yet, and of what changes often only the last: whoever
// reads slowly reads less, and nothing grows.

import type { EventsPort, EventsQuery, GatewayEvent, JobView, OverviewPoint, RecordView } from '../../admin/index.ts';
import type { Changed } from '../../admin/index.ts';
import { fail, ok } from '../../base/index.ts';
import type { JobsDesk } from '../jobs-desk.ts';
import type { News } from '../news.ts';
import type { CallFeed } from './call-feed.ts';
import { toCallFilter } from './to-filter.ts';

export interface EventPortOptions {
  readonly feed: CallFeed;
  readonly jobs: Pick<JobsDesk, 'onChange'>;
  readonly news: Pick<News, 'onChanged' | 'onPoint'>;
  /** By the privacy profile in force. */
  readonly hidesNames: () => boolean;
  /** Why somebody may not be asked for by name now; undefined: they may. */
  readonly refusalOf: (query: Pick<EventsQuery, 'agent'>) => string | undefined;
}

/** Streams at once, of all who are signed in. */
const MAX_LISTENERS = 64;
/** Streams of one session: the places are everybody's, and a browser has no more than six connections to one host, which pages need for more than this. */
const MAX_OF_SESSION = 4;
/** Calls that a listener has not read yet. */
const MAX_WAITING = 500;

export function createEventPort({ feed, jobs, news, hidesNames, refusalOf }: EventPortOptions): EventsPort {
  let listeners = 0;
  /** By session, the oldest first: what ends each of its streams for a newer one. */
  const sessions = new Map<string, Set<() => void>>();

  /** Takes a place of a session. Gives back what leaves it. */
  const enter = (session: string, giveWay: () => void): (() => void) => {
    const streams = sessions.get(session) ?? new Set();
    sessions.set(session, streams);
    const [oldest] = streams;
    if (streams.size >= MAX_OF_SESSION) oldest?.();
    streams.add(giveWay);
    return () => {
      streams.delete(giveWay);
      if (streams.size === 0) sessions.delete(session);
    };
  };

  const listen = (query: EventsQuery, session: string | undefined): AsyncIterator<GatewayEvent, undefined> => {
    const inbox = createInbox();
    const leaving: (() => void)[] = [];
    let isOver = false;
    const leave = (last?: GatewayEvent): void => {
      if (isOver) return;
      isOver = true;
      listeners -= 1;
      for (const one of leaving) one();
      inbox.end(last);
    };
    const begin = (): void => {
      if (session !== undefined) leaving.push(enter(session, () => leave({ topic: 'over', why: 'newer' })));
      listeners += 1;
      const wants = (topic: EventsQuery['topics'][number]): boolean => query.topics.includes(topic);
      if (wants('overview')) leaving.push(news.onPoint((point) => inbox.point(point)));
      if (wants('jobs')) leaving.push(jobs.onChange((job) => inbox.job(job)));
      if (wants('changes')) leaving.push(news.onChanged((of) => inbox.changed(of)));
      if (!wants('calls')) return inbox.ready();
      const hides = hidesNames();
      // Under another profile other things may be seen: whoever looks on begins again.
      leaving.push(news.onChanged(() => void (hidesNames() === hides || leave())));
      const { onReady, onCalls } = { onReady: inbox.ready, onCalls: inbox.calls };
      leaving.push(feed.watch({ filter: toCallFilter(query), hidesNames: hides, onReady, onCalls }));
    };
    let hasBegun = false;
    return {
      next: () => {
        if (!hasBegun) begin();
        hasBegun = true;
        return inbox.next();
      },
      return: async () => {
        if (hasBegun) leave();
        return { done: true, value: undefined };
      },
    };
  };

  return {
    listen: async (query, session) => {
      const refusal = query.topics.includes('calls') ? refusalOf(query) : undefined;
      if (refusal !== undefined) return fail({ code: 'two_needed', detail: refusal });
      const isOwnTurn = session !== undefined && (sessions.get(session)?.size ?? 0) >= MAX_OF_SESSION;
      if (listeners >= MAX_LISTENERS && !isOwnTurn) return fail({ code: 'unavailable', detail: TOO_MANY });
      return ok({ [Symbol.asyncIterator]: () => listen(query, session) });
    },
  };
}

const TOO_MANY = `${MAX_LISTENERS} pages listen already; close some of them.`;

/** What a listener has not been told yet. */
interface Inbox {
  readonly ready: () => void;
  readonly calls: (calls: { readonly records: readonly RecordView[]; readonly skipped: number }) => void;
  changed(of: Changed): void;
  job(job: JobView): void;
  point(point: OverviewPoint): void;
  next(): Promise<IteratorResult<GatewayEvent, undefined>>;
  /** `last`: all that is told yet. */
  end(last?: GatewayEvent): void;
}

function createInbox(): Inbox {
  let isReady = false;
  let records: RecordView[] = [];
  let skipped = 0;
  const changes = new Set<Changed>();
  const jobs = new Map<string, JobView>();
  let latest: OverviewPoint | undefined;
  let isOver = false;
  let farewell: GatewayEvent | undefined;
  let wake: (() => void) | undefined;

  const takeFarewell = (): GatewayEvent | undefined => {
    const last = farewell;
    farewell = undefined;
    return last;
  };
  const take = (): GatewayEvent | undefined => {
    if (isReady) {
      isReady = false;
      return { topic: 'ready' };
    }
    const [of] = changes;
    if (of !== undefined) {
      changes.delete(of);
      return { topic: 'change', of };
    }
    const [job] = jobs.values();
    if (job !== undefined) {
      jobs.delete(job.id);
      return { topic: 'job', job };
    }
    if (latest !== undefined) {
      const point = latest;
      latest = undefined;
      return { topic: 'overview', point };
    }
    const record = records.shift();
    if (record !== undefined) return { topic: 'call', record };
    if (skipped === 0) return undefined;
    const calls = skipped;
    skipped = 0;
    return { topic: 'skipped', calls };
  };
  const news = (): void => wake?.();

  return {
    ready: () => {
      isReady = true;
      news();
    },
    calls: (calls) => {
      const room = Math.max(0, MAX_WAITING - records.length);
      records = [...records, ...calls.records.slice(0, room)];
      skipped += calls.skipped + Math.max(0, calls.records.length - room);
      news();
    },
    changed: (of) => {
      changes.add(of);
      news();
    },
    job: (job) => {
      jobs.set(job.id, job);
      news();
    },
    point: (point) => {
      latest = point;
      news();
    },
    async next() {
      for (;;) {
        const event = isOver ? takeFarewell() : take();
        if (event !== undefined) return { done: false, value: event };
        if (isOver) return { done: true, value: undefined };
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    },
    end: (last) => {
      isOver = true;
      farewell = last;
      news();
    },
  };
}
