// How far a verification is: by what was read of a file, each byte once, up to all of it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { toSegmentName } from './format.ts';
import { createReadMeter } from './read-meter.ts';
import type { VerifyProgress } from './read-meter.ts';

it('counts within files, a byte that is read again once, and in the end all of it', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-meter-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const paths = [1, 2, 3].map((number) => join(directory, toSegmentName(number)));
  for (const path of paths) writeFileSync(path, Buffer.alloc(100));
  const [first = '', second = ''] = paths;
  const seen: VerifyProgress[] = [];
  // The last of them is gone meanwhile: nobody knows how large it was, and it is named elsewhere.
  const log = { slot: 'worker-0', directory, segments: [1, 2, 3, 4] };
  const meter = await createReadMeter([log], (progress) => seen.push(progress));
  const file = await meter.files.open(first, 'read');
  for (const position of [0, 40, 0, 40]) await file.read(Buffer.alloc(40), position);
  await file.close();
  meter.passed(first, 7);
  meter.passed(second, 5);
  meter.passedLog(log);
  assert.deepEqual(
    seen.map(({ records, bytes, ofBytes }) => [records, bytes, ofBytes]),
    [
      [0, 0, 300],
      [0, 40, 300],
      [0, 80, 300],
      [7, 100, 300],
      [12, 200, 300],
      [12, 300, 300],
    ],
  );
});
