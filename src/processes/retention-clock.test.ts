import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createRetentionClock } from './retention-clock.ts';
import type { RetentionClock } from './retention-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = 1_700_000_000_000;

describe('the clock by which records are removed', () => {
  let folder: string;
  let now: number;
  let clock: RetentionClock;
  /** The gateway runs: it looks every hour. */
  const run = (days: number): void => {
    for (let hour = 0; hour < days * 24; hour++) {
      now += HOUR_MS;
      clock.look();
    }
  };
  const restart = (): void => {
    clock = createRetentionClock(join(folder, 'clock.json'), () => now);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    now = START_MS;
    restart();
    clock.look();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is gone by once it has run evenly for three days', () => {
    assert.deepEqual(clock.look(), { kind: 'settling', untilMs: START_MS + 3 * DAY_MS, since: 'new' });
    run(3);
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('is gone by after a restart, and after a weekend without', () => {
    run(4);
    restart();
    now += 2.5 * DAY_MS;
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('is waited for after it went ahead by more than a weekend', () => {
    run(4);
    now += 10 * DAY_MS;
    assert.deepEqual(clock.look(), { kind: 'settling', untilMs: now + 3 * DAY_MS, since: 'ahead' });
    restart();
    assert.deepEqual(clock.look(), { kind: 'settling', untilMs: now + 3 * DAY_MS, since: 'ahead' });
    run(3);
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('is not gone by again after it went ahead by years, however long it runs', () => {
    run(4);
    const fromMs = now;
    now += 400 * DAY_MS;
    const toMs = now;
    assert.deepEqual(clock.look(), { kind: 'leapt', fromMs, toMs });
    run(10);
    restart();
    assert.deepEqual(clock.look(), { kind: 'leapt', fromMs, toMs });
  });

  it('is gone by when somebody says that it is right', () => {
    now += 400 * DAY_MS;
    clock.look();
    clock.confirm();
    restart();
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('is waited for after it was put right', () => {
    run(4);
    now += 400 * DAY_MS;
    clock.look();
    now -= 400 * DAY_MS;
    assert.deepEqual(clock.look(), { kind: 'settling', untilMs: now + 3 * DAY_MS, since: 'back' });
    run(3);
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('may be set back by a little', () => {
    run(4);
    now -= 60_000;
    assert.deepEqual(clock.look(), { kind: 'steady' });
  });

  it('is read as earlier versions noted it down, which did not say what was', () => {
    writeFileSync(join(folder, 'clock.json'), JSON.stringify({ format: 1, seenMs: now, evenSinceMs: now, leap: null }));
    restart();
    assert.deepEqual(clock.look(), { kind: 'settling', untilMs: now + 3 * DAY_MS, since: undefined });
  });

  it('is not gone by where nobody can say what it showed', () => {
    for (const text of [
      '',
      '{',
      '{"format":2}',
      '{"format":1,"seenMs":1,"evenSinceMs":1}',
      '{"format":1,"seenMs":1,"evenSinceMs":1,"leap":{}}',
      '{"format":1,"seenMs":1,"evenSinceMs":1,"leap":null,"since":"x"}',
    ]) {
      writeFileSync(join(folder, 'clock.json'), text);
      restart();
      assert.throws(() => clock.look());
    }
  });
});
