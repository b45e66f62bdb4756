// Where the pages of the console are.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The built console: beside the program of a build, and beside the sources of a checkout. */
export function consoleFolder(entry: string): string {
  const code = dirname(entry);
  const built = join(code, 'console');
  return existsSync(built) ? built : join(dirname(code), 'console', 'dist');
}
