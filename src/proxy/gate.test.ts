import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { createCatalogue } from '../tools/index.ts';
import type { Standing } from '../tools/index.ts';
import { bed, modern, rule, useRoad } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);

/** What the worker knows of the server's tools. */
const knows = { standing: new Map<string, Standing>(), fresh: false, doubted: false, fault: undefined as string | undefined };
let road: Bed;

beforeEach(() => {
  knows.standing = new Map([['read', 'approved']]);
  Object.assign(knows, { fresh: false, doubted: false, fault: undefined });
  road = bed([rule('all', 'allow')]);
  Object.assign(road.ports, {
    catalogue: {
      ...road.ports.catalogue,
      standing: (_server: string, _kind: string, name: string) => knows.standing.get(name) ?? 'unknown',
      isFresh: () => knows.fresh,
      fresh: () => Object.assign(knows, { fresh: true, doubted: false }),
      isDoubted: () => knows.doubted,
      faultOf: () => knows.fault,
    },
  });
});

const call = (name: string): SeenReply => road.arrive(...modern('tools/call', { name, arguments: {} }));
/** The methods that the server has heard. */
const heard = (): readonly string[] =>
  road.server.requests.map(({ body }) => /"method":"([^"]+)"/.exec(Buffer.from(body ?? []).toString())?.[1] ?? '');
const reasons = (): readonly (string | undefined)[] =>
  road.audit.records.flatMap((record) => (record.kind === 'decision' && record.method === 'tools/call' ? [record.reason] : []));

function answer(body: object): void {
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, ...body })));
  road.server.handler?.onEnd();
}
const list = (...names: readonly string[]): object => ({
  result: {
    resultType: 'complete',
    tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
    ttlMs: 0,
    cacheScope: 'private',
  },
});

describe('what is known and fresh', () => {
  test('goes out without another question', () => {
    knows.fresh = true;
    call('read');
    assert.deepEqual(heard(), ['tools/call']);
  });
});

describe('what is not fresh', () => {
  test('is looked at first, once for all who wait', () => {
    call('read');
    call('read');
    assert.deepEqual(heard(), ['tools/list']);
    answer(list('read'));
    assert.deepEqual(heard(), ['tools/list', 'tools/call', 'tools/call']);
  });

  test('goes out where its server cannot say what it has, and the next one does not wait for that', () => {
    call('read');
    answer({ error: { code: -32603, message: 'not now' } });
    call('read');
    assert.deepEqual(heard(), ['tools/list', 'tools/call', 'tools/call']);
  });

  test('is refused where the server itself has said that it changed, and cannot say to what', () => {
    knows.doubted = true;
    const reply = call('read');
    answer({ error: { code: -32603, message: 'not now' } });
    assert.equal(reply.status, 502);
    assert.deepEqual([heard(), reasons()], [['tools/list'], ['upstream_malformed']]);
  });
});

describe('what is approved and its server does not list any more', () => {
  const gone = new Set<string>();
  beforeEach(() => {
    gone.clear();
    knows.fresh = true;
    Object.assign(road.ports, {
      catalogue: { ...road.ports.catalogue, isGone: (_server: string, _kind: string, name: string) => gone.has(name) },
    });
  });

  test('is looked for in the name of whoever calls it, and refused where it is gone', () => {
    gone.add('read');
    const reply = call('read');
    answer(list('more'));
    assert.match(reply.body, /is not on the list of its server/);
    assert.deepEqual([heard(), reasons()], [['tools/list'], ['unknown-tool']]);
  });

  test('is called where it is there for this one', () => {
    gone.add('read');
    call('read');
    gone.clear();
    answer(list('read'));
    assert.deepEqual(heard(), ['tools/list', 'tools/call']);
  });

  test('is not called while its server cannot say what it has', () => {
    gone.add('read');
    assert.equal(call('read').status, 0);
    answer({ error: { code: -32603, message: 'not now' } });
    assert.deepEqual([heard(), reasons()], [['tools/list'], ['upstream_malformed']]);
  });
});

describe('a list that changes while it is read', () => {
  /** Pages that end, before the last of which the server says that it changes. */
  const readChanging = (): void => {
    answer({ result: { ...Object(Reflect.get(list('read'), 'result')), nextCursor: 'n' } });
    road.ports.catalogue.doubt('tickets', 'tool', 'here');
    answer(list('more'));
  };
  beforeEach(() => {
    const catalogue = createCatalogue({ nowMs: () => 1_000, verify: () => true });
    Object.assign(road.ports, {
      catalogue: { ...catalogue, standing: () => 'approved', isApproved: () => true, isNews: () => false, hasBegun: () => true },
    });
  });

  test('is read again before anything on it is used', () => {
    call('read');
    readChanging();
    assert.deepEqual(heard(), ['tools/list', 'tools/list', 'tools/list']);
    answer(list('read'));
    assert.deepEqual(heard(), ['tools/list', 'tools/list', 'tools/list', 'tools/call']);
  });

  test('is read again for those who came after the server said so, though it was being read', () => {
    call('read');
    road.ports.catalogue.doubt('tickets', 'tool', 'elsewhere');
    call('read');
    answer(list('read'));
    assert.deepEqual(heard(), ['tools/list', 'tools/list']);
    answer(list('read'));
    assert.deepEqual(heard(), ['tools/list', 'tools/list', 'tools/call', 'tools/call']);
  });

  test('is not read for ever: what is on it is refused', () => {
    const reply = call('read');
    for (let again = 0; again < 3; again++) readChanging();
    assert.equal(reply.status, 504);
    assert.deepEqual([heard().length, reasons()], [6, ['upstream_timeout']]);
  });
});

describe('what is not approved', () => {
  for (const [standing, reason] of [
    ['unknown', 'unknown-tool'],
    ['withheld', 'not-approved'],
    ['changed', 'changed'],
  ] as const)
    test(`${standing}: refused after a look, and soon again without one`, () => {
      knows.standing.set('write', standing);
      const first = call('write');
      answer(list('read'));
      const second = call('write');
      for (const reply of [first, second]) assert.match(reply.body, /"isError":true/);
      assert.deepEqual([heard(), reasons()], [['tools/list'], [reason, reason]]);
    });

  test('of a server whose approvals cannot be trusted: refused without a look', () => {
    Object.assign(knows, { fault: 'they are not as the keeper signed them' });
    knows.standing = new Map([['read', 'withheld']]);
    assert.match(call('read').body, /cannot be trusted: they are not as the keeper signed them/);
    assert.deepEqual(heard(), []);
  });
});
