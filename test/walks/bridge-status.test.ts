// What the bridges keep can be seen: by `sallyport servers`, and in the metrics, which say the same. Two workers, a connection per request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { at, LegacySession, modernCall, repositoryRoot, send, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const STDIO = `${repositoryRoot}/test/harness/servers/fixture-stdio-server.ts`;
const ASKING = { name: 'test_input_required_result_elicitation', arguments: {} };
const capabilities = { elicitation: {} };

let old: Fixture;
let fresh: Fixture;
let gateway: Gateway;
let key: string;

before(async () => {
  [old, fresh] = await Promise.all([startFixture({ era: 'legacy' }), startFixture({ era: 'modern' })]);
  gateway = await startGateway({
    config: testConfig({
      servers: { old: { url: old.url }, fresh: { url: fresh.url }, program: { command: process.execPath, args: [STDIO, 'legacy'] } },
      extra: { metrics: { listen: '127.0.0.1:0' } },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([old?.close(), fresh?.close()]);
});

async function shown(server: string): Promise<unknown> {
  const { stdout } = await gateway.cli('servers', '--output', 'json');
  const servers: unknown = at(JSON.parse(stdout), 'servers');
  return Array.isArray(servers) ? servers.find((one) => at(one, 'name') === server) : undefined;
}

async function metric(line: string): Promise<string | undefined> {
  const { stdout } = await gateway.cli('status', '--output', 'json');
  const { body } = await send(textAt(JSON.parse(stdout), 'metrics'), { method: 'GET' });
  return body.split('\n').find((one) => one.startsWith(`${line} `));
}

test('a round that waits, and the session that it waits in', async () => {
  const asked = await modernCall(gateway.url('old'), 'tools/call', ASKING, { key, capabilities });
  assert.equal(at(asked.result, 'resultType'), 'input_required', asked.http.body);
  await until(async () => at(await shown('old'), 'holds', 'parkedRounds') === 1, 'the round to be shown');
  assert.partialDeepStrictEqual(await shown('old'), {
    eras: ['legacy'],
    transport: 'streamable',
    holds: { sessions: 0, bridgeSessions: 1, parkedRounds: 1, processes: 0 },
  });
  assert.equal(
    await metric('sallyport_bridge_rounds_parked{sallyport_server="old"}'),
    'sallyport_bridge_rounds_parked{sallyport_server="old"} 1',
  );

  const requestState = textAt(asked.result, 'requestState');
  const keys = Object.keys(Object(at(asked.result, 'inputRequests')));
  const inputResponses = Object.fromEntries(keys.map((one) => [one, { action: 'accept', content: { name: 'x' } }]));
  const done = await modernCall(gateway.url('old'), 'tools/call', { ...ASKING, inputResponses, requestState }, { key, capabilities });
  assert.equal(at(done.result, 'resultType'), 'complete', done.http.body);
  const again = await modernCall(gateway.url('old'), 'tools/call', { ...ASKING, inputResponses, requestState }, { key, capabilities });
  assert.notEqual(again.error, undefined);
  await until(async () => at(await shown('old'), 'holds', 'parkedRounds') === 0, 'the round to be over');
  for (const event of ['round_parked', 'round_resumed', 'state_refused']) {
    const name = `sallyport_bridge_events_total{event="${event}",sallyport_server="old"}`;
    assert.equal(await metric(name), `${name} 1`);
  }
});

test('a session that is played, and a program that runs', async () => {
  const session = await LegacySession.open(gateway.url('fresh'), { key });
  await until(async () => at(await shown('fresh'), 'holds', 'sessions') === 1, 'the played session to be shown');
  await session.end();
  await until(async () => at(await shown('fresh'), 'holds', 'sessions') === 0, 'it to be gone');

  await modernCall(gateway.url('program'), 'tools/call', { name: 'test_simple_text', arguments: {} }, { key });
  await until(async () => at(await shown('program'), 'holds', 'processes') === 1, 'the program to be shown');
  assert.equal(at(await shown('program'), 'transport'), 'stdio');
  const { stdout } = await gateway.cli('servers');
  assert.match(stdout, /^NAME +KIND +STATE +ERAS +REVISIONS +VIA +CHECKED +SESSIONS +ROUNDS +PROCESSES +TARGET/m);
  assert.match(stdout, /^program +stdio +ready +legacy +\S.* +stdio +\d+[smh] +1 +0 +1 /m);
});
