import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { findHoldsOn } from './hold-search.ts';
import type { Hold } from './holds.ts';
import { decision, logFolder, openLog } from './log.fixture.ts';

function holdOn(id: string, scope: Partial<Hold>): Hold {
  const all = { server: null, agent: null, subject: null, fromMs: null, toMs: null };
  return { id, tenant: 'default', ...all, reason: 'case 7', by: 'key:counsel', sinceMs: 0, ...scope };
}

describe('what has to be kept of somebody', () => {
  const holds = [
    holdOn('named', { subject: 'sub_1' }),
    holdOn('other', { subject: 'sub_2' }),
    holdOn('server', { server: 'notes' }),
    holdOn('elsewhere', { server: 'files' }),
    holdOn('later', { fromMs: 5_000 }),
    holdOn('all', {}),
  ];

  it('is what a hold names, or what a record of theirs is about', async (t) => {
    const directory = logFolder(t);
    const log = await openLog(directory);
    log.append(decision('c1', { time: 1_000, verdict: 'deny', server: 'notes', subject: 'sub_1' }));
    log.append(decision('c2', { time: 6_000, verdict: 'deny', server: 'files', subject: 'sub_2' }));
    await log.close();
    const of = async (subject: string): Promise<readonly string[]> =>
      (await findHoldsOn(subject, holds, dirname(directory))).map(({ id }) => id);
    assert.deepEqual(await of('sub_1'), ['named', 'server', 'all']);
    assert.deepEqual(await of('sub_2'), ['other', 'elsewhere', 'later', 'all']);
    assert.deepEqual(await of('sub_3'), []);
  });

  it('is nothing where there is no hold', async () => {
    assert.deepEqual(await findHoldsOn('sub_1', [], 'nowhere'), []);
  });
});
