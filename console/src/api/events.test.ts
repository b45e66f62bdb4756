import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventStream, urlOf } from './events.ts';
import type { Hearing } from './events.ts';

/** A browser whose time passes when the test says so. */
function createBrowser() {
  const opened: { readonly url: string; readonly hearing: Hearing; isOpen: boolean }[] = [];
  let waiting: { readonly what: () => void; readonly ms: number }[] = [];
  let isHidden = false;
  let look: () => void = () => undefined;
  return {
    show(isShown: boolean) {
      isHidden = !isShown;
      look();
    },
    opened,
    waits: () => waiting.map(({ ms }) => ms),
    pass() {
      const due = waiting;
      waiting = [];
      for (const { what } of due) what();
    },
    deps: {
      isHidden: () => isHidden,
      onLook: (listener: () => void) => {
        look = listener;
      },
      open: (url: string, hearing: Hearing) => {
        const connection = { url, hearing, isOpen: true };
        opened.push(connection);
        return () => {
          connection.isOpen = false;
        };
      },
      later: (what: () => void, ms: number) => {
        const entry = { what, ms };
        waiting.push(entry);
        return () => {
          waiting = waiting.filter((one) => one !== entry);
        };
      },
    },
  };
}

const READY = JSON.stringify({ topic: 'ready' });
const CHANGE = JSON.stringify({ topic: 'change', of: 'agents' });

test('listeners share one connection, and hear what they asked for', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  const heard: string[] = [];
  stream.listen({ topics: ['changes'] }, () => heard.push('change'));
  stream.listen({ topics: ['overview'] }, () => heard.push('overview'));
  assert.equal(browser.opened.length, 0, 'those who come together are waited for');
  browser.pass();
  assert.deepEqual(
    browser.opened.map(({ url }) => url),
    ['/api/v1/events?topics=changes%2Coverview'],
  );
  const [connection] = browser.opened;
  connection?.hearing.onMessage(READY);
  assert.equal(stream.state(), 'open');
  connection?.hearing.onMessage(CHANGE);
  assert.deepEqual(heard, ['change']);
});

test('the connection is made anew when what is wanted changes, and ends with the last listener', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  const stop = stream.listen({ topics: ['changes'] }, () => undefined);
  browser.pass();
  const stopCalls = stream.listen({ topics: ['calls'], filter: { server: 'files' } }, () => undefined);
  browser.pass();
  assert.equal(browser.opened[0]?.isOpen, false);
  assert.equal(browser.opened[1]?.url, '/api/v1/events?topics=calls%2Cchanges&server=files');
  stopCalls();
  stop();
  browser.pass();
  assert.equal(browser.opened[1]?.isOpen, false);
  assert.equal(browser.opened.length, 2);
});

test('who comes and goes at once costs no connection', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  stream.listen({ topics: ['changes'] }, () => undefined);
  browser.pass();
  stream.listen({ topics: ['calls'] }, () => undefined)();
  browser.pass();
  assert.equal(browser.opened.length, 1);
});

test('a broken connection is made again, later each time, and listeners are told that they missed something', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  let gaps = 0;
  stream.listen(
    { topics: ['changes'] },
    () => undefined,
    () => (gaps += 1),
  );
  browser.pass();
  browser.opened[0]?.hearing.onMessage(READY);
  assert.equal(gaps, 0, 'nothing was missed before the first one');

  const waits: number[] = [];
  for (let times = 0; times < 6; times++) {
    browser.opened.at(-1)?.hearing.onBreak();
    assert.equal(stream.state(), 'broken');
    waits.push(...browser.waits());
    browser.pass();
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  browser.opened.at(-1)?.hearing.onMessage(READY);
  assert.equal(stream.state(), 'open');
  assert.equal(gaps, 1);

  browser.opened.at(-1)?.hearing.onBreak();
  assert.deepEqual(browser.waits(), [1_000], 'a connection that stood begins anew');
});

test('what an old connection says after it was closed breaks nothing', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  stream.listen({ topics: ['changes'] }, () => undefined);
  browser.pass();
  stream.listen({ topics: ['jobs'] }, () => undefined);
  browser.pass();
  browser.opened[1]?.hearing.onMessage(READY);
  browser.opened[0]?.hearing.onBreak();
  assert.equal(stream.state(), 'open');
});

test('what is no event is passed over', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  const heard: unknown[] = [];
  stream.listen({ topics: ['changes', 'calls', 'jobs', 'overview'] }, (event) => heard.push(event));
  browser.pass();
  for (const data of ['', '{', 'null', '7', '{"topic":']) browser.opened[0]?.hearing.onMessage(data);
  assert.deepEqual(heard, []);
});

test('nobody wants anything: there is nowhere to listen', () => {
  assert.equal(urlOf([]), undefined);
});

test('a page that nobody sees has no connection, and what it missed is read when it is shown again', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  let gaps = 0;
  stream.listen(
    { topics: ['changes'] },
    () => undefined,
    () => (gaps += 1),
  );
  browser.pass();
  browser.opened[0]?.hearing.onMessage(READY);
  browser.show(false);
  assert.equal(browser.opened[0]?.isOpen, false);
  // Not even where something else is wanted, or time passes.
  stream.listen({ topics: ['jobs'] }, () => undefined);
  browser.pass();
  browser.pass();
  assert.equal(browser.opened.length, 1);
  browser.show(true);
  assert.equal(browser.opened[1]?.url, '/api/v1/events?topics=changes%2Cjobs');
  assert.equal(gaps, 0);
  browser.opened[1]?.hearing.onMessage(READY);
  assert.deepEqual([stream.state(), gaps], ['open', 1]);
  browser.show(true);
  assert.equal(browser.opened.length, 2, 'who comes to a page that listens changes nothing');
});

test('a page that was opened behind another connects when it is seen, and reads again what it showed', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  let gaps = 0;
  browser.show(false);
  stream.listen(
    { topics: ['changes'] },
    () => undefined,
    () => (gaps += 1),
  );
  browser.pass();
  assert.equal(browser.opened.length, 0);
  browser.show(true);
  browser.opened[0]?.hearing.onMessage(READY);
  assert.equal(gaps, 1);
});

test('a page that gave way to newer ones does not fight for its place, and takes it when somebody comes to it', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  let gaps = 0;
  stream.listen(
    { topics: ['changes'] },
    () => undefined,
    () => (gaps += 1),
  );
  browser.pass();
  browser.opened[0]?.hearing.onMessage(READY);
  browser.opened[0]?.hearing.onMessage(JSON.stringify({ topic: 'over', why: 'newer' }));
  // The end of the stream, which a browser tells as a break.
  browser.opened[0]?.hearing.onBreak();
  browser.pass();
  assert.deepEqual([stream.state(), browser.opened.length, browser.opened[0]?.isOpen], ['elsewhere', 1, false]);
  browser.show(true);
  browser.opened[1]?.hearing.onMessage(READY);
  assert.deepEqual([stream.state(), gaps], ['open', 1]);
});

test('who comes and goes while a connection is broken does not keep it from being made again', () => {
  const browser = createBrowser();
  const stream = createEventStream(browser.deps);
  stream.listen({ topics: ['changes'] }, () => undefined);
  browser.pass();
  browser.opened[0]?.hearing.onBreak();
  stream.listen({ topics: ['changes'] }, () => undefined)();
  browser.pass();
  assert.equal(browser.opened.length, 2);
});
