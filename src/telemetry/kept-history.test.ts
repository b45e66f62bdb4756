// A history that goes on in another process: what was counted stands where it stood, and what is not whole, of other columns, or of a later time is nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from './history.ts';
import { decodeHistory, encodeHistory } from './kept-history.ts';
import { createMetrics } from './metrics.ts';

const BEGIN = Date.UTC(2026, 10, 23, 8);
const ENOUGH = 8 * 1_048_576;

/** A history in which servers were called, one a minute. */
function counted(servers: readonly string[], clock: { now: number }) {
  const history = createHistory(() => clock.now);
  const metrics = createMetrics();
  for (const server of servers) {
    metrics.counter('sallyport.calls', { verdict: 'allow', 'mcp.method.name': 'tools/call', 'sallyport.server': server }).add();
    metrics.histogram('sallyport.server.wait.duration', { 'sallyport.server': server }).observe(0.03);
    history.take('worker-0.4', metrics.dump(), true);
    clock.now += 60_000;
  }
  return history;
}

test('what was kept is read as it was, by windows, servers and the peak; what comes then is added', () => {
  const clock = { now: BEGIN };
  const before = counted(['files', 'crm'], clock);
  const after = createHistory(() => clock.now);
  assert.equal(after.restore(before.save(ENOUGH)), true);
  for (const window of ['5m', '1h', '24h'] as const) {
    assert.deepEqual(after.points(window), before.points(window));
    assert.deepEqual(after.serverPoints('crm', window), before.serverPoints('crm', window));
  }
  assert.deepEqual([after.sinceMs, after.peak()], [BEGIN, before.peak()]);
  const metrics = createMetrics();
  metrics.counter('sallyport.calls', { verdict: 'deny', 'mcp.method.name': 'tools/call', 'sallyport.server': 'files' }).add();
  after.take('worker-0.9', metrics.dump(), true);
  assert.deepEqual([after.totals('1h').calls, after.totals('1h').denied], [3, 1]);
});

test('where there is not room for all servers, those stay that were called last', () => {
  const clock = { now: BEGIN };
  const before = counted(['files', 'crm', 'mail'], clock);
  const saved = before.save(ENOUGH);
  const numbers = saved.length - (saved.indexOf(10) + 1);
  const after = createHistory(() => clock.now);
  assert.equal(after.restore(before.save(numbers - 1)), true);
  const calls = (server: string): number => after.serverTotals(server, '1h').calls;
  assert.deepEqual(['files', 'crm', 'mail'].map(calls), [0, 1, 1]);
  assert.equal(after.totals('1h').calls, 3);
});

test('a clock that was set back meanwhile: nothing of a later time is taken over', () => {
  const clock = { now: BEGIN };
  const saved = counted(['files'], clock).save(ENOUGH);
  clock.now = BEGIN - 3_600_000;
  assert.equal(createHistory(() => clock.now).restore(saved), false);
});

test('what is cut, longer, of other columns or no history at all is nothing', () => {
  const clock = { now: BEGIN };
  const saved = counted(['files'], clock).save(ENOUGH);
  const read = (bytes: Uint8Array): boolean => createHistory(() => clock.now).restore(bytes);
  assert.equal(read(saved.subarray(0, -1)), false);
  assert.equal(read(Buffer.concat([saved, Buffer.alloc(8)])), false);
  for (const text of ['', '\n', '{}\n', 'null\n', '[1]\n', '{"version":1', '{"version":1,"shape":"x","sinceMs":0,"parts":[]}\n'])
    assert.equal(read(Buffer.from(text)), false, text);
  const rows = (...values: readonly number[]): Uint8Array =>
    encodeHistory('s', { sinceMs: 0, rings: [{ name: '2000', rows: Float64Array.from(values) }] });
  assert.equal(decodeHistory('s', rows(1, 2))?.rings[0]?.rows.length, 2);
  for (const value of [-1, Number.NaN, Infinity]) assert.equal(decodeHistory('s', rows(value)), undefined);
  assert.equal(decodeHistory('t', rows(1)), undefined);
});
