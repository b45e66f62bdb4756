// A profile that keeps names out of the record keeps them out of what is written from then on. Whoever switches to it has to know that older records have them.

import { join } from 'node:path';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import type { AuditSettings } from '../audit/index.ts';
import type { Report } from './check.ts';
import type { Files } from './files.ts';
import { parseSnapshotDocument } from './snapshot-document.ts';

/** Warns at the switch: what was in force last on this data folder had names on record. */
export function checkOlderNames(
  { subjects, reidentify, retentionDays }: AuditSettings,
  dataFolder: string,
  files: Files,
  report: Report,
): void {
  if (subjects === 'names') return;
  const read = files.read(join(dataFolder, 'snapshot.json'));
  const last = read.ok ? parseSnapshotDocument(read.value) : read;
  if (!last.ok || (last.value.shards.config.audit ?? DEFAULT_AUDIT).subjects !== 'names') return;
  const shown = reidentify === 'two' ? ' Commands do not show them, but whoever can read the files can.' : '';
  report(
    'warning',
    ['audit'],
    `keeps names out of the record from now on, and records from before have names beside pseudonyms that go on, until ${retentionDays} days have passed`,
    `Begin with a new data folder where nobody may learn them, or wait.${shown}`,
  );
}
