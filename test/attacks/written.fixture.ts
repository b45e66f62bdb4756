// Looking for a value in everything that was written, as it is and in every encoding that something might have put it in.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file, without the zeros that a log is preallocated with. */
export function* filesBelow(root: string): Iterable<readonly [string, Buffer]> {
  for (const name of readdirSync(root, { recursive: true })) {
    const path = join(root, String(name));
    if (statSync(path).isFile()) yield [String(name), Buffer.from(readFileSync(path, 'latin1').replaceAll('\0', ''), 'latin1')];
  }
}

/** Whether the text is in there: as it is or in other case, in base64 at any of the three offsets, in hex, or as its bare SHA-256. */
export function contains(bytes: Buffer, text: string): boolean {
  const lower = lowered(bytes);
  const plain = Buffer.from(text);
  if (lower.includes(text.toLowerCase()) || lower.includes(plain.toString('hex'))) return true;
  if (lower.includes(createHash('sha256').update(plain).digest('hex'))) return true;
  return [0, 1, 2].some((shift) => {
    const base64 = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64url');
    // The first and the last letters depend on what stands beside the text.
    return bytes.includes(base64.slice(shift === 0 ? 0 : 3, -3));
  });
}

const lowerCase = new WeakMap<Buffer, string>();
function lowered(bytes: Buffer): string {
  const known = lowerCase.get(bytes) ?? bytes.toString('latin1').toLowerCase();
  lowerCase.set(bytes, known);
  return known;
}
