// T30: a list that is small on the wire and large once it is written canonically, or that has more tools than anybody would review. It must not cut
// a worker off from control, where revoked keys would go on being good, nor keep control from what others wait for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, modernCall, startGateway, testConfig } from '../harness/index.ts';
import { startRugPullServer, tool } from './rug-pull.fixture.ts';

const LIMITS = { loops: { servers: ['other'], repeats: { calls: 1_000, windowMs: 1_000, coolDownMs: 1_000 } } };
const RULES = [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }];

test('no list, however large, cuts a worker off or keeps others waiting', async () => {
  const hostile = await startRugPullServer('modern');
  const other = await startRugPullServer('modern');
  const servers = { hostile: { url: hostile.url, trust: 'review' }, other: { url: other.url } };
  const gateway = await startGateway({ config: testConfig({ servers, extra: { policy: { rules: RULES, limits: LIMITS } } }) });
  try {
    const [key, leaver] = [await gateway.addAgent('stays'), await gateway.addAgent('leaves')];
    const call = async (who: string): Promise<string> => {
      const { http, result } = await modernCall(gateway.url('other'), 'tools/call', { name: 'read_ticket', arguments: {} }, { key: who });
      return http.status === 200 ? (at(result, 'isError') === true ? 'refused' : 'ok') : String(http.status);
    };
    const calls = async (who: string): Promise<string> =>
      [...new Set(await Promise.all(Array.from({ length: 12 }, () => call(who))))].join();
    const list = async (): Promise<void> => void (await modernCall(gateway.url('hostile'), 'tools/list', {}, { key }));
    assert.equal(await calls(leaver), 'ok');

    hostile.shown.tools = [tool('n', 'n', { _meta: { a: 'AMPLIFIED' } })];
    hostile.shown.spell = (text) => text.replace('"AMPLIFIED"', `[${'1e20,'.repeat(3_300_000)}1]`);
    await list();
    assert.match((await gateway.cli('tools', 'review', 'hostile')).stdout, /cannot be reviewed, and not be approved/);

    hostile.shown.spell = (text) => text;
    hostile.shown.tools = Array.from({ length: 60_000 }, (_, index) => tool(`delete_file_${index}`, 'Deletes a file.'));
    const [, during] = await Promise.all([list(), calls(key)]);
    assert.equal(during, 'ok');

    assert.equal((await gateway.cli('agents', 'remove', 'leaves')).code, 0);
    assert.equal(await calls(leaver), '401');
    assert.equal(await calls(key), 'ok');
    assert.doesNotMatch((await gateway.cli('status')).stdout, /Only 1 of 2 workers/);
  } finally {
    await Promise.all([gateway.stop(), hostile.close(), other.close()]);
  }
});
