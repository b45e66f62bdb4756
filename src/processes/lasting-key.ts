// A key of the keeper's that stays the same: the one under which the store knows what people were asked about, the one of tokens, the one under which
// subjects are found.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from './private-file.ts';

/** 32 bytes in base64, made where there is no file. A file that cannot be read is not replaced: what was made with the key before could not be read again. */
export function lastingKey(file: string): string {
  if (existsSync(file)) {
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof stored === 'object' && stored !== null && 'format' in stored && stored.format === 1 && 'key' in stored)
      return String(stored.key);
    throw new Error(`${file} is of no known form`);
  }
  const key = randomBytes(32).toString('base64');
  writePrivate(file, JSON.stringify({ format: 1, key }));
  return key;
}
