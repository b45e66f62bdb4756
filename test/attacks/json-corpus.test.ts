// The JSON parsing corpus, where it is at hand: what is no JSON is refused, what is JSON is taken, save for repeated keys,
// which are refused on purpose. What may go either way (`i_`) must at least be read as JSON.parse reads it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseJson } from '../../src/mcp/index.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/json-parsing', import.meta.url));
const REPEATED_KEY = 'y_object_duplicated_key';

function filesOf(prefix: string): readonly string[] {
  const files = readdirSync(CORPUS).filter((file) => file.startsWith(prefix));
  assert.ok(files.length > 10, `the corpus has only ${files.length} files that begin with ${prefix}`);
  return files;
}

test('the JSON parsing corpus', async (t) => {
  if (!existsSync(CORPUS)) return t.skip('the corpus is not here: ../shared/corpus/json-parsing, beside the repository');
  for (const file of filesOf('n_')) {
    await t.test(`${file} is refused`, () => {
      assert.equal(parseJson(readFileSync(join(CORPUS, file))).ok, false);
    });
  }
  for (const file of filesOf('y_')) {
    const taken = !file.startsWith(REPEATED_KEY);
    await t.test(`${file} is ${taken ? 'taken' : 'refused'}`, () => {
      const bytes = readFileSync(join(CORPUS, file));
      const parsed = parseJson(bytes);
      assert.equal(parsed.ok, taken);
      if (parsed.ok) assert.deepEqual(parsed.value.value, JSON.parse(bytes.toString()));
    });
  }
  for (const file of filesOf('i_')) {
    await t.test(`${file} is refused or read like everybody does`, () => {
      const bytes = readFileSync(join(CORPUS, file));
      const parsed = parseJson(bytes);
      if (parsed.ok) assert.deepEqual(parsed.value.value, JSON.parse(bytes.toString()));
    });
  }
});
