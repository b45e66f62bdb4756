import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentPriority } from '../agents/index.ts';
import { TURN_US, WaitingLine } from './waiting-line.ts';

const PATIENCE_MS = 100;

/** A line, a clock that only moves when a call is begun or a test says so, and what became of whom. */
function bed(callUs = TURN_US / 4) {
  const begun: string[] = [];
  const sentAway: string[] = [];
  let nowUs = 1_000_000;
  let workedUs = 0;
  let told: (() => void)[] = [];
  const work = (us: number): void => {
    nowUs += us;
    workedUs += us;
  };
  const line = new WaitingLine<string>({
    nowUs: () => nowUs,
    workedUs: () => workedUs,
    patienceMs: () => PATIENCE_MS,
    afterTurn: (endTurn) => told.push(endTurn),
    begin: (name) => {
      work(callUs);
      begun.push(name);
    },
    turnAway: (name) => sentAway.push(name),
  });
  return {
    line,
    begun,
    sentAway,
    work,
    pause: (us: number): void => void (nowUs += us),
    /** A call comes. */
    come: (name: string, priority: AgentPriority = 'interactive'): 'begun' | 'waits' | 'turned away' => {
      if (line.mayBegin(priority, nowUs)) {
        work(callUs);
        begun.push(name);
        return 'begun';
      }
      if (line.isFull(priority)) return 'turned away';
      line.wait(priority, name);
      return 'waits';
    },
    /** The loop has read all sockets of this turn. */
    endTurn: (): void => {
      const due = told;
      told = [];
      for (const endTurn of due) endTurn();
    },
  };
}

test('calls that come one at a time begin at once', () => {
  const { come, pause, endTurn } = bed();
  for (let n = 0; n < 50; n++) {
    assert.equal(come(`call-${n}`), 'begun');
    endTurn();
    pause(TURN_US);
  }
});

test('of calls that take longer than a turn each turn begins one', () => {
  const { come, endTurn, begun } = bed(3.5 * TURN_US);
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => come(name)),
    ['begun', 'waits', 'waits'],
  );
  endTurn();
  assert.deepEqual(begun, ['a', 'b']);
  endTurn();
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('a turn begins calls for so long; the others wait for the next, in their order', () => {
  const { come, endTurn, begun } = bed();
  const places = Array.from({ length: 10 }, (_, n) => come(`${n}`));
  assert.deepEqual(places, [...Array(4).fill('begun'), ...Array(6).fill('waits')]);
  endTurn();
  assert.deepEqual(begun, ['0', '1', '2', '3', '4', '5', '6', '7']);
  assert.equal(come('late'), 'waits', 'whoever comes stands behind those who wait');
  endTurn();
  assert.deepEqual(begun.slice(8), ['8', '9', 'late']);
  endTurn();
  assert.equal(come('next'), 'begun');
});

test('the important go first: at once where they come, before the others where they wait', () => {
  const { come, endTurn, begun } = bed(1.5 * TURN_US);
  assert.equal(come('first'), 'begun');
  for (const [name, priority] of [
    ['b', 'batch'],
    ['i', 'interactive'],
  ] as const)
    assert.equal(come(name, priority), 'waits');
  assert.equal(come('c', 'critical'), 'begun');
  for (let turn = 0; turn < 3; turn++) endTurn();
  assert.deepEqual(begun, ['first', 'c', 'i', 'b']);
});

test('critical calls wait too where there are too many of them, and are begun before all others', () => {
  const { come, endTurn, begun } = bed(TURN_US / 2);
  for (let n = 0; n < 12; n++) come(`c${n}`, 'critical');
  come('i');
  endTurn();
  assert.equal(begun.includes('i'), false);
  for (let turn = 0; turn < 6; turn++) endTurn();
  assert.equal(begun.at(-1), 'i');
  assert.equal(begun.length, 13);
});

/** More than a turn can begin, until somebody is turned away; how many turns that took. */
function crowd({ come, endTurn, work }: ReturnType<typeof bed>, priority: AgentPriority): number {
  for (let turn = 1; turn <= 1_000; turn++) {
    for (let n = 0; n < 40; n++) if (come('crowd', priority) === 'turned away') return turn;
    work(TURN_US);
    endTurn();
  }
  return Infinity;
}

test('who comes where the first in the line has waited for too long is turned away; batch soonest, critical latest', () => {
  const turns = (['batch', 'interactive', 'critical'] as const).map((priority) => crowd(bed(), priority));
  const [batch = 0, interactive = 0, critical = 0] = turns;
  assert.ok(batch > 1 && batch < interactive && interactive < critical && critical < Infinity, turns.join(' '));
});

test('where interactive calls are turned away, critical ones are begun', () => {
  const given = bed();
  crowd(given, 'interactive');
  assert.equal(given.come('urgent', 'critical'), 'begun');
});

test('a worker that is not given the processor turns nobody away, however long that lasts', () => {
  const { come, endTurn, pause } = bed();
  for (let n = 0; n < 20; n++) come(`${n}`);
  pause(1_000 * TURN_US);
  endTurn();
  assert.equal(come('after it'), 'waits');
});

test('nor does one long turn', () => {
  const { come, endTurn, work } = bed();
  for (let n = 0; n < 20; n++) come(`${n}`);
  work(1_000 * TURN_US);
  endTurn();
  assert.equal(come('after it'), 'waits');
});

test('those whose turn never comes because others go first are sent away in the end, and not forgotten', () => {
  const { line, come, endTurn, work, begun, sentAway } = bed();
  while (line.count('batch') === 0) come('old', 'batch');
  begun.length = 0;
  for (let turn = 0; turn < 200 && line.count('batch') > 0; turn++) {
    for (let n = 0; n < 20; n++) come('crowd');
    work(TURN_US);
    endTurn();
  }
  assert.deepEqual([sentAway, begun.includes('old')], [['old'], false]);
  assert.equal(line.count('batch'), 0);
});

test('a line of many thousands is first in, first out', () => {
  const { line, come, endTurn, begun } = bed(1);
  for (let n = 0; n < 4; n++) come('', 'batch');
  const { length } = begun;
  for (let n = 0; n < 5_000; n++) line.wait('interactive', `${n}`);
  for (let turn = 0; turn < 10; turn++) endTurn();
  assert.deepEqual(
    begun.slice(length),
    Array.from({ length: 5_000 }, (_, n) => `${n}`),
  );
});
