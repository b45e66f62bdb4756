import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCurrent, NAVIGATION } from './navigation.ts';
import { linkIn, wantedPage } from './sign-in-link.ts';

test('a page is current with all that lies below it, the overview only by itself', () => {
  assert.ok(isCurrent('/agents', '/agents/billing'));
  assert.ok(!isCurrent('/agents', '/agents-of-others'));
  assert.ok(isCurrent('/', '/'));
  assert.ok(!isCurrent('/', '/live'));
});

test('at most one entry is current anywhere', () => {
  const entries = NAVIGATION.flatMap(({ entries: each }) => each);
  for (const { href } of entries) assert.equal(entries.filter((entry) => isCurrent(entry.href, href)).length, 1, href);
});

test('only the address of the sign-in page signs somebody in', () => {
  assert.equal(linkIn(' http://127.0.0.1:7630/sign-in#abc-_D '), 'abc-_D');
  for (const address of ['', 'abc', 'http://127.0.0.1:7630/sign-in', 'http://127.0.0.1:7630/sign-in#', 'http://127.0.0.1:7630/#abc'])
    assert.equal(linkIn(address), undefined, address);
});

test('who has signed in goes where they wanted to, and to no other place', () => {
  assert.equal(wantedPage('/live?verdict=deny'), '/live?verdict=deny');
  for (const to of [
    undefined,
    '',
    'live',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/sign-in?to=/live',
  ])
    assert.equal(wantedPage(to), '/', String(to));
});
