// The walls of the console: what of the gateway may come into a browser, what its parts may know of each other, and what no file may do.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const IMPORT = /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm;

const files = globSync('**/*.{ts,tsx}', { cwd: ROOT })
  .filter((path) => !path.endsWith('.test.ts') && !path.endsWith('.fixture.ts'))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const imports = [...text.matchAll(IMPORT)].map((match) => {
      const specifier = match[1] ?? match[2] ?? '';
      return {
        target: specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), specifier)) : specifier,
        isTypeOnly: /^\s*(import|export)\s+type\s/.test(match[0]),
      };
    });
    return { path, text, imports };
  });

test('the walk sees the console', () => {
  assert.ok(files.length > 60, `only ${files.length} files were found`);
});

test('of the gateway only types of its contract come in, by one door', () => {
  for (const { path, imports } of files)
    for (const { target, isTypeOnly } of imports.filter((each) => each.target.startsWith('..'))) {
      assert.equal(target, '../../src/admin/contract.ts', `${path} imports ${target}`);
      assert.ok(isTypeOnly, `${path} takes more than types of the contract`);
      assert.ok(path.startsWith('api/'), `${path} enters the contract beside api/`);
    }
});

test('parts of pages know neither the router nor the API', () => {
  for (const { path, imports } of files.filter((file) => file.path.startsWith('ui/')))
    for (const { target } of imports)
      assert.doesNotMatch(target, /^@tanstack\/react-(router|query)|^(api|pages|layout|records|jobs)\//, `${path} imports ${target}`);
});

test('only the client asks, and only one place listens', () => {
  const only = (pattern: RegExp, home: string): void => {
    for (const { path, text } of files) if (path !== home) assert.doesNotMatch(text, pattern, path);
  };
  only(/\bfetch\(/, 'api/client.ts');
  only(/new EventSource\(/, 'api/live.ts');
  only(/['"`]\/api\/v1/, 'api/endpoints.ts');
});

test('text of others never becomes markup or code', () => {
  for (const { path, text } of files)
    assert.doesNotMatch(
      text,
      /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcDoc/,
      path,
    );
});

test('every file says what it is for', () => {
  for (const { path, text } of files) assert.match(text, /^\/\/ \S/, path);
});
