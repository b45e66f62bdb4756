// `npm run check`: everything that `npm test` does, and what keeps the source tidy: formatting, dead code, and generated files that
// must equal what their sources generate now.

import { fileURLToPath } from 'node:url';
import { checkGenerated } from './generate.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './run-tool.ts';
import { conclude, createTally } from './tally.ts';
import { testAll } from './test.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const TOOLS: readonly Tool[] = [
  { name: 'format (oxfmt)', command: 'oxfmt', args: ['--check'], remedy: 'npx oxfmt rewrites the files' },
  { name: 'dead code (knip)', command: 'knip', args: ['--no-progress'] },
];

const tally = createTally();
for (const tool of TOOLS) await runTool(tool, root, tally);
checkGenerated(root, tally);
await testAll(tally, []);
process.exitCode = conclude(tally, false);
