// Where the record has to stay: whatever keeps a part of it has to say that it is there. A tag is no proof of where a disk stands, but it is refused where
// two do not agree: a data folder that was copied to another region, an anchor that somebody put elsewhere (GDPR Art. 44).

import { join } from 'node:path';
import type { AuditSettings } from '../audit/index.ts';
import type { Report } from './check.ts';
import type { Files } from './files.ts';

/** In the data folder: where it was first said to be. */
const LOCATION_FILE = 'location';

/** The file that holds where a data folder is. */
export function locationFile(dataFolder: string): string {
  return join(dataFolder, LOCATION_FILE);
}

/** Checks what is said of places against each other, and against what the data folder says of itself. */
export function checkResidency({ residency, location, anchors }: AuditSettings, dataFolder: string, files: Files, report: Report): void {
  const found = files.read(locationFile(dataFolder));
  const marked = found.ok ? found.value.trim() : undefined;
  if (location !== undefined && marked !== undefined && marked !== location)
    report(
      'error',
      ['audit', 'location'],
      `says ${location}, and the data folder ${dataFolder} says of itself that it is in ${marked}`,
      `Use a data folder in ${location}, or correct ${locationFile(dataFolder)} if this one was moved there for good.`,
    );
  if (residency === undefined) return;
  if (location !== residency)
    report(
      'error',
      location === undefined ? ['audit', 'residency'] : ['audit', 'location'],
      location === undefined
        ? `is ${residency}, and nothing says where the data folder is`
        : `says ${location}, and the record has to stay in ${residency}`,
      location === undefined
        ? `Put the data folder on a disk in ${residency}, and write audit.location: ${residency}.`
        : `Use a data folder in ${residency}, or another audit.residency.`,
    );
  for (const anchor of anchors)
    if (anchor.residency !== residency)
      report(
        'error',
        ['audit', 'anchors', anchor.name, ...(anchor.residency === undefined ? [] : ['residency'])],
        anchor.residency === undefined
          ? `does not say where it is, and the record has to stay in ${residency}`
          : `is ${anchor.residency}, and the record has to stay in ${residency}`,
        `Take an anchor in ${residency}, and write residency: ${residency}.`,
      );
}
