// `npm run build`: compiles src/ to dist/, the form that a release runs. Plain tsc, no bundler: what was tested is what ships. The console, which runs in
// browsers, is put beside it as Vite builds it.

import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? join(root, 'dist');

rmSync(out, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', out],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
if (status === 0) {
  buildConsole((line) => process.stderr.write(`${line}\n`));
  cpSync(join(root, 'console', 'dist'), join(out, 'console'), { recursive: true });
}
