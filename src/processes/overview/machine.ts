// What this machine has, as far as it limits the gateway.

import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import type { MetricsDump } from '../../telemetry/index.ts';
import type { Machine } from './capacity.ts';
import { gaugesOf } from './gauges.ts';

/** Reads it now; what cannot be read does not limit. */
export async function readMachine(dataFolder: string, dump: MetricsDump): Promise<Machine> {
  const [descriptors, diskFreeBytes] = await Promise.all([readDescriptors(), readFree(dataFolder)]);
  return {
    cores: availableParallelism(),
    memoryFreeBytes: await readMemory(),
    memoryUsedBytes: gaugesOf(dump, 'sallyport.process.memory').reduce((sum, [, value]) => sum + value, 0),
    descriptors,
    diskFreeBytes,
  };
}

/** Every process of the gateway has the limit of the one that started it. */
async function readDescriptors(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Number.MAX_SAFE_INTEGER : Number(soft);
}

/** What can be had without swapping; free memory alone leaves out what caches would give back. */
async function readMemory(): Promise<number> {
  const facts = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(facts)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1_024;
}

async function readFree(folder: string): Promise<number | undefined> {
  const found = await statfs(folder).catch(() => undefined);
  return found === undefined ? undefined : found.bavail * found.bsize;
}
