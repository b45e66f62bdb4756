// Wherever a person can be named beside a figure, somebody could be ranked. These are all such places in the admin API, and what keeps each from it; and
// there is none in the metrics, whoever runs them. A new one has to be put here, with its reason.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { ENDPOINTS } from '../../src/admin/contract.ts';
import { METRICS } from '../../src/telemetry/definitions.ts';

/** Members that say who somebody is. */
const WHO: ReadonlySet<string> = new Set([
  'agent',
  'user',
  'subject',
  'pseudonym',
  'keyId',
  'by',
  'approver',
  'requester',
  'person',
  'people',
]);

const PLACES: Readonly<Record<string, string>> = {
  'explain: ': 'what would become of one call that is described, and the revision of the config',
  'eraseSubject: ': 'one pseudonym, and how many of its keys were destroyed',
  'readLimits: limits.[].buckets.[]': 'no agent, and sums over enough of them, where people are not told apart (limits-view.ts)',
  'readFlow: agents.[]': 'none is listed where people are not told apart (flow-desk.ts)',
  'listBuckets: buckets.[]': 'as of readLimits',
  'readReplay: report.groups.[]': 'all agents are one where people are not told apart (policy-replay.ts)',
  'listPolicyRevisions: revisions.[]': 'who changed the policy, and how many rules it has by that: no figure of anybody',
  'readPolicyRevision: ': 'the same',
  'listProposals: proposals.[]': 'the number of the policy that came of it',
  'readProposal: ': 'the same',
  'decideProposal: ': 'the same',
  'countRecords: ': 'by no person; and groups of fewer people than may be told apart are not counted (audit/entries/withhold.ts)',
  'listRecords: records.[]': 'sizes and times of one call or act; where people are not told apart, records have no names',
  'listen: record': 'the same',
  'readRecord: record': 'the same',
  'readRecord: related.[]': 'the same',
};

test('figures beside names stand in these places of the admin API', () => {
  const found: string[] = [];
  for (const [name, { response }] of Object.entries(ENDPOINTS))
    visit(z.toJSONSchema(response, { io: 'output', unrepresentable: 'any' }), [], (path) => found.push(`${name}: ${path.join('.')}`));
  assert.ok(Object.keys(ENDPOINTS).length > 20, 'the endpoints are not found');
  assert.deepEqual(found.toSorted(), Object.keys(PLACES).toSorted());
});

test('no metric has a label that says who', () => {
  const labels = new Set(Object.values(METRICS).flatMap((metric): readonly string[] => metric.labels));
  assert.ok(labels.size > 10, 'the metrics are not found');
  for (const label of labels) assert.doesNotMatch(label, /agent|user|subject|person|principal|key|client|source|address|group/i);
});

/** Calls back for every object that names somebody and has a number. */
function visit(schema: unknown, path: readonly string[], onFound: (path: readonly string[]) => void): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const variant of [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf'), ...listAt(schema, 'allOf')]) visit(variant, path, onFound);
  if ('items' in schema) visit(schema.items, [...path, '[]'], onFound);
  if ('additionalProperties' in schema) visit(schema.additionalProperties, [...path, '*'], onFound);
  if (!('properties' in schema) || typeof schema.properties !== 'object' || schema.properties === null) return;
  const members = Object.entries(schema.properties);
  if (members.some(([name]) => WHO.has(name)) && members.some(([, member]) => isFigure(member))) onFound(path);
  for (const [name, member] of members) visit(member, [...path, name], onFound);
}

function isFigure(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if ('type' in schema && (schema.type === 'integer' || schema.type === 'number')) return true;
  return [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')].some(isFigure);
}

function listAt(schema: object, key: string): readonly unknown[] {
  const list: unknown = Reflect.get(schema, key);
  return Array.isArray(list) ? list : [];
}
