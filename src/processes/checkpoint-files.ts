// What is published of checkpoints beside the logs, for whoever verifies these: the public key, and the last note of each log. The keeper keeps the same
// where nobody else reads.

import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_KEY_FILE, LAST_CHECKPOINT_FILE } from '../audit/index.ts';
import type { SignedLog } from './checkpoint-signer.ts';

export interface CheckpointFiles {
  /** Writes what is new. Throws where it cannot. */
  publish(key: string, logs: readonly SignedLog[]): void;
}

export function createCheckpointFiles(dataFolder: string): CheckpointFiles {
  const folder = join(dataFolder, 'audit');
  const written = new Map<string, string>();

  /**
   * Made in our own folder and then moved: the folder of a log belongs to a worker, and what is written there by name could be a link that it
   * laid, to a file that it must not write itself.
   */
  const write = (path: string, text: string): void => {
    if (written.get(path) === text) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = join(folder, 'checkpoint.new');
    writeFileSync(made, text, { mode: 0o600 });
    renameSync(made, path);
    written.set(path, text);
  };

  return {
    publish(key, logs) {
      write(join(folder, CHECKPOINT_KEY_FILE), `${key}\n`);
      // A slot whose folder was replaced has had several logs.
      for (const { slot, note } of logs.toSorted((a, b) => a.time - b.time)) {
        const directory = join(folder, slot);
        const last = logs.findLast((one) => one.slot === slot);
        if (last?.note === note && statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true)
          write(join(directory, LAST_CHECKPOINT_FILE), note);
      }
    },
  };
}
