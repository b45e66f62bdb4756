// A disk that runs full, and one that is slow: the doctor tells them apart, with the figure that shows it, and so does the overview.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminClient } from '../../src/admin/index.ts';
import { diskMissing, mountDisk } from '../harness/disk.ts';
import { modernCall, repositoryRoot, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';

interface Found {
  readonly area: string;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly text: string;
  readonly remedy: string | null;
}

test('a disk that runs full, and one that is slow', { skip: diskMissing() }, async (t) => {
  const place = mkdtempSync(join(repositoryRoot, '.sallyport', 'doctor-disk-'));
  const path = join(place, '.sallyport');
  mkdirSync(path, { mode: 0o700 });
  const disk = mountDisk(join(place, 'disk.img'), path, 160 * 1_048_576);
  const echo = await startEchoServer({ tools: ['find'] });
  const small = await startGateway({
    folder: place,
    config: testConfig({ servers: { echo: { url: echo.url } }, extra: { workers: 1 } }),
  });
  t.after(async () => {
    await disk.thaw();
    await small.stop();
    await echo.close();
    disk.remove();
    rmSync(place, { recursive: true, force: true });
  });
  const own = await small.addAgent('caller');
  const look = async (): Promise<readonly Found[]> => {
    const { stdout } = await small.cli('doctor', '--output', 'json', '--no-record');
    return (JSON.parse(stdout) as { readonly findings: readonly Found[] }).findings.filter(({ area }) => area === 'disk');
  };
  assert.deepEqual(
    (await look()).map(({ verdict }) => verdict),
    ['warning', 'ok'],
    'little room on a small disk, and fast',
  );

  const call = (): Promise<unknown> => modernCall(small.url('echo'), 'tools/call', { name: 'find', arguments: {} }, { key: own });
  for (let round = 0; round < 6; round++) {
    await disk.freeze();
    const called = call();
    await sleep(300);
    await disk.thaw();
    await called;
  }
  const ports = createAdminClient(join(small.dataFolder, 'run', 'admin.sock'));
  const codes = async (): Promise<readonly string[]> => {
    const read = await ports.overview.read('5m');
    return read.ok ? read.value.warnings.map(({ code }) => code) : [];
  };
  // Of a handful of writes nothing is said.
  const isTold = async (): Promise<boolean> => {
    await call();
    return (await codes()).includes('disk_slow');
  };
  await until(isTold, 'slow writes to be told');

  disk.fill(8 * 1_048_576);
  const found = await look();
  const full = found.find(({ text }) => text.startsWith('The disk is full'));
  assert.deepEqual([full?.verdict, typeof full?.remedy], ['failed', 'string']);
  assert.ok(found.some(({ text, verdict }) => verdict === 'warning' && /^Durable writes take \d+ ms/.test(text)));
});
