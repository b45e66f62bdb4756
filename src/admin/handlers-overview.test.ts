// Pages of servers: by name, found by parts of the name and of the target, and going on where the page before ended, whatever came or went in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../base/index.ts';
import type { Call } from './handler.ts';
import { OVERVIEW_HANDLERS } from './handlers-overview.ts';
import type { GatewayPorts, ServerStatus } from './index.ts';

const server = (name: string, state: ServerStatus['state'] = 'ready'): ServerStatus => ({
  name,
  kind: 'http',
  target: `https://${name}.example/mcp`,
  state,
  eras: [],
  revisions: [],
  transport: null,
  problem: null,
  checkedAt: null,
  holds: { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 0 },
});

async function list(servers: readonly ServerStatus[], query: Call<'listServers'>['query']) {
  const ports = { servers: async () => ok(servers) } as unknown as GatewayPorts;
  const answered = await OVERVIEW_HANDLERS.listServers(ports, { query } as Call<'listServers'>);
  assert.ok(answered.ok);
  const { servers: page, total, next } = answered.value.value;
  return { names: page.map(({ name }) => name).join(' '), total, next };
}

const ALL = ['wiki', 'crm', 'files', 'mail', 'tickets'].map((name) => server(name, name === 'mail' ? 'failed' : 'ready'));

test('without a limit all of them come, by name', async () => {
  assert.deepEqual(await list(ALL, {}), { names: 'crm files mail tickets wiki', total: 5, next: null });
});

test('pages go on behind the last name, also when that is gone', async () => {
  assert.deepEqual(await list(ALL, { limit: 2 }), { names: 'crm files', total: 5, next: 'files' });
  const without = [...ALL.filter(({ name }) => name !== 'files'), server('apps')];
  assert.deepEqual(await list(without, { limit: 2, cursor: 'files' }), { names: 'mail tickets', total: 5, next: 'tickets' });
  assert.deepEqual(await list(ALL, { limit: 2, cursor: 'tickets' }), { names: 'wiki', total: 5, next: null });
});

test('by what they are called, where they are, and how they are', async () => {
  assert.deepEqual(await list(ALL, { search: 'I' }), { names: 'files mail tickets wiki', total: 4, next: null });
  assert.deepEqual(await list(ALL, { search: 'crm.example' }), { names: 'crm', total: 1, next: null });
  assert.deepEqual(await list(ALL, { state: 'failed' }), { names: 'mail', total: 1, next: null });
  assert.deepEqual(await list(ALL, { search: 'nothing' }), { names: '', total: 0, next: null });
});
