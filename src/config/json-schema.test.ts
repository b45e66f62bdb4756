import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configJsonSchema } from './index.ts';

test('sallyport.schema.json is what the schemas in the source say', () => {
  const file = new URL('../../sallyport.schema.json', import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), configJsonSchema(), 'run `node scripts/own-node.mjs scripts/generate.ts`');
});

test('every key has a description and an example, for the editor and the reference to show', () => {
  const silent: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
      for (const [key, property] of Object.entries(node.properties)) {
        if (!('description' in property && 'examples' in property)) silent.push(`${path}.${key}`);
      }
    }
    for (const [key, child] of Object.entries(node)) visit(child, `${path}.${key}`);
  };
  visit(configJsonSchema(), '');
  assert.deepEqual(silent, []);
});
