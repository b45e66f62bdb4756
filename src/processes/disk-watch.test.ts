import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { createLog, createMetrics } from '../telemetry/index.ts';
import { createDiskWatch } from './disk-watch.ts';

const MIB = 1_048_576;
const LOG = { process: 'test', level: 'info', format: 'json', clock: () => 0, write: () => {} } as const;

describe('the room on the disk', () => {
  it('is said where it is little, until there is enough again', async () => {
    const written: string[] = [];
    let free: number | undefined = 2_048 * MIB;
    const metrics = createMetrics();
    const watch = createDiskWatch({
      dataFolder: '/data',
      log: createLog({ ...LOG, write: (line) => void written.push(line) }),
      metrics,
      freeBytes: async () => free ?? Promise.reject(new Error('no disk')),
    });
    const after = async (mib: number): Promise<readonly string[]> => {
      free = mib * MIB;
      await watch.look();
      return watch.faults();
    };
    assert.deepEqual(await after(2_048), []);
    assert.match((await after(1_000))[0] ?? '', /has 1000 MiB left\. Where it is full, calls are refused/);
    assert.equal((await after(1_100)).length, 1, 'a little more is not enough');
    assert.deepEqual(await after(1_200), []);
    assert.equal(written.length, 2);
    free = undefined;
    await watch.look();
    assert.deepEqual(watch.faults(), []);
  });

  it('is that of the real disk', async () => {
    const metrics = createMetrics();
    const watch = createDiskWatch({ dataFolder: tmpdir(), log: createLog(LOG), metrics });
    await watch.look();
    assert.ok(JSON.stringify(metrics.dump()).includes('sallyport.disk.free'));
  });
});
