// A small disk of its own: a file system in a file, which can run full, and stop answering, while nothing else on this machine does.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { once } from 'node:events';

/** A mounted file system. */
export interface Disk {
  /** Takes all but so many bytes of what is free. */
  fill(leave: number): void;
  /** Gives them back. */
  free(): void;
  /** Writes neither return nor fail from now on; after 30 seconds at the latest they do again. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  remove(): void;
}

const MIB = 1024 * 1024;
const FROZEN_S = 30;

/** Why there can be no such disk here; undefined: there can. */
export function diskMissing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root may mount a disk, on Linux';
  for (const [program, pack] of [
    ['mkfs.ext4', 'e2fsprogs'],
    ['mount', 'mount'],
    ['fsfreeze', 'util-linux'],
    ['fallocate', 'util-linux'],
  ] as const)
    if (spawnSync(program, ['--help']).error !== undefined) return `${program} is not installed: apt-get install ${pack}`;
  return undefined;
}

/** Makes a disk of so many bytes in the file `image`, and mounts it at an empty folder. */
export function mountDisk(image: string, path: string, bytes: number): Disk {
  const file = openSync(image, 'wx');
  ftruncateSync(file, bytes);
  closeSync(file);
  run('mkfs.ext4', '-q', '-F', '-m', '0', image);
  run('mount', '-o', 'loop', image, path);
  const filler = `${path}/filler`;
  let guard: ReturnType<typeof spawn> | undefined;
  const thaw = async (): Promise<void> => {
    guard?.kill();
    if (guard !== undefined) await finished('fsfreeze', '-u', path);
    guard = undefined;
  };
  return {
    fill: (leave) => {
      const free = Number(run('df', '--output=avail', '-B1', path).split('\n')[1]);
      if (free > leave + MIB) run('fallocate', '-l', String(free - leave), filler);
    },
    free: () => rmSync(filler, { force: true }),
    freeze: async () => {
      // Whatever happens to this process: what waits for the disk cannot even be killed.
      guard = spawn('sh', ['-c', `sleep ${FROZEN_S}; fsfreeze -u "$0"`, path], { stdio: 'ignore', detached: true });
      await finished('fsfreeze', '-f', path);
    },
    thaw,
    remove: () => {
      run('umount', '-l', path);
      rmSync(image, { force: true });
    },
  };
}

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Freezing waits for what is being written, and must not hold up whoever writes. */
async function finished(program: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}`);
}
