import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromSearch, paths, toSearch } from './paths.ts';
import { placeOf, readPlace } from './records/place.ts';

test('names stay one segment of an address', () => {
  assert.equal(paths.agent('../x'), '/agents/..%2Fx');
  assert.equal(paths.server('a b', { window: '1h' }), '/servers/a%20b?window=1h');
});

test('what is empty stands in no address, and everything is text', () => {
  assert.equal(paths.live({ agent: undefined, server: '' }), '/live');
  assert.deepEqual(fromSearch(toSearch({ tool: '007', rule: 'true', odd: 7 })), { tool: '007', rule: 'true' });
});

test('an entry of the record goes into an address and comes out of it', () => {
  assert.deepEqual(readPlace(placeOf({ log: 'worker-0', seq: 12 })), { log: 'worker-0', seq: '12' });
  for (const text of [undefined, '', 'worker-0', 'worker-0:', ':7', 'worker-0:x']) assert.equal(readPlace(text), undefined, String(text));
});
