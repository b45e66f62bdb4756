// What a person reads who sets a hold, above all where a slip in a name would keep nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AdminPorts, HoldView } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

/** The gateway of the fixture has the servers `tickets` and `files`, and the agent `desk-7`. */
function place(t: TestContext) {
  const add: AdminPorts['holds']['add'] = async ({ server, agent, subject, from, to, reason }) => {
    const hold: HoldView = {
      id: 'hold_1',
      about: [server, agent, subject].filter((part) => part !== null).join(' '),
      server,
      agent,
      subject,
      from,
      to,
      reason,
      by: 'key:counsel',
      since: '2026-11-22T10:00:00.000Z',
      lifted: null,
    };
    return ok(hold);
  };
  const list: AdminPorts['agents']['list'] = async () =>
    ok({ version: 1, agents: [{ name: 'desk-7', groups: [], attributes: {}, priority: 'interactive', keys: [] }] });
  const ports = fakePorts({ ...fakeAgents, list }, { holds: { ...fakePorts(fakeAgents).holds, add } });
  return cliFixture(t, { ports, env: { SALLYPORT_APPROVER_KEY: 'spk_counsel' } });
}

for (const [words, doubt] of [
  [['--server', 'tickts'], 'No server of the config is called tickts. Did you mean tickets?'],
  [['--server', 'payroll-*'], 'No server of the config is called payroll-*.'],
  [['--agent', 'desk-77'], 'There is no agent desk-77. Did you mean desk-7?'],
  [['--server', 'tick*', '--agent', 'desk-7'], undefined],
  [['--everything'], undefined],
] as const)
  test(`hold add ${words.join(' ')} ${doubt === undefined ? 'is in order' : 'says that nothing is called so'}`, async (t) => {
    const { run } = place(t);
    const { code, stdout, stderr } = await run('audit', 'hold', 'add', ...words, '--reason', 'case 7');
    assert.equal(code, EXIT.ok, stderr);
    assert.match(stdout, /^hold_1 stands/);
    assert.equal(stdout.includes('If that is a slip, have hold_1 lifted'), doubt !== undefined);
    assert.ok(stdout.includes(doubt ?? ''));
    const json = await run('audit', 'hold', 'add', ...words, '--reason', 'case 7', '--output', 'json');
    assert.equal(JSON.parse(json.stdout).doubt, doubt ?? null);
  });
