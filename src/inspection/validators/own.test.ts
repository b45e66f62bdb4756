import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VALIDATORS } from './index.ts';
import { OWN_VALIDATORS } from './own.ts';

const says = (name: string, value: string): unknown => VALIDATORS.get(name)?.({ value, window: value, at: 0, key: '', surface: 'answer' });

const table: readonly (readonly [name: string, one: readonly string[], none: readonly string[]])[] = [
  // The examples of ISO/IEC 7812-1 and of the scheme's author; 0's and 9's in rows fit some checks and are nobody's number.
  ['luhn', ['79927398713', '7992-7398-713'], ['79927398710', '0000000000', '7', 'abc']],
  ['verhoeff', ['2363', '23 63'], ['2364', '3263', '']],
  ['modulo-97', ['79444', '794 44', '3214282912345698765432161182'], ['79445', '79', '7944é']],
  ['random', ['q7Zk2mX9vB4tR8nW1pL6'], ['passwordpassword', 'aaaaaaaaaaaaaaaa']],
  ['unmasked', ['q7Zk2mX9vB4tR8nW1pL6'], ['****************', 'xxxxxxxxxxxxxxxx']],
];
for (const [name, one, none] of table) {
  test(`${name} says what is one`, () => {
    for (const value of one) assert.equal(says(name, value), true, value);
    for (const value of none) assert.equal(says(name, value), false, value);
  });
}

test('each is tried', () =>
  assert.deepEqual(
    table.map(([name]) => name),
    OWN_VALIDATORS,
  ));
