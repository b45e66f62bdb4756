import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { bed } from './fakes.fixture.ts';
import { createMemberListen } from './member-listen.ts';
import type { MemberListen } from './member-listen.ts';
import { fakeMembers } from './members.fixture.ts';
import type { FakeMembers } from './members.fixture.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

interface Begun extends FakeMembers {
  readonly listen: MemberListen;
  readonly heard: string[];
}

function begin(t: TestContext, wanted = true): Begun {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const members = fakeMembers();
  const { ports, server } = bed([]);
  const heard: string[] = [];
  const listen = createMemberListen(
    {
      asker: members.asker,
      server: server.server,
      wanted: () => (wanted ? { toolsListChanged: true } : undefined),
      full: () => false,
      onSettled: () => heard.push('settled'),
      onBack: () => heard.push('back'),
      onSaid: ({ method }) => heard.push(method),
    },
    { ...ports, nowMs: () => Date.now() },
  );
  listen.open();
  return { ...members, listen, heard };
}

test('it is asked, acknowledges, and is heard', (t) => {
  const { last, listen, heard } = begin(t);
  assert.deepEqual(last().params['notifications'], { toolsListChanged: true });
  assert.equal(listen.settled, false);
  last().note(ACKNOWLEDGED, { notifications: { toolsListChanged: true } });
  assert.deepEqual([listen.settled, listen.missing, listen.honoured], [true, false, { toolsListChanged: true }]);
  last().note('notifications/tools/list_changed', {});
  assert.deepEqual(heard, ['settled', 'notifications/tools/list_changed']);
});

test('one that cannot be reached is missing, and asked again, later and later, until it is back', (t) => {
  const { asked, last, listen, heard } = begin(t);
  const waits: number[] = [];
  for (let times = 0; times < 9; times++) {
    last().fail({ code: 'upstream_unreachable' });
    assert.equal(listen.missing, true);
    const before = asked.length;
    for (let waitedMs = 0; asked.length === before; waitedMs += 1_000) {
      t.mock.timers.tick(1_000);
      if (asked.length > before) waits.push(waitedMs + 1_000);
    }
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  heard.length = 0;
  last().note(ACKNOWLEDGED, { notifications: { toolsListChanged: true } });
  assert.equal(listen.missing, false);
  assert.deepEqual(heard, ['settled', 'back']);
});

test('who acknowledges and ends at once is asked less and less; who ends after long is asked at once', (t) => {
  const { asked, last } = begin(t);
  const endsAfter = (ms: number): void => {
    last().note(ACKNOWLEDGED, { notifications: {} });
    t.mock.timers.tick(ms);
    last().result({ resultType: 'complete' });
  };
  endsAfter(0);
  t.mock.timers.tick(1_000);
  endsAfter(0);
  t.mock.timers.tick(1_999);
  assert.equal(asked.length, 2);
  t.mock.timers.tick(1);
  assert.equal(asked.length, 3);
  endsAfter(61_000);
  t.mock.timers.tick(1_000);
  assert.equal(asked.length, 4);
});

test('who refuses is not asked again, nor who may not be used any more', (t) => {
  const { asked, last, listen } = begin(t);
  last().error(-32601);
  t.mock.timers.tick(600_000);
  assert.equal(asked.length, 1);
  assert.deepEqual([listen.settled, listen.missing], [true, false]);
});

test('a server that the agent may not use is not asked', (t) => {
  const { asked, listen } = begin(t, false);
  assert.deepEqual([asked.length, listen.settled], [0, true]);
});

test('given up, it is cancelled and asked no more', (t) => {
  const { asked, last, listen, heard } = begin(t);
  listen.giveUp();
  assert.equal(last().given.up, true);
  heard.length = 0;
  last().note('notifications/tools/list_changed', {});
  last().fail({ code: 'upstream_unreachable' });
  t.mock.timers.tick(600_000);
  assert.equal(asked.length, 1);
  assert.deepEqual(
    heard.filter((one) => one !== 'settled'),
    [],
  );
});
