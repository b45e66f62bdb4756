// The record, jobs, and what happens now: from a checked request to the port.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type { EndpointName, RecordCountsQuery } from './contract.ts';
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
  listRecords: async ({ records }, { query, visit, actor }) => {
    const asker = await askerOf(visit, actor);
    return asker.ok ? map(await records.list(query, asker.value), (value) => ({ value })) : asker;
  },
  countRecords: async ({ records }, { query, visit }) => {
    const refusal = refusalOfPerson(query, visit);
    return refusal === undefined ? map(await records.count(query, !mayAs(visit, 'listRecords')), (value) => ({ value })) : fail(refusal);
  },
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

/** Whoever comes by the socket may do everything. */
function mayAs(visit: Visit | undefined, name: EndpointName): boolean {
  return visit === undefined || mayUse(visit.signedIn?.operator.role ?? 'guest', name);
}

/** Whom the pages of a question are for: whoever else has its cursor was not put on record. */
async function askerOf(visit: Visit | undefined, actor: () => Promise<Result<Actor, AdminProblem>>): Promise<Result<string, AdminProblem>> {
  if (visit?.signedIn !== undefined) return ok(`session:${visit.signedIn.session}`);
  return map(await actor(), ({ by }) => by);
}

/** Figures of one person, or of one call, are what somebody did: for who may ask about a person, whatever the privacy profile. */
function refusalOfPerson({ agent, subject, id }: RecordCountsQuery, visit: Visit | undefined): AdminProblem | undefined {
  if ((agent ?? subject ?? id) === undefined || mayAs(visit, 'findSubject')) return undefined;
  return {
    code: 'forbidden',
    detail: `Figures by agent, subject or id tell what one person did: they are for ${listRoles('findSubject')}. Ask without these.`,
  };
}

/** Whoever may not list the record may not watch it being written either. */
function refusalOfCalls(visit: Visit | undefined): AdminProblem | undefined {
  if (mayAs(visit, 'listRecords')) return undefined;
  return { code: 'forbidden', detail: `Calls are for ${listRoles('listRecords')}; ask for the other topics alone.` };
}
