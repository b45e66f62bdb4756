import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTaintLedger, NOTED_FOR_MS } from './taint-ledger.ts';
import type { Task, TaintChange, TaintLedger, TaintRow } from './taint-ledger.ts';

const HOUR = 3_600_000;
const task = (agent: string, more: Partial<Task> = {}): Task => ({ tenant: 't', agent, session: undefined, traces: [], ...more });

/** What a store would hold after a change. */
const applied = (rows: Map<string, TaintRow>, { put, drop }: TaintChange): void => {
  const name = ({ tenant, agent, kind, key, label }: Omit<TaintRow, 'untilMs'>): string => [tenant, agent, kind, key, label].join(' ');
  for (const row of drop) rows.delete(name(row));
  for (const row of put) rows.set(name(row), row);
};

test('what an agent has used counts for everything it does, for the window', () => {
  const ledger = createTaintLedger();
  ledger.note(task('ann', { session: 's1', traces: ['x'] }), ['private-source'], 0, HOUR);
  for (const one of [task('ann'), task('ann', { session: 's2' }), task('ann', { traces: ['y'] })])
    assert.deepEqual(ledger.read(one, false, HOUR), ['private-source']);
  assert.deepEqual(ledger.read(task('bob'), false, 1), []);
  assert.deepEqual(ledger.read({ ...task('ann'), tenant: 'other' }, false, 1), []);
  assert.deepEqual(ledger.read(task('ann'), false, HOUR + 3 * NOTED_FOR_MS), []);
});

test('a session remembers for longer than the window, another session does not', () => {
  const ledger = createTaintLedger();
  ledger.note(task('ann', { session: 's1' }), ['private-source'], 0, HOUR);
  assert.deepEqual(ledger.read(task('ann', { session: 's1' }), false, 20 * HOUR), ['private-source']);
  assert.deepEqual(ledger.read(task('ann', { session: 's2' }), false, 20 * HOUR), []);
});

test('a trace carries what was used under it from agent to agent', () => {
  const ledger = createTaintLedger();
  ledger.note(task('ann', { traces: ['x'] }), ['private-source'], 0, HOUR);
  assert.deepEqual(ledger.read(task('bob', { traces: ['x'] }), false, 1), ['private-source']);
  assert.deepEqual(ledger.read({ ...task('bob', { traces: ['x'] }), tenant: 'other' }, false, 1), []);
});

test('a trace that is trusted narrows to what was used under it', () => {
  const ledger = createTaintLedger();
  ledger.note(task('ann', { traces: ['x'] }), ['private-source'], 0, HOUR);
  assert.deepEqual(ledger.read(task('ann', { traces: ['y'] }), true, 1), []);
  assert.deepEqual(ledger.read(task('ann', { traces: ['x'] }), true, 1), ['private-source']);
  // One that says nothing of its task is all of them.
  assert.deepEqual(ledger.read(task('ann'), false, 1), ['private-source']);
});

test('where there is no room for another trace, what the oldest has used counts for its agent', () => {
  const ledger = createTaintLedger([], { perAgent: 2, all: 100 });
  ledger.note(task('ann', { traces: ['x'] }), ['private-source'], 0, HOUR);
  for (const trace of ['y', 'z']) ledger.note(task('ann', { traces: [trace] }), ['untrusted-source'], 1, HOUR);
  assert.deepEqual(ledger.read(task('ann', { traces: ['new'] }), true, 2), ['private-source']);
  assert.equal(ledger.size, 2);
});

test('an agent that rotates its traces for ever leaves a bounded ledger', () => {
  const ledger = createTaintLedger([], { perAgent: 50, all: 60 });
  for (let i = 0; i < 1_000; i++)
    for (const agent of ['ann', 'bob']) ledger.note(task(agent, { session: `s${i}`, traces: [`x${i}`] }), ['private-source'], i, HOUR);
  assert.ok(ledger.size <= 60);
  ledger.sweep(100 * HOUR);
  assert.equal(ledger.size, 0);
  assert.deepEqual(ledger.all(100 * HOUR), []);
});

