// Agents and servers of different eras on the same gateway: where they share a revision they meet in it, where they do not the agent
// is told so in plain words. (Nothing is translated between eras yet.)

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import { at, LegacySession, modernCall, repositoryRoot, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { Gateway, RpcAnswer } from '../harness/index.ts';

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
  test(verifies('era.unshared-is-said', `a modern agent at the ${server} server`), async () => {
    for (const [method, params] of [
      ['server/discover', {}],
      ['tools/list', {}],
      ['tools/call', CALL],
    ] as const) {
      isEraError(await modernCall(gateway.url(server), method, params, { key, id: 7 }), 7);
    }
  });
}

test(verifies('era.unshared-is-said', 'a legacy agent at a modern server'), async () => {
  isEraError(await LegacySession.initialize(gateway.url('modern'), { key }), 0);
});

function isEraError({ http, error }: RpcAnswer, id: number): void {
  assert.equal(http.status, 400);
  assert.equal(at(error, 'code'), -32022);
  assert.equal(at(http.json, 'id'), id);
  // Whoever reads it must learn which revisions there are.
  assert.match(textAt(error, 'message'), /20\d\d-\d\d-\d\d/);
}
