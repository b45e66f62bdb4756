// Walks to servers between control and a worker: one at a time for each server, bounded, and believed only in the form that is known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretsDoor, ServerConfig } from '../../servers/index.ts';
import type { Channel, Fields, Frame } from '../channel.ts';
import type { Links } from '../child.ts';
import { createServerProbes } from './server-probe.ts';
import { createWalkDoor } from './walk-door.ts';

const CONFIG: ServerConfig = {
  kind: 'http',
  name: 'gone',
  url: 'http://127.0.0.1:1/mcp',
  headers: {},
  tls: { minVersion: 'TLSv1.2' },
  trust: 'first-use',
};

function doorWith(secrets: SecretsDoor) {
  return createWalkDoor({
    stdio: { open: () => assert.fail('it is no program') },
    secrets,
    pool: { maxConnections: 1, maxQueued: 1, maxHeadBytes: 1_024, connectTimeoutMs: 1_000 },
    configOf: (name) => (name === CONFIG.name ? CONFIG : undefined),
    nowMs: Date.now,
  });
}

/** What a worker answers when it is asked for a walk. */
function ask(door: ReturnType<typeof createWalkDoor>, server: string): Promise<Fields> {
  return new Promise((resolve) => {
    const frame: Frame = { type: 'walk-to-server', fields: { server }, payload: new Uint8Array(0), reply: resolve };
    door.hears?.['walk-to-server']?.(frame);
  });
}

/** Links to one worker that answers like this. */
function linksTo(answer: (server: string) => Promise<Fields>): { readonly links: Links; readonly asked: string[] } {
  const asked: string[] = [];
  const worker = {
    request: async (_type: string, { server }: Fields) => {
      asked.push(String(server));
      return { fields: await answer(String(server)) };
    },
  } as unknown as Channel;
  return { links: { all: () => [worker], get: () => worker } as unknown as Links, asked };
}

test('a worker goes there, and what it saw is kept as the last look', async () => {
  const door = doorWith({ fetch: async () => ({ headers: [], ca: undefined }) });
  const { links, asked } = linksTo((server) => ask(door, server));
  const probes = createServerProbes(links, () => true);
  const [one, other] = await Promise.all([probes.probe('gone'), probes.probe('gone')]);
  assert.ok(one.ok && other.ok);
  assert.deepEqual([one.value.hop, one.value.verdict, asked.length], ['tcp', 'failed', 1], 'who asks meanwhile is told the same');
  assert.equal(probes.last('gone'), one.value);
  probes.retain(new Set());
  assert.equal(probes.last('gone'), undefined);
});

test('what a worker cannot say is no verdict about the server', async () => {
  const door = doorWith({ fetch: async () => ({ headers: [], ca: undefined }) });
  const { links } = linksTo((server) => ask(door, server));
  const unknown = await createServerProbes(links, () => true).probe('nobody');
  assert.ok(!unknown.ok && unknown.error.code === 'unavailable');
  const none = await createServerProbes(links, () => false).probe('gone');
  assert.ok(!none.ok && /No worker serves/.test(none.error.detail));
  for (const said of [{ probe: { server: 'gone', verdict: 'fine' } }, {}, { probe: 'ok' }]) {
    const refused = await createServerProbes(linksTo(async () => said).links, () => true).probe('gone');
    assert.ok(!refused.ok && /not known here/.test(refused.error.detail));
  }
  const lost = await createServerProbes(linksTo(() => Promise.reject(new Error('the other process is gone'))).links, () => true).probe(
    'gone',
  );
  assert.ok(!lost.ok && /did not come back/.test(lost.error.detail));
});

test('no more than a few walks at once', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const door = doorWith({ fetch: () => held.then(() => ({ headers: [], ca: undefined })) });
  const running = Array.from({ length: 4 }, () => ask(door, 'gone'));
  assert.match(String((await ask(door, 'gone'))['error']), /Several servers are being looked at/);
  release();
  for (const answered of await Promise.all(running)) assert.ok('probe' in answered);
  assert.ok('probe' in (await ask(door, 'gone')), 'and afterwards there is room again');
});
