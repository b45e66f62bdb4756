// The project's own corpus, in the shapes of a folder: other wording and other tokens than any collection, the same ones for the same seed.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Corpus } from '../corpus.ts';
import { generatePersonal } from './personal.ts';
import { generateSecrets } from './secrets.ts';
import { generateContent, generateDescriptions, generateResults } from './texts.ts';

/** Makes it. */
export function generateCorpus(seed: number): Corpus {
  return {
    name: `generated from seed ${seed}`,
    tool_description: generateDescriptions(seed + 1, 400),
    tool_result: generateResults(seed + 2, 500),
    content: generateContent(seed + 3, 40),
    secrets: generateSecrets(seed + 4, 4),
    pii: generatePersonal(seed + 5, 60),
  };
}

/** Writes a corpus as files of a folder. */
export function writeCorpus(corpus: Corpus, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const { name: _, ...files } = corpus;
  for (const [file, rows] of Object.entries(files))
    writeFileSync(join(folder, `${file}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
