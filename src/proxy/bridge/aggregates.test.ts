import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Principal } from '../../agents/index.ts';
import { createAggregates } from './aggregates.ts';
import type { CursorOwner, ListPosition } from './aggregates.ts';

const KEY = { kid: 'k', key: new Uint8Array(32).fill(7) };
const ANN: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const OWNER: CursorOwner = { principal: ANN, route: '/mcp', method: 'tools/list' };
const POSITION: ListPosition = { page: 2, rest: [{ server: 'files', cursor: 'c' }] };

test('a cursor gives back where the list was, whatever the cursors of the servers are', () => {
  const aggregates = createAggregates({ keys: () => [KEY], nowMs: () => 5 });
  const one = fc.record(
    { server: fc.string(), cursor: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.nat(), fc.array(one), (page, positions) => {
      assert.deepEqual(aggregates.openCursor(aggregates.sealCursor({ page, rest: positions }, OWNER), OWNER), { page, rest: positions });
    }),
  );
});

test('it is of no use to anybody else, or for anything else, or later than an hour', () => {
  let nowMs = 0;
  const aggregates = createAggregates({ keys: () => [KEY], nowMs: () => nowMs });
  const cursor = aggregates.sealCursor(POSITION, OWNER);
  const others: readonly CursorOwner[] = [
    { ...OWNER, route: '/mcp/other' },
    { ...OWNER, method: 'prompts/list' },
    { ...OWNER, principal: { ...ANN, agent: 'eve' } },
    { ...OWNER, principal: { ...ANN, tenant: 'other' } },
  ];
  for (const other of others) assert.equal(aggregates.openCursor(cursor, other), undefined);
  assert.deepEqual(
    aggregates.openCursor(cursor, { ...OWNER, principal: { ...ANN, keyId: 'k2' } }),
    POSITION,
    'another key of the same agent',
  );
  nowMs = 3_600_001;
  assert.equal(aggregates.openCursor(cursor, OWNER), undefined);
});

test('a route is always the same somebody, under its own name', () => {
  const aggregates = createAggregates({ keys: () => [KEY], nowMs: () => 0 });
  const route = { kind: 'aggregate', path: '/mcp', key: '/mcp', members: [], names: 'prefixed', waitMs: 1 } as const;
  assert.equal(aggregates.serverOf(route), aggregates.serverOf(route));
  assert.equal(aggregates.serverOf(route).name, '/mcp');
});
