import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { createEndpoints } from './endpoints.ts';

const ann: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const keys = () => [{ kid: 'k', key: new Uint8Array(32).fill(7) }];
const [here, there] = ['worker-0.1', 'worker-1.1'].map((self) => createEndpoints({ self, keys }));
assert(here !== undefined && there !== undefined);
const take = (): void => {};

test('an endpoint is found where it was made, and every worker knows where that is', () => {
  const { token } = here.open(ann, 'files', take);
  assert.equal(here.find(token, { ...ann, keyId: 'k2' }, 'files'), take);
  assert.equal(here.ownerElsewhere(token, ann, 'files'), undefined);
  assert.equal(there.ownerElsewhere(token, ann, 'files'), 'worker-0.1');
  assert.equal(there.find(token, ann, 'files'), undefined);
});

test('it is of no use to anybody else, on no other route, and not when altered', () => {
  const { token } = here.open(ann, 'files', take);
  const tries: readonly (readonly [string, Principal, string])[] = [
    [token, { ...ann, agent: 'bob' }, 'files'],
    [token, { ...ann, tenant: 'other' }, 'files'],
    [token, ann, 'tickets'],
    [`${token}A`, ann, 'files'],
    ['', ann, 'files'],
    ['worker-0.1 1', ann, 'files'],
  ];
  for (const [one, principal, route] of tries) {
    assert.equal(here.find(one, principal, route), undefined);
    assert.equal(there.ownerElsewhere(one, principal, route), undefined);
  }
});

test('a closed endpoint is gone', () => {
  const count = here.count;
  const { token, close } = here.open(ann, 'files', take);
  assert.equal(here.count, count + 1);
  close();
  assert.equal(here.find(token, ann, 'files'), undefined);
  assert.equal(here.count, count);
});
