import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLog } from '../telemetry/index.ts';
import { startSupervisor } from './supervisor.ts';

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
after(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

test('a worker whose link to a living control closes is replaced by one that is linked, and drains', async () => {
  const notices: string[] = [];
  let drained: () => void = () => {};
  const isDrained = new Promise<void>((resolve) => (drained = resolve));
  const supervisor = startSupervisor({
    entry: fileURLToPath(new URL('supervisor.fixture.ts', import.meta.url)),
    dataFolder: folder,
    configFile: undefined,
    listenOverride: undefined,
    logFormat: 'text',
    log: createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} }),
    onReady: () => {},
    onNotice: (text) => {
      notices.push(text);
      if (text.endsWith('drains')) drained();
    },
  });
  await isDrained;
  supervisor.stop();
  assert.equal(await supervisor.ended, 0);
  assert.deepEqual(notices.slice(0, 3), ['control is linked to worker-0.4', 'control is linked to worker-1.6', 'worker-0.4 drains']);
});
