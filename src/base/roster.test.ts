import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoster } from './roster.ts';

const person = (name: string): { name: string; place: number } => ({ name, place: -1 });
const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name).toSorted();

test('who is added is on it until taken off, wherever the others stand', () => {
  const roster = createRoster<{ name: string; place: number }>();
  const all = ['a', 'b', 'c', 'd'].map(person);
  for (const one of all) roster.add(one);
  const [a, b, c, d] = all;
  assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined);
  assert.equal(roster.size, 4);
  assert.deepEqual(
    [a, d].map((one) => roster.has(one)),
    [true, true],
  );
  assert.equal(roster.remove(b), true, 'from the middle');
  assert.equal(roster.remove(c), true, 'one whose place was another’s');
  assert.equal(roster.remove(d), true, 'the one that moved');
  assert.deepEqual(names(roster.all()), ['a']);
  assert.equal(roster.remove(a), true, 'the last');
  assert.equal(roster.size, 0);
});

test('who is taken off twice, or never was on it, takes nobody else off', () => {
  const roster = createRoster<{ name: string; place: number }>();
  const [a, b] = [person('a'), person('b')];
  roster.add(a);
  roster.add(b);
  roster.remove(a);
  assert.equal(roster.remove(a), false);
  assert.equal(roster.remove(person('c')), false);
  assert.equal(roster.remove({ name: 'd', place: 0 }), false, 'another place’s number is not a place');
  assert.deepEqual(names(roster.all()), ['b']);
  assert.equal(roster.has(a), false);
});

test('who goes through the list may take off and add meanwhile', () => {
  const roster = createRoster<{ name: string; place: number }>();
  for (const name of ['a', 'b', 'c']) roster.add(person(name));
  const met: string[] = [];
  for (const one of roster.all()) {
    met.push(one.name);
    roster.remove(one);
    roster.add(person(`${one.name}2`));
  }
  assert.deepEqual(met, ['a', 'b', 'c']);
  assert.deepEqual(names(roster.all()), ['a2', 'b2', 'c2']);
});
