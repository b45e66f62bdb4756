// `npm run fuzz`: the fuzz targets with many more runs than `npm test` gives them. `npm run fuzz -- 200000 json` sets the number of runs and
// takes only targets whose name contains a word.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEFAULT_RUNS = 50_000;
const folder = fileURLToPath(new URL('.', import.meta.url));
const [runs = String(DEFAULT_RUNS), ...words] = process.argv.slice(2);
const targets = readdirSync(folder)
  .filter((name) => name.endsWith('.fuzz.test.ts') && (words.length === 0 || words.some((word) => name.includes(word))))
  .map((name) => join(folder, name));

if (!/^\d+$/.test(runs) || targets.length === 0) {
  process.stderr.write('usage: npm run fuzz -- [RUNS] [WORD…]\n');
  process.exitCode = 2;
} else {
  const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...targets], {
    stdio: 'inherit',
    env: { ...process.env, SALLYPORT_FUZZ_RUNS: runs },
  });
  process.exitCode = status ?? 1;
}
