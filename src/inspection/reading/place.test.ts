import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Name } from './names.ts';
import { createPlace } from './place.ts';

function name(text: string, isPlain = true): Name {
  return { text, bytes: new Uint8Array(0), isPlain, isTelling: false, clean: 0, steps: 0 };
}

test('a path says where reading has come, and follows it', () => {
  const place = createPlace();
  assert.equal(place.path(), '$');
  place.open(true);
  place.member(name('rows'));
  assert.equal(place.path(), '$.rows');
  place.open(false);
  place.next();
  assert.equal(place.path(), '$.rows[0]');
  place.open(true);
  place.member(name('a'));
  assert.equal(place.path(), '$.rows[0].a');
  place.member(name('b'));
  place.hideName();
  assert.equal(place.path(), '$.rows[0].*');
  place.close();
  place.next();
  assert.equal(place.path(), '$.rows[1]');
  place.open(true);
  place.member(name('4111111', false));
  assert.equal(place.path(), '$.rows[1].*');
  assert.equal(place.pathBelow(1, 7, name('c')), '$.rows[7].c');
  place.close();
  place.close();
  place.member(name('more'));
  assert.equal(place.path(), '$.more');
});

test('a path ends at its limit, with a mark that it does', () => {
  const place = createPlace();
  for (let depth = 0; depth < 60; depth++) {
    place.open(true);
    place.member(name('n'.repeat(60)));
  }
  assert.equal(place.path(), `${'$'.concat(`.${'n'.repeat(60)}`.repeat(4)).slice(0, 199)}…`);
  assert.equal(place.pathBelow(60, 3, name('c')), place.path());
});

test('the path to a value is made of the path to what it stands in, however deep that is', () => {
  let reads = 0;
  const counted: Name = {
    ...name(''),
    get text() {
      reads++;
      return 'a';
    },
  };
  const place = createPlace();
  for (let depth = 0; depth < 60; depth++) {
    place.open(true);
    place.member(counted);
  }
  place.path();
  reads = 0;
  for (let times = 0; times < 100; times++) {
    place.member(counted);
    place.path();
  }
  assert.equal(reads, 100);
});
