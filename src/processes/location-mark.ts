// A data folder says itself where it is, from the first config on that says so: copied to another place, it is noticed there (config/check-residency.ts).

import { writeFileSync } from 'node:fs';
import { locationFile } from '../config/index.ts';

/** Notes down where the data folder is; what stands there already stays. Throws where it cannot be written. */
export function markLocation(dataFolder: string, location: string | undefined): void {
  if (location === undefined) return;
  try {
    writeFileSync(locationFile(dataFolder), `${location}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
