// What takes longer than an answer may take: begun here, told about while it runs, given up on demand, and what came of it kept for a while. A job is of this
// process: with it, it is gone, and whoever wants it begins it again. Only few run at once, since each may read the whole record.

import { randomBytes } from 'node:crypto';
import type { AdminProblem, JobKind, JobsPort, JobView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** What a job sees of the desk. */
export interface JobRun {
  readonly id: string;
  /** Aborted when nobody wants it any more: it ends soon then, with whatever it returns. */
  readonly signal: AbortSignal;
  /** How far it is; `total` undefined: nobody knows yet. As often as it likes. */
  readonly progress: (done: number, total: number | undefined) => void;
}

/** A job to be begun. */
export interface NewJob<T> {
  /** What it does, for people. */
  readonly says: string;
  /** Who wants it, as they stand on record. */
  readonly by: string;
  /** What progress counts: bytes, records. */
  readonly unit: string;
  /** The error is a sentence for whoever wanted it. What it throws is said to be a fault. */
  readonly work: (run: JobRun) => Promise<Result<T, string>>;
}

/** Jobs of one kind, with what comes of them. */
export interface JobShelf<T> {
  /** Refused where as many run as may. */
  begin(job: NewJob<T>): Result<JobView, AdminProblem>;
  /** `result` undefined: it has not ended, or came to nothing. */
  read(id: string): Result<{ readonly job: JobView; readonly result: T | undefined }, AdminProblem>;
}

export interface JobsDesk {
  readonly port: JobsPort;
  /** `path`: where results are read, below the prefix, without the id. */
  shelf<T>(kind: JobKind, path: string): JobShelf<T>;
  /** Told when a job begins, comes on, or ends. Gives back what takes the listener away. */
  onChange(listener: (job: JobView) => void): () => void;
  /** Gives up what runs. */
  close(): Promise<void>;
}

export interface JobsDeskOptions {
  readonly nowMs: () => number;
  readonly newId?: () => string;
}

const MAX_RUNNING = 2;
const MAX_KEPT = 50;
/** How often progress is told. */
const TOLD_EVERY_MS = 250;
const ID_BYTES = 8;

interface KeptJob {
  readonly kind: JobKind;
  readonly controller: AbortController;
  readonly forget: () => void;
  view: JobView;
  toldAtMs: number;
  ended: Promise<void>;
}

export function createJobsDesk({ nowMs, newId = randomId }: JobsDeskOptions): JobsDesk {
  const jobs = new Map<string, KeptJob>();
  const listeners = new Set<(job: JobView) => void>();
  let isClosed = false;

  const tell = (job: KeptJob): void => {
    job.toldAtMs = nowMs();
    for (const listener of listeners) listener(job.view);
  };
  const running = (): readonly KeptJob[] => [...jobs.values()].filter(({ view }) => view.state === 'running');
  const find = (id: string): Result<KeptJob, AdminProblem> => {
    const job = jobs.get(id);
    return job === undefined ? fail({ code: 'job_unknown', detail: UNKNOWN }) : ok(job);
  };
  /** Those that ended first go first. */
  const makeRoom = (): void => {
    for (const [id, { view, forget }] of jobs) {
      if (jobs.size < MAX_KEPT) return;
      if (view.state === 'running') continue;
      jobs.delete(id);
      forget();
    }
  };
  const end = (job: KeptJob, state: JobView['state'], problem: string | null, result: string | null): void => {
    job.view = { ...job.view, state, problem, result, endedAt: toIso(nowMs()) };
    tell(job);
  };
  const comeOn = (job: KeptJob, done: number, total: number | undefined): void => {
    if (job.view.state !== 'running') return;
    job.view = { ...job.view, progress: { ...job.view.progress, done, total: total ?? null } };
    if (nowMs() - job.toldAtMs >= TOLD_EVERY_MS) tell(job);
  };

  const shelf = <T>(kind: JobKind, path: string): JobShelf<T> => {
    const results = new Map<string, T>();
    const run = async (job: KeptJob, { work }: NewJob<T>): Promise<void> => {
      const { id } = job.view;
      const { signal } = job.controller;
      try {
        const worked = await work({ id, signal, progress: (done, total) => comeOn(job, done, total) });
        if (signal.aborted) end(job, 'cancelled', null, null);
        else if (!worked.ok) end(job, 'failed', worked.error, null);
        else {
          results.set(id, worked.value);
          end(job, 'done', null, `${path}/${id}`);
        }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        end(job, signal.aborted ? 'cancelled' : 'failed', signal.aborted ? null : why, null);
      }
    };
    return {
      begin(wanted) {
        if (isClosed) return fail({ code: 'unavailable', detail: 'The gateway is stopping.' });
        if (running().length >= MAX_RUNNING) return fail({ code: 'too_many_jobs', detail: TOO_MANY });
        makeRoom();
        const { says, by, unit } = wanted;
        const view: JobView = {
          id: newId(),
          kind,
          says,
          by,
          state: 'running',
          startedAt: toIso(nowMs()),
          endedAt: null,
          progress: { done: 0, total: null, unit },
          problem: null,
          result: null,
        };
        const forget = (): void => void results.delete(view.id);
        const job: KeptJob = { kind, controller: new AbortController(), forget, view, toldAtMs: 0, ended: Promise.resolve() };
        jobs.set(view.id, job);
        tell(job);
        job.ended = run(job, wanted);
        return ok(view);
      },
      read(id) {
        const job = find(id);
        if (!job.ok) return job;
        if (job.value.kind !== kind) return fail({ code: 'job_unknown', detail: `This job is no ${kind}.` });
        return ok({ job: job.value.view, result: results.get(id) });
      },
    };
  };

  return {
    shelf,
    port: {
      list: async () => ok([...jobs.values()].map(({ view }) => view).reverse()),
      read: async (id) => {
        const job = find(id);
        return job.ok ? ok(job.value.view) : job;
      },
      cancel: async (id) => {
        const job = find(id);
        if (!job.ok) return job;
        if (job.value.view.state !== 'running') return fail({ code: 'job_over', detail: `It is ${job.value.view.state}.` });
        job.value.controller.abort();
        await job.value.ended;
        return ok(job.value.view);
      },
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      const all = running();
      for (const { controller } of all) controller.abort();
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

const UNKNOWN = 'There is no such job: it was of a control process that is gone, or so long ago that it is forgotten. Begin it again.';
const TOO_MANY = `${MAX_RUNNING} jobs run already; wait until one of them has ended, or give one up.`;

function randomId(): string {
  return `job_${randomBytes(ID_BYTES).toString('hex')}`;
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
