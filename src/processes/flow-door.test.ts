import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTED_FOR_MS } from '../policies/index.ts';
import type { Task } from '../policies/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Fields, Frame } from './channel.ts';
import { createFlowDoor } from './flow-door.ts';
import type { FlowDoor } from './flow-door.ts';

const TASK: Task = { tenant: 'default', agent: 'ann', session: 's', traces: [] };
const EMPTY = new Uint8Array(0);

interface Bed {
  readonly door: FlowDoor;
  readonly asked: string[];
  readonly records: unknown[];
  answer: (type: string) => Promise<Fields>;
  nowMs: number;
}
function bed(): Bed {
  const one: Omit<Bed, 'door'> = { asked: [], records: [], answer: async () => ({}), nowMs: 0 };
  const door = createFlowDoor({
    links: {
      request: async (_role, type): Promise<Frame> => {
        one.asked.push(type);
        return { type: 'answer', fields: await one.answer(type), payload: EMPTY, reply: () => {} };
      },
    },
    metrics: createMetrics(),
    nowMs: () => one.nowMs,
    toName: async (name) => `pseudonym of ${name}`,
    audit: () => ({ append: (record) => one.records.push(record) }),
  });
  return Object.assign(one, { door });
}
const forget = ({ door }: Bed): void =>
  door.hears?.['flow-forget']?.({
    type: 'flow-forget',
    fields: { tenant: 'default', agent: 'ann', by: 'op' },
    payload: EMPTY,
    reply: () => {},
  });

test('what was noted is remembered for a minute, label by label and task by task', async () => {
  const one = bed();
  const { authority } = one.door;
  assert.equal(authority.isNoted(TASK, ['a']), false);
  assert.equal(await authority.note(TASK, ['a']), true);
  assert.equal(authority.isNoted(TASK, ['a']), true);
  assert.equal(authority.isNoted(TASK, ['a', 'b']), false);
  assert.equal(authority.isNoted({ ...TASK, session: 'other' }, ['a']), false);
  assert.equal(authority.isNoted({ ...TASK, traces: ['x'] }, ['a']), false);
  one.nowMs = NOTED_FOR_MS;
  assert.equal(authority.isNoted(TASK, ['a']), false);
});

test('with another control, without one, and when a person had it forgotten, it is remembered no more', async () => {
  for (const happens of [
    ({ door }: Bed) => door.onControl?.(),
    ({ door }: Bed) => door.onControlGone?.(),
    async (one: Bed) => {
      forget(one);
      await Promise.resolve();
      assert.deepEqual(one.records, [{ kind: 'flow', time: 0, event: 'cleared', tenant: 'default', agent: 'pseudonym of ann', by: 'op' }]);
    },
  ]) {
    const one = bed();
    await one.door.authority.note(TASK, ['a']);
    await happens(one);
    assert.equal(one.door.authority.isNoted(TASK, ['a']), false);
  }
});

test('an answer that was under way when it was forgotten is not remembered', async () => {
  const one = bed();
  let release: (fields: Fields) => void = () => {};
  one.answer = () => new Promise((resolve) => (release = resolve));
  const noting = one.door.authority.note(TASK, ['a']);
  forget(one);
  release({});
  assert.equal(await noting, true);
  assert.equal(one.door.authority.isNoted(TASK, ['a']), false);
});

test('nobody there, an error, and nonsense are no answer', async () => {
  const one = bed();
  const { authority } = one.door;
  one.answer = async () => Promise.reject(new Error('the other process is gone'));
  assert.equal(await authority.read(TASK, false), undefined);
  assert.equal(await authority.note(TASK, ['a']), false);
  one.answer = async () => ({ error: 'nobody can say' });
  assert.equal(await authority.read(TASK, false), undefined);
  assert.equal(await authority.note(TASK, ['a']), false);
  one.answer = async () => ({ labels: 'private-source' });
  assert.equal(await authority.read(TASK, false), undefined);
  assert.equal(authority.isNoted(TASK, ['a']), false);
  one.answer = async () => ({ labels: ['private-source'] });
  assert.deepEqual(await authority.read(TASK, false), ['private-source']);
});
