// `node bench/report-page.ts [--profile SHARES.json] RESULT.json…`: brings docs/performance.md up to what runs have measured: the tables between its marks,
// and the charts in docs/performance/. Of several runs (`--only`), the last that has a figure counts.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { between, charts, figuresSection, profileSection, type Run } from './page.ts';
import type { Shares } from './shares.ts';

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const CHARTS = fileURLToPath(new URL('../docs/performance/', import.meta.url));

const { values, positionals } = parseArgs({ options: { profile: { type: 'string' } }, allowPositionals: true });
if (positionals.length === 0 && values.profile === undefined) throw new Error('usage: report-page.ts [--profile SHARES.json] RESULT.json…');
let page = readFileSync(PAGE, 'utf8');
if (positionals.length > 0) {
  const runs = positionals.map((file): Run => JSON.parse(readFileSync(file, 'utf8')));
  if (runs.some(({ quick }) => quick)) throw new Error('a quick run measures nothing that could be quoted');
  const drawn = charts(runs);
  mkdirSync(CHARTS, { recursive: true });
  for (const [name, svg] of drawn) writeFileSync(join(CHARTS, name), svg);
  const pictures = [...drawn.keys()].map((name) => `![CPU of a call](performance/${name})`);
  page = between(page, 'figures', [figuresSection(runs), ...pictures].join('\n\n'));
}
if (values.profile !== undefined) {
  const shares: Shares = JSON.parse(readFileSync(values.profile, 'utf8'));
  page = between(page, 'profile', profileSection(shares));
}
writeFileSync(PAGE, page);
