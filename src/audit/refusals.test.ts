import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RefusalSummary } from './record.ts';
import { createRefusalCounter, toSource } from './refusals.ts';

function counter(maxKeys?: number) {
  const records: RefusalSummary[] = [];
  const clock = { now: 1_000_000 };
  const refusals = createRefusalCounter({
    clock: () => clock.now,
    append: (record) => records.push(record),
    ...(maxKeys === undefined ? {} : { maxKeys }),
  });
  return { refusals, records, clock };
}

describe('refusals before authentication', () => {
  it('become one record per source and reason and minute', () => {
    const { refusals, records, clock } = counter();
    for (let i = 0; i < 1_000; i++) refusals.count('192.0.2.1', 'unauthenticated');
    refusals.count('192.0.2.1', 'http_malformed');
    refusals.count('192.0.2.2', 'unauthenticated');
    clock.now += 59_999;
    refusals.flush();
    assert.deepEqual(records, []);
    clock.now += 1;
    refusals.flush();
    const expected = (source: string, reason: string, count: number): RefusalSummary => ({
      kind: 'refusals',
      time: 1_060_000,
      since: 1_000_000,
      source,
      reason,
      count,
    });
    assert.deepEqual(records, [
      expected('192.0.2.1', 'unauthenticated', 1_000),
      expected('192.0.2.1', 'http_malformed', 1),
      expected('192.0.2.2', 'unauthenticated', 1),
    ]);
    refusals.flush();
    assert.equal(records.length, 3);
  });

  it('begin a new minute with the next refusal', () => {
    const { refusals, records, clock } = counter();
    refusals.count('192.0.2.1', 'unauthenticated');
    clock.now += 60_000;
    refusals.flush();
    clock.now += 5_000;
    refusals.count('192.0.2.1', 'unauthenticated');
    refusals.flush();
    assert.equal(records.length, 1);
    refusals.close();
    assert.deepEqual(
      records.map(({ since, count }) => [since, count]),
      [
        [1_000_000, 1],
        [1_065_000, 1],
      ],
    );
  });

  it('cost no more than their bound, and none is lost from the count', () => {
    const { refusals, records } = counter(10);
    for (let i = 0; i < 100_000; i++)
      refusals.count(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, i % 2 === 0 ? 'unauthenticated' : 'http_malformed');
    refusals.close();
    assert.equal(records.length, 12);
    assert.equal(
      records.reduce((sum, { count }) => sum + count, 0),
      100_000,
    );
    assert.deepEqual(
      records.slice(-2).map(({ source, reason }) => [source, reason]),
      [
        ['other', 'unauthenticated'],
        ['other', 'http_malformed'],
      ],
    );
  });

  it('stay bounded even if reasons come from a stranger', () => {
    const { refusals, records } = counter(10);
    for (let i = 0; i < 10_000; i++) refusals.count('192.0.2.1', `reason ${i}`);
    refusals.close();
    assert.equal(records.length, 111);
    assert.equal(
      records.reduce((sum, { count }) => sum + count, 0),
      10_000,
    );
  });
});

describe('a source', () => {
  const sources: readonly [address: string, source: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ];
  for (const [address, source] of sources) {
    it(`of ${address} is ${source}`, () => assert.equal(toSource(address), source));
  }
});
