// Holds the vault against the record: every envelope that a record names must be the one that lies there, byte for byte. For whoever has the files; no key
// is needed, since a record has the SHA-256 of what was sealed.

import { sha256Hex } from '../../base/index.ts';
import { toNumber, toText } from '../read-members.ts';
import { tailLogs } from '../tail.ts';
import { readEnvelope, vaultFiles } from './vault-folder.ts';

/** What was found. */
export interface VaultReport {
  /** Envelopes that are what their records say. */
  readonly good: number;
  /** Ids of those that are not. */
  readonly changed: readonly string[];
  /** On record, and not in the vault: their time is over, or they were lost. */
  readonly gone: number;
  /** When the last of those was sealed, in epoch milliseconds; undefined: none is gone. */
  readonly goneUntilMs: number | undefined;
  /** Ids of envelopes of which there is no record. A crash leaves some, if the record had not got to the disk, and so does retention of records. */
  readonly unrecorded: readonly string[];
}

interface Recorded {
  readonly bytes: number;
  readonly sha256: string;
  readonly time: number;
}

/** Checks all envelopes. `logs`: the folder of the logs. */
export async function checkVault(folder: string, logs: string): Promise<VaultReport> {
  const recorded = await readCaptures(logs);
  const changed: string[] = [];
  const unrecorded: string[] = [];
  const found = new Set<string>();
  let good = 0;
  for await (const { id, path } of vaultFiles(folder)) {
    const known = recorded.get(id);
    // There may be two of one name: each is held against the record.
    found.add(id);
    const bytes = known === undefined ? undefined : await readEnvelope(path);
    if (known === undefined) unrecorded.push(id);
    else if (bytes !== undefined && bytes.length === known.bytes && sha256Hex(bytes) === known.sha256) good += 1;
    else changed.push(id);
  }
  const times = [...recorded].filter(([id]) => !found.has(id)).map(([, { time }]) => time);
  const goneUntilMs = times.length === 0 ? undefined : times.reduce((last, time) => Math.max(last, time));
  return { good, changed, gone: times.length, goneUntilMs, unrecorded };
}

/** What was sealed, by id, as the records say. */
async function readCaptures(logs: string): Promise<Map<string, Recorded>> {
  const recorded = new Map<string, Recorded>();
  for await (const { time, members } of tailLogs(logs, { follow: false, limit: undefined })) {
    const capture = members['capture'];
    if (typeof capture !== 'object' || capture === null) continue;
    const of = new Map<string, unknown>(Object.entries(capture));
    recorded.set(toText(of.get('id')), { bytes: toNumber(of.get('bytes')), sha256: toText(of.get('sha256')), time });
  }
  return recorded;
}
