import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '../telemetry/index.ts';
import type { Channel } from './channel.ts';
import { createPublisher } from './publisher.ts';

test('a worker that has just begun is late with its first snapshot, and no warning; one that has had one is', async (t) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sallyport-publisher-'));
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }));
  let isAway = true;
  const worker: Channel = {
    open: true,
    queuedBytes: 0,
    send: () => {},
    request: async () => {
      if (isAway) throw new Error('no answer');
      return { type: 'snapshot', fields: {}, payload: new Uint8Array(0), reply: () => {} };
    },
    close: () => {},
  };
  const lines: string[] = [];
  const log = createLog({ process: 'test', level: 'info', format: 'json', clock: () => 0, write: (line) => lines.push(line) });
  const publisher = createPublisher({ dataFolder, log, links: { get: () => worker, all: () => [worker], request: () => assert.fail() } });
  const publish = async (): Promise<unknown> => {
    lines.length = 0;
    // What the snapshot says is nothing to whoever sends it.
    await publisher.publish({ config: { dataFolder } as never });
    return lines.map((line) => JSON.parse(line).level);
  };
  assert.deepEqual(await publish(), ['info']);
  isAway = false;
  assert.deepEqual(await publish(), []);
  isAway = true;
  assert.deepEqual(await publish(), ['warn']);
});
