import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEventStore } from './event-store.ts';
import type { EventCaps, EventLog, EventStore } from './event-store.ts';

const ROOMY: EventCaps = { maxEvents: 100, maxBytes: 10_000 };
const store = (session: EventCaps = ROOMY, worker: EventCaps = ROOMY): EventStore<string> => createEventStore({ session, worker });
const texts = (log: EventLog<string>, id: string): readonly string[] | undefined =>
  log.after(id)?.events.map(({ data }) => Buffer.from(data).toString());

describe('what came after an event', () => {
  test('is the rest of its stream, and of no other', () => {
    const log = store().log(7);
    const [one, two] = [log.begin('one'), log.begin('two')];
    const ids = ['a', 'b', 'c'].map((text, index) => {
      two.add(Buffer.from(`other ${index}`));
      return one.add(Buffer.from(text));
    });
    assert.deepEqual(texts(log, one.firstId), ['a', 'b', 'c']);
    assert.deepEqual(texts(log, ids[1] ?? ''), ['c']);
    assert.deepEqual(texts(log, ids[2] ?? ''), []);
    assert.equal(log.after(ids[0] ?? '')?.stream.about, 'one');
  });

  test('has the ids with which it was said first', () => {
    const log = store().log(7);
    const stream = log.begin('');
    const ids = [stream.add(Buffer.from('a')), stream.add(Buffer.from('b'))];
    assert.deepEqual(
      log.after(stream.firstId)?.events.map(({ id }) => id),
      ids,
    );
  });

  test('is there after the stream has ended too', () => {
    const log = store().log(7);
    const stream = log.begin('');
    stream.add(Buffer.from('final'));
    stream.end('ended');
    assert.equal(log.after(stream.firstId)?.stream.ended, true);
    assert.equal(log.after(stream.firstId)?.stream.about, 'ended', 'what it was about before is let go');
    assert.deepEqual(texts(log, stream.firstId), ['final']);
  });
});

describe('nothing is found', () => {
  test('under an id of another session, of no stream, or of another form', () => {
    const all = store();
    const [mine, theirs] = [all.log(1), all.log(2)];
    const id = theirs.begin('').add(Buffer.from('secret'));
    mine.begin('');
    for (const wrong of [id, '1-9-0', '1-1', '1-1-0-0', '', 'x', '1-1--1', '01-1-0x', '1-1-1e3'])
      assert.equal(mine.after(wrong), undefined, wrong);
  });

  test('when part of what came is not kept any more', () => {
    const log = store({ maxEvents: 2, maxBytes: 1_000 }).log(1);
    const stream = log.begin('');
    const ids = ['a', 'b', 'c'].map((text) => stream.add(Buffer.from(text)));
    assert.equal(log.after(stream.firstId), undefined);
    assert.deepEqual(texts(log, ids[0] ?? ''), ['b', 'c']);
  });

  test('once it is dropped, or its session is over', () => {
    const all = store();
    const log = all.log(1);
    const [one, two] = [log.begin(''), log.begin('')];
    one.add(Buffer.from('a'));
    two.add(Buffer.from('b'));
    one.drop();
    assert.equal(log.after(one.firstId), undefined);
    assert.deepEqual(texts(log, two.firstId), ['b']);
    log.close();
    assert.equal(log.after(two.firstId), undefined);
    assert.deepEqual([all.events, all.bytes], [0, 0]);
  });
});

describe('memory is bounded', () => {
  test('by bytes of one session', () => {
    const all = store({ maxEvents: 100, maxBytes: 10 });
    const stream = all.log(1).begin('');
    for (let index = 0; index < 50; index++) stream.add(Buffer.from('12345'));
    assert.deepEqual([all.events, all.bytes], [2, 10]);
  });

  test('by what all sessions have together: the oldest goes, whosever it is', () => {
    const all = store(ROOMY, { maxEvents: 3, maxBytes: 1_000 });
    const logs = [all.log(1), all.log(2)];
    const streams = logs.map((log) => log.begin(''));
    for (const stream of [...streams, ...streams]) stream.add(Buffer.from('x'));
    assert.equal(all.events, 3);
    assert.equal(logs[0]?.after(streams[0]?.firstId ?? ''), undefined);
    assert.equal(logs[1]?.after(streams[1]?.firstId ?? '')?.events.length, 2);
  });

  test('an event larger than the cap is not kept', () => {
    const all = store({ maxEvents: 9, maxBytes: 4 });
    const log = all.log(1);
    const stream = log.begin('');
    const id = stream.add(Buffer.from('12345'));
    assert.deepEqual([all.events, all.bytes], [0, 0]);
    assert.equal(log.after(stream.firstId), undefined);
    assert.deepEqual(texts(log, id), []);
  });

  test('ended streams of which nothing is kept are forgotten', () => {
    const log = store({ maxEvents: 1, maxBytes: 100 }).log(1);
    const old = log.begin('old');
    const last = old.add(Buffer.from('a'));
    old.end('ended');
    log.begin('new').add(Buffer.from('b'));
    assert.equal(log.after(last), undefined);
  });
});
