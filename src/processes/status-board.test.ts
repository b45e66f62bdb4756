import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../telemetry/index.ts';
import type { Channel } from './channel.ts';
import { createStatusBoard } from './status-board.ts';

const DESK = {
  kind: 'stdio',
  name: 'desk',
  command: 'desk',
  args: [],
  env: {},
  cwd: '/',
  processes: 'per-agent',
  trust: 'first-use',
} as const;

test('a server that cannot be used is told of once, in whole sentences', () => {
  const said: string[] = [];
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const board = createStatusBoard({ log, notice: (text) => void said.push(text) });
  for (const problem of ['nothing listens there', 'Install it.', undefined]) {
    board.setServers([]);
    board.setServers([DESK]);
    for (let i = 0; i < 2; i++) board.setServer({ server: 'desk', state: 'failed', ...(problem !== undefined && { problem }) });
  }
  const rest = 'The other servers are not affected.';
  assert.deepEqual(said, [
    `The server 'desk' cannot be used: nothing listens there. ${rest}`,
    `The server 'desk' cannot be used: Install it. ${rest}`,
    `The server 'desk' cannot be used: it did not say why. ${rest}`,
  ]);
});

test('a worker that cannot write its vault is named, and takes calls all the same', () => {
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const board = createStatusBoard({ log, notice: () => {} });
  const channel: Channel = { open: true, queuedBytes: 0, send: () => {}, request: () => Promise.reject(new Error()), close: () => {} };
  board.setWorker(channel, { slot: 3, state: 'serving', isSealing: false });
  assert.match(board.faults(1).join(' '), /^Worker 3 cannot write its vault .*refuses every call of which a rule wants something sealed/);
  assert.equal(board.isReady(), true);
  board.setWorker(channel, { slot: 3, state: 'serving', isSealing: true });
  assert.deepEqual(board.faults(1), []);
});

test('workers that are not linked are missed, not left out in silence', () => {
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const board = createStatusBoard({ log, notice: () => {} });
  const worker = (): Channel => ({
    open: true,
    queuedBytes: 0,
    send: () => {},
    request: () => Promise.reject(new Error()),
    close: () => {},
  });
  const [one, other] = [worker(), worker()];
  board.setWorker(one, { slot: 0, state: 'serving' });
  board.setWorker(other, { slot: 1, state: 'serving' });
  assert.deepEqual(board.faults(2), []);
  board.removeWorker(other);
  assert.match(board.faults(2)[0] ?? '', /^Only 1 of 2 workers is linked/);
});
