import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bareNames, MAX_QUALIFIED_CHARS, qualifiedName, readQualifiedName } from './index.ts';

const server = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom('_', '__', 'a__b', ''),
);
const own = fc.record({ server, name });

test('a name is the server’s and the tool’s own, with two underscores between', () => {
  assert.equal(qualifiedName('tickets', 'list_open'), 'tickets__list_open');
  assert.deepEqual(readQualifiedName('tickets__list_open', ['files', 'tickets']), { kind: 'whole', server: 'tickets', name: 'list_open' });
  assert.deepEqual(readQualifiedName('a___b', ['a']), { kind: 'whole', server: 'a', name: '_b' });
  assert.deepEqual(readQualifiedName('a__b__c', ['a', 'b']), { kind: 'whole', server: 'a', name: 'b__c' });
  assert.equal(readQualifiedName('list_open', ['tickets']), undefined);
  assert.equal(readQualifiedName('other__list_open', ['tickets']), undefined);
});

test('a name that is too long is cut, and stays the same for ever', () => {
  const cut = qualifiedName('tickets', 'x'.repeat(100));
  assert.equal(cut, `tickets__${'x'.repeat(38)}_386796de91f674ac`);
  assert.deepEqual(readQualifiedName(cut, ['files', 'tickets']), { kind: 'cut', servers: ['tickets'] });
  assert.equal(readQualifiedName(cut, ['files']), undefined);
});

test('a tool whose own name looks like a cut one is cut itself: nobody can take the place of another', () => {
  const long = qualifiedName('tickets', 'x'.repeat(100));
  const imitation = long.slice('tickets__'.length);
  assert.notEqual(qualifiedName('tickets', imitation), long);
});

test('no two things share a name, none is longer than models take, and what is whole reads back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(own, { selector: (one) => `${one.server} ${one.name}`, maxLength: 20 }), (things) => {
      const names = things.map((thing) => qualifiedName(thing.server, thing.name));
      assert.equal(new Set(names).size, names.length);
      const servers = [...new Set(things.map((thing) => thing.server))];
      for (const [index, text] of names.entries()) {
        assert.ok(text.length <= MAX_QUALIFIED_CHARS);
        assert.ok(text.isWellFormed());
        const read = readQualifiedName(text, servers);
        const { server: owner = '', name: ownName = '' } = things[index] ?? {};
        if (read?.kind === 'whole') assert.deepEqual(read, { kind: 'whole', server: owner, name: ownName });
        else assert.ok(read?.servers.includes(owner));
      }
    }),
  );
});

test('bare names stay; of two that are equal the first server’s does', () => {
  const shown = bareNames([
    { server: 'a', names: ['echo', 'add', 'echo'] },
    { server: 'b', names: ['echo', 'sub'] },
  ]);
  assert.deepEqual(Object.fromEntries(shown), {
    echo: { server: 'a', name: 'echo' },
    add: { server: 'a', name: 'add' },
    b__echo: { server: 'b', name: 'echo' },
    sub: { server: 'b', name: 'sub' },
  });
});

test('a bare name that looks like another server’s qualified one is qualified', () => {
  const shown = bareNames([
    { server: 'a', names: ['b__echo'] },
    { server: 'b', names: ['echo'] },
  ]);
  assert.deepEqual(Object.fromEntries(shown), { a__b__echo: { server: 'a', name: 'b__echo' }, echo: { server: 'b', name: 'echo' } });
});

test('with bare names, too, everything has a name of its own', () => {
  const list = fc.record({ server, names: fc.uniqueArray(name, { maxLength: 10 }) });
  fc.assert(
    fc.property(fc.uniqueArray(list, { selector: (one) => one.server, maxLength: 5 }), (lists) => {
      const shown = bareNames(lists);
      assert.equal(shown.size, lists.flatMap(({ names }) => names).length);
      for (const { server: owner, names } of lists)
        for (const ownName of names)
          assert.equal([...shown.values()].filter((one) => one.server === owner && one.name === ownName).length, 1);
    }),
  );
});
