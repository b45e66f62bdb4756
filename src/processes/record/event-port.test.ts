// What happens now, for many listeners: each gets what they asked for, none grows, and whoever leaves is gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Changed, EventsQuery, GatewayEvent, JobView, OverviewPoint, RecordView } from '../../admin/index.ts';
import { createNews } from '../news.ts';
import type { CallFeed, Watching } from './call-feed.ts';
import { createEventPort } from './event-port.ts';

function setUp() {
  const news = createNews();
  const jobs = new Set<(job: JobView) => void>();
  const watching = new Set<Watching>();
  const feed: CallFeed = {
    watch: (one) => {
      watching.add(one);
      return () => void watching.delete(one);
    },
    close: async () => {},
  };
  const privacy = { hides: false };
  const port = createEventPort({
    feed,
    news,
    jobs: { onChange: (listener) => (jobs.add(listener), () => void jobs.delete(listener)) },
    hidesNames: () => privacy.hides,
    refusalOf: ({ agent }) => (agent === undefined ? undefined : 'two people'),
  });
  return { port, news, jobs, watching, privacy };
}

function query(topics: EventsQuery['topics'], others: Partial<EventsQuery> = {}): EventsQuery {
  return { topics, ...others };
}

async function listen(port: ReturnType<typeof setUp>['port'], asked: EventsQuery, session?: string): Promise<AsyncIterator<GatewayEvent>> {
  const listening = await port.listen(asked, session);
  return listening.ok ? listening.value[Symbol.asyncIterator]() : assert.fail(listening.error.detail);
}

function call(seq: number): RecordView {
  return { log: 'worker-0', seq } as RecordView;
}

test('a listener hears the topics that they asked for, and nothing before they begin', async () => {
  const { port, news } = setUp();
  const events = await listen(port, query(['changes', 'overview']));
  news.changed('agents');
  const first = events.next();
  assert.deepEqual((await first).value, { topic: 'ready' });
  const waiting = events.next();
  news.changed('servers');
  assert.deepEqual((await waiting).value, { topic: 'change', of: 'servers' });
  // Told many times before it is read: once. Of points the last.
  for (const changed of ['policy', 'agents', 'policy'] satisfies Changed[]) news.changed(changed);
  for (const at of ['1', '2']) news.point(() => ({ at }) as OverviewPoint);
  const rest = [await events.next(), await events.next(), await events.next()].map(({ value }) => value);
  assert.deepEqual(rest, [
    { topic: 'change', of: 'policy' },
    { topic: 'change', of: 'agents' },
    { topic: 'overview', point: { at: '2' } },
  ]);
});

test('a listener who does not read holds no more than so much, and is told how much went by', async () => {
  const { port, watching } = setUp();
  const events = await listen(port, query(['calls']));
  const first = events.next();
  const [watched] = watching;
  watched?.onReady();
  assert.deepEqual((await first).value, { topic: 'ready' });
  for (let at = 0; at < 60; at++) watched?.onCalls({ records: Array.from({ length: 10 }, (_, one) => call(at * 10 + one)), skipped: 1 });
  const told: GatewayEvent[] = [];
  while (told.at(-1)?.topic !== 'skipped') told.push((await events.next()).value);
  assert.deepEqual([told.length, told[0], told.at(-1)], [501, { topic: 'call', record: call(0) }, { topic: 'skipped', calls: 160 }]);
});

test('leaving ends what is waited for, and nothing is left of it', async () => {
  const { port, jobs, watching } = setUp();
  const events = await listen(port, query(['calls', 'jobs', 'changes']));
  const waiting = events.next();
  assert.deepEqual([jobs.size, watching.size], [1, 1]);
  await events.return?.();
  assert.deepEqual([(await waiting).done, jobs.size, watching.size], [true, 0, 0]);
});

test('a stream that nobody begins holds nothing', async () => {
  const { port, jobs } = setUp();
  for (let at = 0; at < 100; at++) await listen(port, query(['jobs']));
  assert.equal(jobs.size, 0);
  const begun = [];
  for (let at = 0; at < 64; at++) {
    const events = await listen(port, query(['jobs']));
    void events.next();
    begun.push(events);
  }
  const refused = await port.listen(query(['jobs']));
  assert.equal(!refused.ok && refused.error.code, 'unavailable');
  await begun[0]?.return?.();
  assert.equal((await port.listen(query(['jobs']))).ok, true);
});

test('where names are hidden nobody is watched by name, and who watches under another profile begins again', async () => {
  const { port, news, privacy } = setUp();
  const refused = await port.listen(query(['calls'], { agent: 'ada' }));
  assert.equal(!refused.ok && refused.error.code, 'two_needed');
  const events = await listen(port, query(['calls']));
  const waiting = events.next();
  news.changed('settings');
  privacy.hides = true;
  news.changed('settings');
  assert.equal((await waiting).done, true);
});

test('a session has a few streams: the oldest gives way to a newer one and is told so, and others keep theirs', async () => {
  const { port, jobs } = setUp();
  const begin = async (session?: string): Promise<AsyncIterator<GatewayEvent>> => {
    const events = await listen(port, query(['jobs']), session);
    assert.deepEqual((await events.next()).value, { topic: 'ready' });
    return events;
  };
  const others = [await begin('b'), await begin()];
  const own = [await begin('a'), await begin('a'), await begin('a'), await begin('a')];
  const waiting = own.map((events) => events.next());
  await begin('a');
  assert.equal(jobs.size, 6);
  assert.deepEqual((await waiting[0])?.value, { topic: 'over', why: 'newer' });
  assert.equal((await own[0]?.next())?.done, true);
  // The places of others are theirs, and one that somebody has left needs nobody to give way.
  await own[1]?.return?.();
  await begin('a');
  assert.equal(jobs.size, 6);
  for (const events of others) await events.return?.();
  assert.equal(jobs.size, 4);
});

test('where all places are taken, whoever has their share of them may still move', async () => {
  const { port } = setUp();
  for (let at = 0; at < 64; at++) void (await listen(port, query(['jobs']), `session ${at % 16}`)).next();
  const refused = await port.listen(query(['jobs']), 'another');
  assert.equal(!refused.ok && refused.error.code, 'unavailable');
  void (await listen(port, query(['jobs']), 'session 3')).next();
  assert.equal((await port.listen(query(['jobs']), 'another')).ok, false);
});
