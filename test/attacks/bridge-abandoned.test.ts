// Agents that begin and do not stay: what was begun for somebody who hung up before hearing of it is nobody's to end, and must not remain
// until it is idle for long enough. A program is the most expensive of it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, LegacySession, openStream, repositoryRoot, send, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const PIPED = { command: process.execPath, args: [STDIO_SERVER] };
const CLIENT = { name: 'sallyport-test', version: '1.0.0' };
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT },
};

let gateway: Gateway;
let key: string;

before(async () => {
  gateway = await startGateway({ config: testConfig({ servers: { piped: PIPED } }) });
  key = await gateway.addAgent('known');
  await (await LegacySession.open(gateway.url('piped'), { key })).end();
  await until(() => programs() === 0, 'the program to end');
});
after(() => gateway?.stop());

const programs = (): number => gateway.processes('runner').reduce((sum, runner) => sum + childrenOf(runner).length, 0);

describe('a session whose agent hung up before it heard of it', () => {
  const headers = (accept: string): Record<string, string> => ({
    'content-type': 'application/json',
    accept,
    authorization: `Bearer ${key}`,
  });

  test('ends, over Streamable HTTP', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const gone = new AbortController();
      const asked = fetch(gateway.url('piped'), {
        method: 'POST',
        headers: headers('application/json, text/event-stream'),
        body: JSON.stringify(INITIALIZE),
        signal: gone.signal,
      }).catch(() => undefined);
      await sleep(20);
      gone.abort();
      await asked;
    }
    await sleep(500);
    await until(() => programs() === 0, 'the programs to end', 5_000);
  });

  test('ends, over HTTP with SSE', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const stream = await openStream(gateway.url('piped'), {
        method: 'GET',
        headers: { accept: 'text/event-stream', authorization: `Bearer ${key}` },
      });
      const endpoint = new URL((await stream.next())?.data ?? '', gateway.url('piped')).href;
      assert.equal((await send(endpoint, { headers: headers('*/*'), body: JSON.stringify(INITIALIZE) })).status, 202);
      stream.close();
    }
    await sleep(500);
    await until(() => programs() === 0, 'the programs to end', 5_000);
  });
});
