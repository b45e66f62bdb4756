// Conditions are held against the schemas of approved tools: by `sallyport check`, on reload, and when a schema is approved that makes one wrong.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { modernCall, repositoryRoot, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { startRugPullServer } from '../attacks/rug-pull.fixture.ts';
import type { RugPullServer } from '../attacks/rug-pull.fixture.ts';

describe('conditions and approved schemas', () => {
  let server: RugPullServer;
  let gateway: Gateway;
  let key: string;
  let folder = '';
  const pay = (amount: object): object => ({
    name: 'pay',
    description: 'Pays.',
    inputSchema: { type: 'object', properties: { amount }, required: ['amount'] },
  });
  const config = (when: string): object =>
    testConfig({
      servers: { bank: { url: server.url } },
      rules: [{ name: 'small', effect: 'allow', agents: ['*'], servers: ['bank'], tools: ['pay', '*'], when }],
    });
  const GOOD = 'args.amount < 100';
  const WRONG = 'args.amount < "a"';
  const MISSING = 'args.ammount < 100';

  before(async () => {
    server = await startRugPullServer('modern', { tools: [{ ...pay({ type: 'integer' }) }] });
    mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
    folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
    gateway = await startGateway({ config: config(GOOD), folder });
    key = await gateway.addAgent('ann');
    await modernCall(gateway.url('bank'), 'tools/list', {}, { key });
  });
  after(async () => {
    await gateway?.stop();
    await server?.close();
    if (folder !== '') rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  for (const [when, says] of [
    [WRONG, /does not fit the arguments of pay on bank/],
    [MISSING, /reads ammount, which is not there/],
  ] as const) {
    test(`${when}: refused by check and by a reload, with the place`, async () => {
      writeFileSync(gateway.configFile, JSON.stringify(config(when), null, 2));
      const checked = await gateway.cli('check');
      assert.equal(checked.code, 3, checked.stdout);
      assert.match(checked.stdout, says);
      assert.match(checked.stdout, /sallyport\.yaml:\d+:\d+: policy\.rules\[0\]\.when/);
      const reloaded = await gateway.cli('reload');
      assert.equal(reloaded.code, 3);
      assert.match(reloaded.stderr, says);
      const status = await gateway.cli('status');
      assert.match(status.stderr, says);
    });
  }

  test('put right, it is in force', async () => {
    writeFileSync(gateway.configFile, JSON.stringify(config(GOOD), null, 2));
    assert.equal((await gateway.cli('check')).code, 0);
    assert.equal((await gateway.cli('reload')).code, 0);
    assert.doesNotMatch((await gateway.cli('status')).stdout, /FAULT/);
  });

  test('a schema that is approved later and does not fit is said in the status and by /readyz, and a restart serves all the same', async () => {
    server.shown.tools = [{ ...pay({ type: 'string' }) }];
    await modernCall(gateway.url('bank'), 'tools/list', {}, { key });
    assert.equal((await gateway.cli('tools', 'approve', 'bank', 'pay')).code, 0);
    await until(
      async () => (await gateway.cli('status')).stdout.includes('does not fit the arguments of pay on bank'),
      'the status to say it',
    );
    await until(
      async () => (await (await fetch(`${gateway.origin}/readyz`)).text()).includes('conditions that do not fit'),
      '/readyz to say it',
    );
    await gateway.stop();
    gateway = await startGateway({ config: config(GOOD), folder });
    assert.match((await gateway.cli('status')).stdout, /FAULT\s+policy\.rules\[0\]\.when does not fit/);
  });
});
