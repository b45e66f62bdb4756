// Whom the keeper gives which key. That for questions to people: one for ever, for control only, and no other where the first cannot be read. Those of
// certificates: the console's to the console, those of agents' listeners to workers.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createLog } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import { beginKeeper } from './keeper.ts';
import type { Role } from './messages.ts';

function keeper(t: TestContext): { readonly folder: string; readonly ask: (role: Role) => Fields } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keeper-'));
  mkdirSync(join(folder, 'keys'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const ask = (role: Role): Fields => {
    let said: Fields = {};
    const channel = { open: true, queuedBytes: 0, send: () => {}, request: () => Promise.reject(new Error()), close: () => {} };
    beginKeeper({ dataFolder: folder, node: 'node-1' }, log).onFrame?.(
      { role, name: role },
      { type: 'approvals-key', fields: {}, payload: new Uint8Array(), reply: (fields) => (said = fields) },
      channel,
    );
    return said;
  };
  return { folder, ask };
}

test('control gets the same key each time, also from the next keeper', (t) => {
  const { ask } = keeper(t);
  const { key } = ask('control');
  assert.equal(Buffer.from(String(key), 'base64').length, 32);
  assert.equal(ask('control')['key'], key);
});

for (const role of ['worker', 'runner', 'console'] as const) {
  test(`a ${role} gets none`, (t) => assert.equal(keeper(t).ask(role)['key'], undefined));
}

test('a file that cannot be read is not replaced by another key', (t) => {
  const { folder, ask } = keeper(t);
  for (const text of ['no JSON', '{"format":2,"key":"x"}', '[]']) {
    writeFileSync(join(folder, 'keys', 'approvals-key.json'), text);
    const said = ask('control');
    assert.equal(said['key'], undefined);
    assert.equal(typeof said['error'], 'string');
  }
});

test('the console gets the key of its own certificate and no other; workers get the others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keeper-'));
  mkdirSync(join(folder, 'keys'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const channel = { open: true, queuedBytes: 0, send: () => {}, request: () => Promise.reject(new Error()), close: () => {} };
  const duties = beginKeeper({ dataFolder: folder, node: 'node-1' }, log);
  const ask = (role: Role, type: string, fields: Fields): Fields => {
    let said: Fields = {};
    duties.onFrame?.({ role, name: role }, { type, fields, payload: new Uint8Array(), reply: (answer) => (said = answer) }, channel);
    return said;
  };
  const selfSigned = { kind: 'self-signed', hosts: ['127.0.0.1'] };
  ask('control', 'configure', { config: { servers: {}, listeners: { main: selfSigned, '@console': selfSigned } } });
  const gets = (role: Role, listener: unknown): boolean => typeof ask(role, 'tls', { listener })['key'] === 'string';
  assert.equal(gets('console', '@console'), true);
  assert.equal(gets('console', 'main'), false);
  assert.equal(gets('worker', 'main'), true);
  assert.equal(gets('worker', '@console'), false);
  assert.equal(gets('runner', '@console'), false);
  for (const type of ['seal-keys', 'token-key', 'approvals-key', 'pins', 'sign-pins', 'secrets'])
    assert.equal(typeof ask('console', type, {})['error'], 'string', type);
});
