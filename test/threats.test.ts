// The table of attacks by number in THREAT-MODEL.md: none is missing, and each names files that are there and carry out attacks.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const rows = Array.from(
  readFileSync(join(ROOT, 'THREAT-MODEL.md'), 'utf8').matchAll(/^\| (T\d\d) \|.*\| ([^|]+) \|$/gm),
  ([, number = '', files = '']) => ({
    number,
    files: Array.from(files.matchAll(/`([^`]+)`/g), ([, file = '']) => file),
  }),
);

const range = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `T${String(from + i).padStart(2, '0')}`);

test('every attack on control has its row', () => {
  assert.deepEqual(
    rows.map(({ number }) => number),
    [...range(1, 12), ...range(20, 31), 'T34', 'T44', 'T45', 'T48', 'T55'],
  );
});

for (const { number, files } of rows) {
  test(`${number} is carried out in a file of attacks`, () => {
    assert.ok(files.length > 0);
    for (const file of files) {
      assert.match(file, /^test\/attacks\/[a-z-]+\.test\.ts$/);
      assert.ok(existsSync(join(ROOT, file)), `${file} is not there`);
    }
  });
}
