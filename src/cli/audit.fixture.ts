// An audit log as the gateway writes it: one call that was allowed and one that was denied; or what a person said to one.

import { mkdirSync } from 'node:fs';
import { openAuditLog } from '../audit/index.ts';
import type { ApprovalRecord, AuditLog, DecisionRecord, OutcomeRecord } from '../audit/index.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');

export const DECISION: DecisionRecord = {
  kind: 'decision',
  id: 'call-1',
  time: NOW,
  verdict: 'allow',
  rule: 'readers',
  reason: undefined,
  tenant: 'default',
  agent: 'billing',
  user: undefined,
  keyId: 'key_0123456789abcdef',
  listener: 'main',
  server: 'files',
  era: 'legacy',
  revision: '2025-11-25',
  method: 'tools/call',
  tool: 'read_file',
  prompt: undefined,
  resource: undefined,
  snapshot: 1,
  requestBytes: 100,
};

/** What control writes when a person has approved a call. */
export const APPROVAL: ApprovalRecord = {
  kind: 'approval',
  time: NOW,
  event: 'approved',
  approval: 'apr_0123',
  act: 'act_0123',
  by: 'key:controller',
  tenant: 'default',
  agent: 'billing',
  user: undefined,
  server: 'bank',
  tool: 'pay',
  prompt: undefined,
  resource: undefined,
  rule: 'large-sums',
  since: NOW,
};

/** How a call ended in whose answer something was found. */
export const FOUND: OutcomeRecord = {
  kind: 'outcome',
  id: 'call-1',
  time: NOW,
  status: 'tool_error',
  code: undefined,
  findings: [
    { type: 'vendor-token', class: 'secret', count: 2, path: '$.result.content[0].text', action: 'redact' },
    { type: 'email', class: 'personal', count: 1, path: '$.result.content[1].text', action: 'tag' },
  ],
  findingsTotal: 30,
  rpcCode: undefined,
  answerBytes: 99,
  gatewayUs: 40,
  serverUs: undefined,
};

/** Writes the log, and more where it is given, and closes it in order. */
export async function writeLog(directory: string, ...more: readonly Parameters<AuditLog['append']>[0][]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const onFault = (error: Error): never => {
    throw error;
  };
  const log = await openAuditLog({ directory, slot: '0', writer: 'worker-0.1', clock: () => NOW, onFault, segmentBytes: 1024 * 1024 });
  log.append(DECISION);
  log.append({
    kind: 'outcome',
    id: 'call-1',
    time: NOW,
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 120,
    gatewayUs: 40,
    serverUs: 1500,
  });
  log.append({ ...DECISION, id: 'call-2', verdict: 'deny', rule: 'files-are-read-only', reason: 'denied', tool: 'write_file' });
  for (const record of more) log.append(record);
  await log.close();
}
