// Jobs: begun, told about, given up, kept for a while.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { createJobsDesk } from './jobs-desk.ts';
import type { JobRun, JobsDesk, NewJob } from './jobs-desk.ts';

interface Watched {
  readonly desk: JobsDesk;
  readonly told: JobView[];
  readonly clock: { ms: number };
}

function watched(): Watched {
  let ids = 0;
  const clock = { ms: 0 };
  const desk = createJobsDesk({ nowMs: () => clock.ms, newId: () => `job_${(ids += 1)}` });
  const told: JobView[] = [];
  desk.onChange((job) => told.push(job));
  return { desk, told, clock };
}

function job<T>(work: NewJob<T>['work']): NewJob<T> {
  return { says: 'Something long.', by: 'os:root', unit: 'files', work };
}

/** A job that runs until it is told to end. */
function endless(): NewJob<never> {
  return job(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(fail('given up')))));
}

async function settled(desk: JobsDesk, id: string): Promise<JobView> {
  for (;;) {
    const read = await desk.port.read(id);
    if (!read.ok) return assert.fail(read.error.detail);
    if (read.value.state !== 'running') return read.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a job answers at once, is told about, and what came of it is read by its id', async () => {
  const { desk, told, clock } = watched();
  const shelf = desk.shelf<string>('verification', '/verifications');
  let run: JobRun | undefined;
  let finish = (): void => {};
  const begun = shelf.begin(
    job((given) => {
      run = given;
      return new Promise((resolve) => (finish = () => resolve(ok('all good'))));
    }),
  );
  assert.equal(begun.ok && begun.value.state, 'running');
  for (let done = 1; done <= 5; done++) {
    clock.ms += 100;
    run?.progress(done, 5);
  }
  // Not every step is told, and every one can be read.
  assert.deepEqual(
    told.map(({ progress }) => progress.done),
    [0, 3],
  );
  const read = await desk.port.read('job_1');
  assert.deepEqual(read.ok && read.value.progress, { done: 5, total: 5, unit: 'files' });
  finish();
  const ended = await settled(desk, 'job_1');
  assert.deepEqual([ended.state, ended.result, ended.problem, ended.progress.done], ['done', '/verifications/job_1', null, 5]);
  assert.deepEqual(shelf.read('job_1'), ok({ job: ended, result: 'all good' }));
  assert.equal(told.at(-1)?.state, 'done');
  const other = desk.shelf('replay', '/policy/replays').read('job_1');
  assert.equal(!other.ok && other.error.code, 'job_unknown');
});

test('a job that fails says why, whether it returns or throws it', async () => {
  const { desk } = watched();
  const shelf = desk.shelf('replay', '/policy/replays');
  shelf.begin(job(async () => fail('the disk is gone')));
  assert.deepEqual([(await settled(desk, 'job_1')).state, (await settled(desk, 'job_1')).problem], ['failed', 'the disk is gone']);
  shelf.begin(job(async () => Promise.reject(new Error('broken'))));
  assert.deepEqual([(await settled(desk, 'job_2')).state, (await settled(desk, 'job_2')).problem], ['failed', 'broken']);
});

test('a job is given up, once', async () => {
  const { desk } = watched();
  desk.shelf('replay', '/policy/replays').begin(endless());
  const cancelled = await desk.port.cancel('job_1');
  assert.equal(cancelled.ok && cancelled.value.state, 'cancelled');
  const again = await desk.port.cancel('job_1');
  assert.equal(!again.ok && again.error.code, 'job_over');
  const unknown = await desk.port.cancel('job_9');
  assert.equal(!unknown.ok && unknown.error.code, 'job_unknown');
});

test('only few run at once, and closing ends them', async () => {
  const { desk } = watched();
  const shelf = desk.shelf('replay', '/policy/replays');
  assert.ok(shelf.begin(endless()).ok);
  assert.ok(shelf.begin(endless()).ok);
  const third = shelf.begin(endless());
  assert.equal(!third.ok && third.error.code, 'too_many_jobs');
  await desk.close();
  const list = await desk.port.list();
  assert.deepEqual(list.ok && list.value.map(({ id, state }) => `${id} ${state}`), ['job_2 cancelled', 'job_1 cancelled']);
  const late = shelf.begin(endless());
  assert.equal(!late.ok && late.error.code, 'unavailable');
});

test('of ended jobs the oldest are forgotten, and so is what came of them', async () => {
  const { desk } = watched();
  const shelf = desk.shelf<number>('replay', '/policy/replays');
  for (let at = 1; at <= 60; at++) {
    shelf.begin(job(async () => ok(at)));
    await settled(desk, `job_${at}`);
  }
  const list = await desk.port.list();
  assert.equal(list.ok && list.value.length, 50);
  assert.equal(shelf.read('job_1').ok, false);
  assert.equal(shelf.read('job_60').ok, true);
});