test('a person sees what counts, and can have it forgotten', () => {
  const ledger = createTaintLedger();
  ledger.note(task('ann', { session: 's', traces: ['x', 'y'] }), ['private-source'], 0, HOUR);
  assert.deepEqual(ledger.all(1), [
    {
      tenant: 't',
      agent: 'ann',
      labels: [{ label: 'private-source', untilMs: HOUR + 2 * NOTED_FOR_MS }],
      elsewhere: [],
      sessions: 1,
      traces: 2,
    },
  ]);
  assert.deepEqual(ledger.all(2 * HOUR), [
    { tenant: 't', agent: 'ann', labels: [], elsewhere: ['private-source'], sessions: 1, traces: 0 },
  ]);
  assert.equal(ledger.clear('t', 'ann'), true);
  assert.equal(ledger.clear('t', 'ann'), false);
  assert.deepEqual(ledger.read(task('ann', { session: 's', traces: ['x'] }), false, 1), []);
});

// A model that keeps every note for ever, against the ledger, with little room, across restarts.
interface Note {
  readonly task: Task;
  readonly label: string;
  readonly atMs: number;
}
const someTask = fc.record({
  tenant: fc.constantFrom('t', 'u'),
  agent: fc.constantFrom('ann', 'bob'),
  session: fc.constantFrom(undefined, 's1', 's2', 's3'),
  traces: fc.uniqueArray(fc.constantFrom<string>('x', 'y', 'z'), { maxLength: 2 }),
});
const someStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('note' as const), task: someTask, label: fc.constantFrom('p', 'q') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), task: someTask, isNarrow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
);

test('whatever happens, a task is known to have used all that it has used within the window', () => {
  let met = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(someStep, fc.nat({ max: HOUR / 4 })), { minLength: 10, maxLength: 60 }), (steps) => {
      const caps = { perAgent: 2, all: 3 };
      const rows = new Map<string, TaintRow>();
      const notes: Note[] = [];
      let ledger: TaintLedger = createTaintLedger([], caps);
      let nowMs = 0;
      for (const [step, passed] of steps) {
        nowMs += passed;
        switch (step.kind) {
          case 'note':
            applied(rows, ledger.note(step.task, [step.label], nowMs, HOUR));
            notes.push({ task: step.task, label: step.label, atMs: nowMs });
            break;
          case 'restart':
            ledger = createTaintLedger([...rows.values()], caps);
            break;
          case 'sweep':
            ledger.sweep(nowMs);
            break;
          case 'read': {
            const { task: who, isNarrow } = step;
            const read = ledger.read(who, isNarrow, nowMs);
            const sameAgent = (note: Note): boolean => note.task.tenant === who.tenant && note.task.agent === who.agent;
            const isKnown = (note: Note): boolean =>
              sameAgent(note) &&
              ((!isNarrow && nowMs - note.atMs <= HOUR) ||
                (who.session !== undefined && note.task.session === who.session && nowMs - note.atMs <= 24 * HOUR) ||
                (nowMs - note.atMs <= HOUR && note.task.traces.some((trace) => who.traces.includes(trace))));
            for (const note of notes.filter(isKnown)) {
              met++;
              assert.ok(read.includes(note.label), `${note.label} of ${JSON.stringify(note.task)} is not in ${JSON.stringify(read)}`);
            }
            // Never more than somebody under that name, or under that trace, has used at all.
            for (const label of read)
              assert.ok(
                notes.some(
                  (note) =>
                    note.label === label &&
                    note.task.tenant === who.tenant &&
                    (note.task.agent === who.agent || note.task.traces.some((trace) => who.traces.includes(trace))),
                ),
              );
          }
        }
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(met > 1_000, 'the property met enough of what must be known');
});

test('within its window, what a task has used only grows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(someTask, fc.constantFrom('p', 'q')), { maxLength: 30 }),
      someTask,
      fc.boolean(),
      (notes, who, isNarrow) => {
        const ledger = createTaintLedger([], { perAgent: 100, all: 1_000 });
        let before: readonly string[] = [];
        notes.forEach(([one, label], i) => {
          ledger.note(one, [label], i, HOUR);
          const now = ledger.read(who, isNarrow, i);
          assert.deepEqual(
            before.filter((known) => !now.includes(known)),
            [],
          );
          before = now;
        });
      },
    ),
    { numRuns: 500 },
  );
});
