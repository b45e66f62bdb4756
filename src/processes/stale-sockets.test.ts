import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeStaleSockets } from './stale-sockets.ts';

test('what killed workers left is removed, and nothing else', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stale-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['worker-0.4', 'worker-12.345', 'admin.sock', 'admin.token']) writeFileSync(join(folder, name), '');
  removeStaleSockets(folder);
  assert.deepEqual(readdirSync(folder).sort(), ['admin.sock', 'admin.token']);
});
