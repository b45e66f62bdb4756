// Writes sallyport.schema.json from the schemas in the source. With --check it writes nothing and fails if the file is out of date.

import { readFileSync, writeFileSync } from 'node:fs';
import { configJsonSchema } from '../src/config/index.ts';

const file = new URL('../sallyport.schema.json', import.meta.url);
const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('sallyport.schema.json is out of date: run `node scripts/own-node.mjs scripts/generate-schema.ts`.');
  process.exitCode = 1;
}
