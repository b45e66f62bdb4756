// Control is killed: whoever looks on still sees what happened before, as of the last time that it was written down.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAdminClient } from '../../src/admin/index.ts';
import type { Overview } from '../../src/admin/index.ts';
import { modernCall, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';

const CALLS = 5;
/** What workers report once a second is with control by then. */
const REPORTED_MS = 3_000;
const WRITTEN_WITHIN_MS = 60_000;

test('the figures of the last day outlive the process that keeps them', async (t) => {
  const echo = await startEchoServer({ tools: ['greet'] });
  t.after(() => echo.close());
  await using gateway = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } } }) });
  const key = await gateway.addAgent('walker');
  const ports = createAdminClient(join(gateway.dataFolder, 'run', 'admin.sock'));
  const overview = async (): Promise<Overview | undefined> => {
    const read = await ports.overview.read('15m').catch(() => undefined);
    return read?.ok === true ? read.value : undefined;
  };
  for (let call = 0; call < CALLS; call++) await modernCall(gateway.url('echo'), 'tools/call', { name: 'greet', arguments: {} }, { key });
  const calledAt = Date.now();
  const file = join(gateway.dataFolder, 'overview.history');
  const isWritten = (): boolean => existsSync(file) && statSync(file).mtimeMs > calledAt + REPORTED_MS;
  await until(isWritten, 'the figures to be written', WRITTEN_WITHIN_MS);
  const before = await overview();
  assert.ok((before?.totals.calls ?? 0) >= CALLS);

  const [control = -1] = gateway.processes('control');
  process.kill(control, 'SIGKILL');
  await until(() => gateway.processes('control').some((pid) => pid !== control), 'another control');
  let after: Overview | undefined;
  await until(async () => (after = await overview()) !== undefined, 'it to answer');
  assert.equal(after?.since, before?.since);
  assert.ok((after?.totals.calls ?? 0) >= (before?.totals.calls ?? 0), JSON.stringify(after?.totals));
  assert.ok((after?.totals.serverMs?.p50 ?? 0) > 0);
});
