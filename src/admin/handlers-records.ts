// The record, jobs, and what happens now: from a checked request to the port.

import { fail } from '../base/index.ts';
import type { AdminProblem } from './problems.ts';
import { map } from './handler.ts';
import type { Handlers } from './handler.ts';
import { listRoles, mayUse } from './roles.ts';
import type { Visit } from './visit.ts';

type Served =
  | 'listRecords'
  | 'countRecords'
  | 'readRecord'
  | 'proveRecord'
  | 'exportRecords'
  | 'beginVerification'
  | 'readVerification'
  | 'listJobs'
  | 'readJob'
  | 'cancelJob'
  | 'listen';

/** Handlers of the endpoints about the record, about jobs, and about what happens now. */
export const RECORD_HANDLERS: Handlers<Served> = {
  listRecords: async ({ records }, { query }) => map(await records.list(query), (value) => ({ value })),
  countRecords: async ({ records }, { query }) => map(await records.count(query), (value) => ({ value })),
  readRecord: async ({ records }, { log, seq }) => map(await records.read(log, seq), (value) => ({ value })),
  proveRecord: async ({ records }, { log, seq }) => map(await records.prove(log, seq), (value) => ({ value })),
  exportRecords: async ({ records }, { query }) => map(await records.export(query), (value) => ({ value })),
  beginVerification: async ({ records }, { actor }) => {
    const by = await actor();
    return by.ok ? map(await records.beginVerification(by.value), (value) => ({ value })) : by;
  },
  readVerification: async ({ records }, { job }) => map(await records.readVerification(job), (value) => ({ value })),
  listJobs: async ({ jobs }) => map(await jobs.list(), (list) => ({ value: { jobs: [...list] } })),
  readJob: async ({ jobs }, { job }) => map(await jobs.read(job), (value) => ({ value })),
  cancelJob: async ({ jobs }, { job }) => map(await jobs.cancel(job), (value) => ({ value })),
  listen: async ({ events }, { query, visit }) => {
    const refusal = query.topics.includes('calls') ? refusalOfCalls(visit) : undefined;
    return refusal === undefined ? map(await events.listen(query, visit?.signedIn?.session), (value) => ({ value })) : fail(refusal);
  },
};

/** Whoever may not list the record may not watch it being written either. */
function refusalOfCalls(visit: Visit | undefined): AdminProblem | undefined {
  const role = visit?.signedIn?.operator.role;
  if (visit === undefined || (role !== undefined && mayUse(role, 'listRecords'))) return undefined;
  return { code: 'forbidden', detail: `Calls are for ${listRoles('listRecords')}; ask for the other topics alone.` };
}
