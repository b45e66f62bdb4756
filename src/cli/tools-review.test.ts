// `sallyport tools review|approve`: what is asked about must be there, and that nothing is withheld is only said of what was listed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const ports = fakePorts(fakeAgents);
const listed = {
  ...ports,
  catalogue: {
    ...ports.catalogue,
    withheld: async () => ok({ faults: [], counts: [{ server: 'tickets', approved: 2, withheld: 0 }], withheld: [], omitted: 0 }),
  },
};

test('of a server that nobody has listed, review says so, and what to do', async (t) => {
  const { run } = cliFixture(t, { ports: listed });
  const other = await run('tools', 'review', 'files');
  assert.equal(other.code, EXIT.ok);
  assert.match(other.stdout, /^Nothing of files has been listed yet: .*'sallyport tools list files --key KEY'\.\n$/);
  assert.equal((await run('tools', 'review', 'tickets')).stdout, 'Nothing is withheld.\n');
  assert.match((await run('tools', 'review')).stdout, /^Nothing of files has been listed yet/);
});

for (const argv of [
  ['tools', 'review', 'ticket'],
  ['tools', 'approve', 'ticket', '--all'],
  ['tools', 'reject', 'ticket', 'close'],
]) {
  test(`'sallyport ${argv.join(' ')}' is refused: there is no such server`, async (t) => {
    const { code, stderr } = await cliFixture(t, { ports: listed }).run(...argv);
    assert.equal(code, EXIT.failed);
    assert.match(stderr, /There is no server 'ticket'\. The gateway has tickets, files\. Did you mean 'tickets'\?/);
  });
}
