import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { markLocation } from './location-mark.ts';

it('a data folder keeps the first place that was said of it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  markLocation(folder, undefined);
  assert.equal(existsSync(join(folder, 'location')), false);
  markLocation(folder, 'eu');
  markLocation(folder, 'us');
  assert.equal(readFileSync(join(folder, 'location'), 'utf8'), 'eu\n');
  assert.throws(() => markLocation(join(folder, 'nowhere'), 'eu'));
});
