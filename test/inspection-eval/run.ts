// `npm run inspect:eval`: how much of what it should find inspection finds, and what it finds that it should not, per class and file. On the
// corpus beside this checkout, or else on the project's own, which is generated; `-- --corpus FOLDER` takes any folder with the same file
// shapes, `--generated` the project's own, `--json FILE` writes all figures. Ends with exit code 1 below the aims.

import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createScan } from '../../src/inspection/index.ts';
import { readCorpus } from './corpus.ts';
import type { Corpus } from './corpus.ts';
import { engine } from './engine.ts';
import { generateCorpus } from './generated/corpus.ts';
import { evaluate } from './measure.ts';
import { createProbe } from './probe.ts';
import { isGood, reportOf } from './report.ts';

const BESIDE = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const SEED = 20_261_123;

const { values } = parseArgs({
  options: { corpus: { type: 'string' }, generated: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const evaluation = evaluate(
  chosenCorpus(),
  createProbe((surface) => createScan(engine, { surface })),
);
process.stdout.write(reportOf(evaluation));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(evaluation, undefined, 1)}\n`);
process.exitCode = isGood(evaluation) ? 0 : 1;

function chosenCorpus(): Corpus {
  if (values.corpus !== undefined) return readCorpus(resolve(values.corpus));
  return values.generated || !existsSync(BESIDE) ? generateCorpus(SEED) : readCorpus(BESIDE);
}
