// What the admin API asks of the gateway about its record, about jobs, and about what happens now. Only a running gateway answers these: a command reads the
// data folder by itself.

import type { Result } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type {
  Download,
  EventsQuery,
  ExportQuery,
  GatewayEvent,
  JobView,
  RecordCounts,
  RecordCountsQuery,
  RecordsPage,
  RecordsQuery,
  RecordStory,
  VerificationView,
} from './contract.ts';
import type { AdminProblem } from './problems.ts';

type Answer<T> = Promise<Result<T, AdminProblem>>;

/** The record, read for people who cannot read the logs themselves. Names are shown as the privacy profile in force allows. */
export interface RecordsPort {
  /** `asker`: whom a cursor is for. */
  list(query: RecordsQuery, asker: string): Answer<RecordsPage>;
  /** `isOfMany`: for who may not see single entries, so that no figure may be of a few people, whatever the profile. */
  count(query: RecordCountsQuery, isOfMany: boolean): Answer<RecordCounts>;
  /** By where it stands. */
  read(log: string, seq: string): Answer<RecordStory>;
  prove(log: string, seq: string): Answer<Download>;
  export(query: ExportQuery): Answer<Download>;
  /** Answers at once; what comes of it is read by the id of the job. */
  beginVerification(by: Actor): Answer<JobView>;
  readVerification(job: string): Answer<VerificationView>;
}

/** What takes longer than an answer may take. */
export interface JobsPort {
  /** Those that began last come first. */
  list(): Answer<readonly JobView[]>;
  read(job: string): Answer<JobView>;
  /** Answers once it has ended. */
  cancel(job: string): Answer<JobView>;
}

/** What happens, as it happens. */
export interface EventsPort {
  /**
   * Begins with the first that is asked for, and ends when the iterator is given back. `session`: of whoever is signed in; it has a few streams at once, and
   * the oldest ends for a newer one.
   */
  listen(query: EventsQuery, session?: string): Answer<AsyncIterable<GatewayEvent>>;
}

/** All of that. */
export interface RecordPages {
  readonly records: RecordsPort;
  readonly jobs: JobsPort;
  readonly events: EventsPort;
}
