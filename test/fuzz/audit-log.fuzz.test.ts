// Whatever is in the files of an audit log, opening it works, writing to it works, verifying it ends with a report; and what is there
// is never taken for something good that it is not: bytes that were changed do not verify.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import fc from 'fast-check';

import { verifyLogs } from '../../src/audit/index.ts';
import { logFolder, openLog, segmentFiles, writeCalls } from '../../src/audit/log.fixture.ts';

/** Each run writes files and waits for the disk; so it takes a fiftieth of the number asked for. */
const RUNS = Math.max(40, Math.floor(Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 0) / 50));

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const change = fc.oneof(
  fc.record({ kind: fc.constant('zeros' as const), at: place, length: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ kind: fc.constant('bytes' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }) }),
  fc.record({ kind: fc.constant('copy' as const), at: place, from: place, length: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
);

it('survives any change to its files', async (t) => {
  const folder = logFolder(t);
  const log = await openLog(folder);
  await writeCalls(
    log,
    Array.from({ length: 60 }, (_, i) => `call-${i}`),
  );
  await log.close();
  const files = segmentFiles(folder);
  const whole = new Map(files.map((name) => [name, readFileSync(join(folder, name))]));

  await fc.assert(
    fc.asyncProperty(fc.nat({ max: files.length - 1 }), fc.array(change, { minLength: 1, maxLength: 3 }), async (which, changes) => {
      for (const name of segmentFiles(folder)) writeFileSync(join(folder, name), whole.get(name) ?? '');
      const name = files[which] ?? '';
      const before = whole.get(name) ?? Buffer.alloc(0);
      let bytes = Buffer.from(before);
      for (const one of changes) {
        const at = Math.floor(one.at * bytes.length);
        if (one.kind === 'zeros') bytes.fill(0, at, Math.min(at + one.length, bytes.length));
        else if (one.kind === 'bytes') bytes.set(one.bytes.subarray(0, bytes.length - at), at);
        else if (one.kind === 'cut') bytes = bytes.subarray(0, at);
        else bytes.copyWithin(at, Math.floor(one.from * bytes.length), Math.floor(one.from * bytes.length) + one.length);
      }
      writeFileSync(join(folder, name), bytes);
      const changed = !bytes.equals(before);
      const [report] = (await verifyLogs(folder)).logs;
      // Only at the very end of the log can something go missing unseen.
      const atEnd = name === files.at(-1) && report !== undefined && report.end !== 'closed';
      assert.ok(!changed || atEnd || report?.ok === false, `not found: ${JSON.stringify(report)}`);

      const again = await openLog(folder, { takeOver: true });
      await writeCalls(again, ['after']);
      await again.close();
      assert.ok(segmentFiles(folder).some((file) => readFileSync(join(folder, file), 'latin1').includes('"id":"after"')));
      await verifyLogs(folder);
    }),
    { numRuns: RUNS },
  );
});
