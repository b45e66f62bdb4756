// The page about acts lists what the program puts on record, and nothing that it does not.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMAND_ACTIONS } from '../src/admin/contract-acts.ts';
import { ENDPOINTS } from '../src/admin/contract.ts';

/** What the gateway does by itself (src/processes/gateway-acts.ts). */
const OWN = ['config.apply', 'control.start', 'control.stop', 'gateway.start', 'gateway.stop', 'process.end', 'process.start'];

/** Of who signs in it is only known who they are once their link was right (src/admin/sessions-port.ts). */
const BY_PORTS = ['session.begin'];

test('every act is on the page', () => {
  const page = readFileSync(new URL('../docs/acts.md', import.meta.url), 'utf8');
  const [, rest = ''] = page.split('\n## Which\n');
  const [table = ''] = rest.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const listed = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z]+\.[a-z]+)`/g)].map(([, action = '']) => action));
  const endpoints = Object.values(ENDPOINTS).flatMap((endpoint) => ('act' in endpoint ? [endpoint.act.action] : []));
  assert.deepEqual(listed.toSorted(), [...new Set([...endpoints, ...COMMAND_ACTIONS, ...OWN, ...BY_PORTS])].toSorted());
});
