// The history of the overview on disk: written now and then, so that a control that dies, or a gateway that is started anew, goes on with the last day. It
// is figures for people to look at and nothing else goes by it: it is not flushed, and what cannot be read is begun anew.

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { History, Log } from '../../telemetry/index.ts';

export interface HistoryKeepingOptions {
  readonly history: Pick<History, 'save' | 'restore'>;
  readonly file: string;
  readonly log: Log;
  readonly everyMs?: number;
}

export interface HistoryKeeping {
  /** Writes it a last time. */
  close(): Promise<void>;
}

/** As much as is lost where control is killed. */
const EVERY_MS = 15_000;
/** Some milliseconds of control's loop. The gateway's own rings have not quite half of it; the rest is for servers, those that were called last first. */
const MAX_BYTES = 2 * 1_048_576;

/** Takes over what there is, and keeps it from then on. */
export function createHistoryKeeping({ history, file, log, everyMs = EVERY_MS }: HistoryKeepingOptions): HistoryKeeping {
  let writing: Promise<void> = Promise.resolve();
  let isFailing = false;

  const saved = readSaved(file);
  if (saved !== undefined && !history.restore(saved))
    log.info('the figures of the last day are begun anew: those on disk are of another version', { file });

  const write = async (): Promise<void> => {
    try {
      // Beside the file and in its place: who dies meanwhile leaves the one before.
      await writeFile(`${file}.new`, history.save(MAX_BYTES), { mode: 0o600 });
      await rename(`${file}.new`, file);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn('the figures of the last day cannot be kept on disk', { file, error });
      isFailing = true;
    }
  };
  const next = (): Promise<void> => (writing = writing.then(write));
  const timer = setInterval(() => void next(), everyMs);
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      return next();
    },
  };
}

/** Undefined: there is none. */
function readSaved(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
