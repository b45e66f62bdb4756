import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LineLost, StdioEvents } from '../../servers/index.ts';
import { until } from '../../servers/upstream.fixture.ts';
import { message, recordLink } from './link.fixture.ts';
import type { LinkRecorder } from './link.fixture.ts';
import { createLineLink } from './link-lines.ts';
import type { LegacyLink } from './party.ts';

interface Bed {
  readonly link: LegacyLink;
  readonly heard: LinkRecorder;
  readonly sent: string[];
  readonly calls: string[];
  readonly say: (value: object | string) => void;
  readonly exit: (text: string) => void;
  /** Loses the line sent last. */
  readonly lose: (why: LineLost) => void;
  readonly noise: () => number;
}

function bed(): Bed {
  const heard = recordLink();
  const sent: string[] = [];
  const calls: string[] = [];
  let noise = 0;
  let events: StdioEvents | undefined;
  let lose: (why: LineLost) => void = () => {};
  const link = createLineLink(
    'tickets',
    (given) => {
      events = given;
      return {
        send: (line, onLost) => {
          sent.push(Buffer.from(line).toString());
          lose = onLost ?? lose;
        },
        pause: () => calls.push('pause'),
        resume: () => calls.push('resume'),
        close: () => calls.push('close'),
      };
    },
    () => noise++,
  )(heard.events);
  return {
    link,
    heard,
    sent,
    calls,
    say: (value) => events?.onLine(Buffer.from(typeof value === 'string' ? value : JSON.stringify({ jsonrpc: '2.0', ...value }))),
    exit: (text) => events?.onExit(text),
    lose: (why) => lose(why),
    noise: () => noise,
  };
}

const CALL = message({ id: 7, method: 'tools/call', params: { name: 'wait' } });

test('a request is answered once, whatever else the server says', () => {
  const { link, heard, say, noise } = bed();
  link.send(CALL);
  say({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
  say({ id: 1, method: 'roots/list' });
  say({ id: 8, result: {} });
  say({ id: null, error: { code: -32700, message: '?' } });
  say('a log line');
  say({ id: 7, result: { content: [] } });
  say({ id: 7, result: { content: [1] } });
  assert.deepEqual(
    heard.messages.map(({ value, on }) => [Object.keys(Object(value)).includes('result'), on]),
    [
      [false, undefined],
      [false, undefined],
      [true, undefined],
    ],
  );
  assert.equal(noise(), 4);
});

test('when the server ends, what is under way is lost with an unknown outcome, then the session is over', async () => {
  const { link, heard, exit } = bed();
  link.send(CALL);
  exit('It ended with code 1.');
  assert.deepEqual(
    heard.lost.map(({ id, refused, state }) => [id, refused.code, state]),
    [[7, 'outcome_unknown', 'delivered']],
  );
  assert.deepEqual(heard.ends, ['It ended with code 1.']);
  link.send(CALL);
  await until(() => heard.lost.length === 2);
  assert.equal(heard.lost[1]?.state, 'expired');
});

test('one line that is lost loses one request', () => {
  const { link, heard, lose } = bed();
  link.send(CALL);
  lose({ code: 'overloaded', say: 'Busy.', delivered: false });
  assert.deepEqual(heard.lost, [{ id: 7, refused: { code: 'overloaded', say: 'Busy.' }, state: 'not-delivered' }]);
  assert.deepEqual(heard.ends, []);
});

test('a forgotten request is not answered; a closed link says nothing', () => {
  const { link, heard, say, exit, calls } = bed();
  link.send(CALL);
  link.forget(7);
  say({ id: 7, result: {} });
  link.pause();
  link.resume();
  link.close();
  say({ id: 1, method: 'ping' });
  exit('closed');
  assert.deepEqual(calls, ['pause', 'resume', 'close']);
  assert.deepEqual([heard.messages, heard.lost, heard.ends], [[], [], []]);
});

test('a pipe has what belongs to no request from the start', () => {
  const { link } = bed();
  const offered: boolean[] = [];
  link.listen((yes) => offered.push(yes));
  assert.deepEqual(offered, [true]);
  assert.equal(link.hasStreams, false);
});
