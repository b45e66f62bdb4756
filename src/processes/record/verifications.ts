// Verifications of the record as jobs.

import type { RecordsPort, VerificationReport } from '../../admin/index.ts';
import { ok } from '../../base/index.ts';
import type { JobsDesk } from '../jobs-desk.ts';
import type { RecordReader } from './reader.ts';

export interface VerificationsOptions {
  readonly reader: Pick<RecordReader, 'askLong'>;
  readonly jobs: Pick<JobsDesk, 'shelf'>;
  /** Anchors of the config in force that are files. */
  readonly anchors: () => readonly string[];
}

export function createVerifications({
  reader,
  jobs,
  anchors,
}: VerificationsOptions): Pick<RecordsPort, 'beginVerification' | 'readVerification'> {
  const shelf = jobs.shelf<VerificationReport>('verification', '/verifications');
  return {
    beginVerification: async ({ by }) =>
      shelf.begin({
        says: 'Checking that nobody changed the record',
        by,
        unit: 'bytes',
        work: ({ signal, progress }) => reader.askLong('verify', { anchors: anchors() }, { signal, onProgress: progress }),
      }),
    readVerification: async (id) => {
      const found = shelf.read(id);
      return found.ok ? ok({ job: found.value.job, report: found.value.result ?? null }) : found;
    },
  };
}
