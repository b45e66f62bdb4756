// Builds the console for a browser, unless what was built last is of the same sources: a digest of them stands beside it. It is the one part of Sallyport that
// does not run as it is written, so whoever starts a gateway from a checkout, tests or builds it comes by here.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, 'console');
const VITE = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
/** Everything that what is built depends on: the pages, what they may take from the gateway's source, and which versions are installed. */
const SOURCES = ['console/{src,public}/**/*', 'console/*.{html,json,ts}', 'src/admin/**/*.ts', 'package-lock.json'];
const TESTS = /\.test\.tsx?$/;
const DIGEST = '.digest';

/** Makes sure that `console/dist` is of the sources as they are now. Says so in a line when that takes a moment; throws with what is wrong with them. */
export function buildConsole(say: (line: string) => void): void {
  const built = join(home, 'dist');
  const digest = digestOfSources();
  if (readText(join(built, DIGEST)) === digest) return;
  say('Building the console; this takes a few seconds and happens again only when its sources change.');
  // Beside the old one, and put in its place as a whole: a gateway that starts meanwhile must not find half of it.
  const next = mkdtempSync(join(home, '.dist-'));
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [VITE, 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'],
      {
        cwd: home,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production' },
      },
    );
    if (status !== 0) throw new Error(`The console cannot be built:\n${stdout}${stderr}`);
    writeFileSync(join(next, DIGEST), digest);
    rmSync(built, { recursive: true, force: true });
    chmodSync(next, 0o755); // A folder made for a moment is its maker's alone.
    renameSync(next, built);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !TESTS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

if (import.meta.main) {
  try {
    buildConsole((line) => process.stderr.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
