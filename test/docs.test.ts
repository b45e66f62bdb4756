// The documents name tests as proof, and files as places. Each of them must be there.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
/** A path in backquotes: `src/…`, `test/…`, `docs/…`, `examples/…`, `bench/…`, `scripts/…`; a star stands for any name. */
const NAMED = /`((?:src|test|docs|examples|bench|scripts)\/[A-Za-z0-9_./*-]+)`/g;

test('there are documents', () => assert.ok(DOCUMENTS.length > 10));

for (const document of DOCUMENTS) {
  test(`${document} names only what is there`, () => {
    for (const [, path = ''] of readFileSync(join(ROOT, document), 'utf8').matchAll(NAMED)) {
      assert.ok(globSync(path.replace(/\/$/, ''), { cwd: ROOT }).length > 0, `${path} is not there`);
    }
  });
}
