import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesTemplate } from './index.ts';

const rows: readonly (readonly [template: string, uri: string, matches: boolean])[] = [
  ['test://template/{id}/data', 'test://template/7/data', true],
  ['test://template/{id}/data', 'test://template/7/8/data', false],
  ['test://template/{id}/data', 'test://template/7/data/more', false],
  ['test://template/{id}/data', 'other://template/7/data', false],
  ['file:///{+path}', 'file:///etc/hosts', true],
  ['file:///{+path}', 'https://host/etc', false],
  ['note://{a}-{b}', 'note://x-y-z', true],
  ['note://{a}-{b}', 'note://xyz', false],
  ['search://all{?q,page}', 'search://all?q=1&page=2', true],
  ['search://all{?q,page}', 'search://all', true],
  ['plain://here', 'plain://here', true],
  ['plain://here', 'plain://here/', false],
  ['broken://{id', 'broken://1', false],
  ['broken://id}', 'broken://id}', false],
  ['broken://{}', 'broken://', false],
  ['', '', true],
];

for (const [template, uri, matches] of rows)
  test(`${template} ${matches ? 'gives' : 'does not give'} ${uri}`, () => assert.equal(matchesTemplate(template, uri), matches));

test('whatever is filled in for a simple expression matches', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[A-Za-z0-9._~-]{1,10}$/), { minLength: 1, maxLength: 5 }), (values) => {
      const template = values.map((_, index) => `/{v${index}}`).join('');
      assert.equal(matchesTemplate(`x:/${template}`, `x:/${values.map((value) => `/${value}`).join('')}`), true);
    }),
  );
});

test('a template made to run away is compared in time that grows with the URI, not with its square or worse', () => {
  // As a backtracking pattern this would take longer than the universe has.
  assert.equal(matchesTemplate(`x:${'{+a}'.repeat(60)}!`, `x:${'a'.repeat(4_000)}`), false);
  assert.equal(matchesTemplate('{+a}'.repeat(100), 'a'), false);
});
