// Every requirement of the manifest is proven by a test somewhere below test/.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../harness/index.ts';
import { REQUIREMENTS } from './requirements.ts';

test('no requirement is without a test', () => {
  const files = globSync('test/**/*.test.ts', { cwd: repositoryRoot });
  assert(files.length > 5, `only ${files.length} test files were found`);
  const sources = files.map((file) => readFileSync(join(repositoryRoot, file), 'utf8')).join('\n');
  const unproven = Object.keys(REQUIREMENTS).filter((id) => !sources.includes(`verifies('${id}'`));
  assert.deepEqual(unproven, []);
});
