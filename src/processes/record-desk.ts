// The record for people who look at it over the admin API, with the jobs that go through it and what happens now.

import type { RecordPages } from '../admin/index.ts';
import { fail } from '../base/index.ts';
import type { JobsDesk } from './jobs-desk.ts';

export interface RecordDeskOptions {
  readonly jobs: JobsDesk;
}

export function createRecordPages({ jobs }: RecordDeskOptions): RecordPages {
  const unavailable = async () => fail({ code: 'unavailable', detail: 'The record cannot be read yet.' } as const);
  return {
    jobs: jobs.port,
    records: {
      list: unavailable,
      count: unavailable,
      read: unavailable,
      prove: unavailable,
      export: unavailable,
      beginVerification: unavailable,
      readVerification: unavailable,
    },
    events: { listen: unavailable },
  };
}
