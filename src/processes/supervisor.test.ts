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
  const notices = await run('supervisor.fixture.ts', (text) => text.endsWith('drains'));
  assert.deepEqual(notices.slice(0, 3), ['control is linked to worker-0.4', 'control is linked to worker-1.6', 'worker-0.4 drains']);
});

test('every worker has an inspector of its own, and can have that killed and nobody else', async () => {
  let linked = 0;
  const notices = await run('supervisor-inspectors.fixture.ts', (text) => text.startsWith('worker-1') && ++linked === 2);
  assert.deepEqual(notices.toSorted(), ['worker-0 has inspector-0', 'worker-1 has inspector-1', 'worker-1 has inspector-1']);
});

/** Runs a gateway of such processes until one says what is waited for; all that was said. */
async function run(entry: string, isLast: (notice: string) => boolean): Promise<readonly string[]> {
  const notices: string[] = [];
  let done: () => void = () => {};
  const isDone = new Promise<void>((resolve) => (done = resolve));
  const supervisor = startSupervisor({
    entry: fileURLToPath(new URL(entry, import.meta.url)),
    dataFolder: folder,
    node: 'node-1',
    configFile: undefined,
    listenOverride: undefined,
    consoleOverride: undefined,
    offersLink: false,
    onConsole: () => {},
    logFormat: 'text',
    log: createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} }),
    onReady: () => {},
    onNotice: (text) => {
      notices.push(text);
      if (isLast(text)) done();
    },
  });
  await isDone;
  supervisor.stop();
  assert.equal(await supervisor.ended, 0);
  return notices;
}
