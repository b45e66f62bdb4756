import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { openAuditLog } from '../../audit/index.ts';
import { openRecordIndex } from './sqlite-records.ts';

it('what was removed from the middle of a log, because its beginning is held, is not in the index any more', async (t) => {
  const data = join(import.meta.dirname, '..', '..', '..', '.sallyport');
  mkdirSync(data, { recursive: true });
  const dataFolder = mkdtempSync(join(data, 'test-index-'));
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }));
  const directory = join(dataFolder, 'audit', 'worker-0');
  mkdirSync(directory, { recursive: true });
  const onFault = (error: Error): void => assert.fail(error);
  const log = await openAuditLog({ directory, slot: 'worker-0', clock: () => 1, segmentBytes: 16_384, onFault });
  for (let n = 0; n < 300; n++)
    log.append({
      kind: 'decision',
      id: `c-${n}`,
      time: 1_000 + n,
      verdict: 'deny',
      rule: undefined,
      reason: 'denied',
      tenant: 'default',
      agent: `agent-${n}`,
      user: undefined,
      keyId: 'k1',
      listener: 'main',
      server: 'files',
      era: 'modern',
      revision: '2026-07-28',
      method: 'tools/call',
      tool: 'read',
      prompt: undefined,
      resource: undefined,
      snapshot: 1,
      requestBytes: 1,
    });
  await log.close();
  const agents = async (): Promise<readonly unknown[]> => {
    const index = await openRecordIndex(dataFolder);
    try {
      await index.catchUp();
      const found: unknown[] = [];
      for await (const { line } of index.find({ kinds: ['call'], order: 'oldest' })) found.push(line.members['agent']);
      return found;
    } finally {
      index.close();
    }
  };
  assert.equal((await agents()).length, 300);
  const segments = readdirSync(directory).filter((name) => name.endsWith('.log'));
  assert.ok(segments.length > 5);
  for (const name of segments.slice(1, 3)) rmSync(join(directory, name));
  const left = await agents();
  assert.ok(left.length < 300 && left.includes('agent-0') && left.includes('agent-299'));
  // Another time nothing is read anew.
  assert.deepEqual(await agents(), left);
});
