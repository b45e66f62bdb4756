import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256Hex } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import { createApprovalAuthority } from './approval-authority.ts';

test('what has expired is over, also once it was swept: nobody is told that the gateway was restarted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-authority-'));
  const store = openStore(folder);
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let nowMs = 1_000_000;
  const authority = createApprovalAuthority({
    store: store.approvals,
    tenant: 'default',
    digest: async (text) => sha256Hex(text),
    nowMs: () => nowMs,
    newId: (prefix) => `${prefix}_1`,
    onEvent: () => {},
  });
  const asked = await authority.ask(
    {
      tenant: 'default',
      agent: 'ada',
      user: undefined,
      server: 'bank',
      kind: 'tool',
      name: 'pay',
      fingerprint: 'f',
      rule: 'large',
      terms: { expiresAfterMs: 1_000, approvers: [], notRequester: false },
      risk: 'medium',
      content: '{}',
    },
    'call-1',
  );
  assert.equal(asked.kind, 'pending');
  nowMs += 1_000;
  assert.equal(await authority.sweep(), 0);
  const decided = await authority.decide(['apr_1'], 'approve', { identity: 'socket', names: undefined, groups: [] });
  assert.deepEqual(decided, { ok: false, error: { kind: 'approval_over', id: 'apr_1', state: 'expired' } });
});
