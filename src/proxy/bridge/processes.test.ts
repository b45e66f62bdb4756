import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Server, StdioEvents } from '../../servers/index.ts';
import { ANN, fakeServer, snapshotWith } from '../fakes.fixture.ts';
import { createProcesses } from './processes.ts';
import type { Processes } from './processes.ts';

const { limits } = snapshotWith([], ['one', 'two']);
const BOB = { ...ANN, agent: 'bob' };
const quiet: StdioEvents = { onLine: () => {}, onExit: () => {} };

interface Bed {
  readonly processes: Processes;
  readonly opened: StdioEvents[];
  readonly doubts: string[];
  readonly server: (name: string) => Server;
}

function bed(): Bed {
  const opened: StdioEvents[] = [];
  const doubts: string[] = [];
  const processes = createProcesses({
    open: (_server, events) => {
      opened.push(events);
      return { send: () => {}, pause: () => {}, resume: () => {}, close: () => {} };
    },
  });
  const server = (name: string): Server => Object.assign(fakeServer(name).server, { doubt: () => doubts.push(name) });
  return { processes, opened, doubts, server };
}

test('an agent may run so many programs, closes make room, and others are not affected', () => {
  const { processes, server } = bed();
  const start = (): ReturnType<Processes['startFor']> => processes.startFor(ANN, server('one'), limits);
  const first = start();
  assert.ok(typeof first === 'function');
  const link = first(quiet);
  const second = start();
  assert.ok(typeof second === 'function');
  second(quiet);
  const third = start();
  assert.ok(typeof third !== 'function');
  assert.equal(third.code, 'too_many');
  assert.equal(typeof processes.startFor(BOB, server('one'), limits), 'function');
  link.close();
  assert.equal(typeof start(), 'function');
  assert.equal(processes.counts()('one'), 1);
});

test('a server and a worker may run so many programs, whoever wants them', () => {
  const { processes, server } = bed();
  const run = (name: string): unknown => {
    const open = processes.startFor(undefined, server(name), limits);
    return typeof open === 'function' ? open(quiet) && 'runs' : open.code;
  };
  assert.deepEqual(['one', 'one', 'one', 'one'].map(run), ['runs', 'runs', 'runs', 'overloaded']);
  assert.deepEqual(['two', 'two'].map(run), ['runs', 'overloaded']);
  assert.equal(processes.size, 4);
});

test('a program that ends before it says anything makes its server doubtful; one that was closed, or has spoken, does not', () => {
  const { processes, opened, doubts, server } = bed();
  for (const name of ['silent', 'spoken', 'closed']) {
    const open = processes.startFor(undefined, server(name), limits);
    assert.ok(typeof open === 'function');
    const link = open(quiet);
    if (name === 'spoken') opened.at(-1)?.onLine(Buffer.from('{}'));
    if (name === 'closed') link.close();
    opened.at(-1)?.onExit('It ended.');
  }
  assert.deepEqual(doubts, ['silent']);
  assert.equal(processes.size, 0);
});
