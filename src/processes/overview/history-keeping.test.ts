// The history on disk: written now and then and at the end, taken over by the next, and no reason for anybody to stop.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createLog } from '../../telemetry/index.ts';
import { createHistoryKeeping } from './history-keeping.ts';

function bed(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines: string[] = [];
  const log = createLog({ process: 'test', level: 'info', format: 'json', clock: () => 0, write: (line) => lines.push(line) });
  const restored: string[] = [];
  const keep = (file: string, text: string, everyMs?: number) =>
    createHistoryKeeping({
      history: {
        save: () => Buffer.from(text),
        restore: (saved) => {
          restored.push(Buffer.from(saved).toString());
          return !restored.at(-1)?.startsWith('other');
        },
      },
      file,
      log,
      ...(everyMs !== undefined && { everyMs }),
    });
  return { folder, lines, restored, keep };
}

test('it is written at the end, for nobody else to read, and the next one goes on with it', async (t) => {
  const { folder, lines, restored, keep } = bed(t);
  const file = join(folder, 'overview.history');
  await keep(file, 'first').close();
  assert.equal(readFileSync(file, 'utf8'), 'first');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await keep(file, 'second').close();
  assert.deepEqual([restored, lines], [['first'], []]);
});

test('it is written now and then', async (t) => {
  const { folder, keep } = bed(t);
  const file = join(folder, 'overview.history');
  const keeping = keep(file, 'first', 5);
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  await keeping.close();
});

test('one of another version is said and begun anew; a disk that takes nothing is said once', async (t) => {
  const { folder, lines, keep } = bed(t);
  const file = join(folder, 'overview.history');
  writeFileSync(file, 'other');
  await keep(file, 'mine').close();
  assert.match(lines.join(), /begun anew/);
  lines.length = 0;
  const lost = keep(join(folder, 'nowhere', 'overview.history'), 'mine', 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await lost.close();
  assert.equal(lines.length, 1);
  assert.match(lines.join(), /cannot be kept/);
});
