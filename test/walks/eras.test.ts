// Agents and servers of different eras on the same gateway: where they share an era they meet in it, and where they do not the gateway
// stands between them. Only a revision that the gateway itself does not speak is refused, in plain words.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import { at, LegacySession, META, modernCall, repositoryRoot, startGateway, testConfig } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const CALL = { name: 'test_simple_text', arguments: {} };

let fixtures: { readonly dual: Fixture; readonly modern: Fixture; readonly legacy: Fixture };
let gateway: Gateway;
let key: string;

before(async () => {
  const [dual, modern, legacy] = await Promise.all([
    startFixture({ era: 'dual' }),
    startFixture({ era: 'modern' }),
    startFixture({ era: 'legacy' }),
  ]);
  fixtures = { dual, modern, legacy };
  gateway = await startGateway({
    config: testConfig({
      servers: {
        dual: { url: dual.url },
        modern: { url: modern.url },
        legacy: { url: legacy.url },
        stdio: { command: process.execPath, args: [STDIO_SERVER] },
      },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixtures?.dual.close(), fixtures?.modern.close(), fixtures?.legacy.close()]);
});

test(verifies('era.dual-follows-client', 'each agent meets the server in its own era, in turns'), async () => {
  for (let round = 0; round < 3; round++) {
    const modern = await modernCall(gateway.url('dual'), 'tools/call', CALL, { key });
    assert.equal(at(modern.result, 'resultType'), 'complete');
    const session = await LegacySession.open(gateway.url('dual'), { key });
    const legacy = await session.request('tools/call', CALL);
    assert.equal(at(legacy.result, 'content', 0, 'text'), at(modern.result, 'content', 0, 'text'));
    assert.equal(at(legacy.result, 'resultType'), undefined);
    await session.end();
  }
});

for (const server of ['legacy', 'stdio'] as const) {
  test(verifies('era.bridged', `a modern agent at the ${server} server`), async () => {
    const url = gateway.url(server);
    const discovered = await modernCall(url, 'server/discover', {}, { key });
    assert.deepEqual(at(discovered.result, 'supportedVersions'), ['2026-07-28']);
    const { result } = await modernCall(url, 'tools/list', {}, { key });
    assert.equal(at(result, 'resultType'), 'complete');
    // What an older server does not say of its lists is said for it, in the safest way.
    assert.equal(at(result, 'ttlMs'), 0);
    assert.equal(at(result, 'cacheScope'), 'private');
    const called = await modernCall(url, 'tools/call', server === 'stdio' ? { name: 'pid', arguments: {} } : CALL, { key, id: 'mine' });
    assert.equal(at(called.http.json, 'id'), 'mine');
    assert.equal(at(called.result, 'content', 0, 'type'), 'text');
    assert.equal(called.http.headers['mcp-session-id'], undefined);
  });
}

for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
  test(verifies('era.bridged', `an agent of ${version} at a modern server`), async () => {
    const session = await LegacySession.open(gateway.url('modern'), { key, version });
    assert.equal(session.version, version);
    const { result } = await session.request('tools/call', CALL);
    assert.equal(at(result, 'content', 0, 'type'), 'text');
    assert.equal(at(result, 'resultType'), undefined);
    await session.end();
  });
}

for (const server of ['dual', 'modern', 'legacy', 'stdio'] as const) {
  test(verifies('era.unshared-is-said', `a revision that nobody here speaks, at the ${server} server`), async () => {
    const options = { key, id: 7, meta: { [META.version]: '2027-03-01' }, headers: { 'mcp-protocol-version': '2027-03-01' } };
    const { http, error } = await modernCall(gateway.url(server), 'tools/list', {}, options);
    assert.equal(http.status, 400);
    assert.equal(at(error, 'code'), -32022);
    assert.equal(at(error, 'data', 'requested'), '2027-03-01');
    assert.deepEqual(at(error, 'data', 'supported'), ['2026-07-28']);
    assert.equal(at(http.json, 'id'), 7);
  });
}
