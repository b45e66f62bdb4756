// What has changed, from what went on record.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActRecord, ApprovalRecord } from '../audit/index.ts';
import { changesIn } from './acts-news.ts';

function act(action: string, outcome: ActRecord['outcome'] = 'done'): ActRecord {
  const who = { by: 'os:root', via: 'cli', tenant: 'default', target: undefined, reason: undefined } as const;
  return { kind: 'act', time: 0, act: 'act_1', action, outcome, ...who };
}

test('what is done has changed something; what has only begun, was refused or failed has not', () => {
  assert.deepEqual(changesIn([act('agents.add'), act('keys.issue')]), ['agents']);
  assert.deepEqual(changesIn([act('agents.add', 'begun'), act('agents.add', 'refused'), act('agents.add', 'failed')]), []);
  assert.deepEqual(changesIn([act('config.apply')]), ['settings', 'policy', 'servers', 'catalogue']);
});

test('who reads changes nothing, and an action of any name is looked up as it is', () => {
  assert.deepEqual(
    changesIn([act('records.query'), act('audit.whois'), act('constructor.x'), act('__proto__.x'), act('gateway.start')]),
    [],
  );
});

test('an answer to a question changes what waits for people', () => {
  assert.deepEqual(changesIn([{ kind: 'approval' } as ApprovalRecord]), ['approvals']);
});
