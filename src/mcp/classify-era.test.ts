// Eras by the body, and by the header only where the body says nothing. The SDK's own classifier is the oracle.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifyInboundRequest } from '@modelcontextprotocol/server';
import {
  classifyEra,
  isModernRevision,
  LATEST_LEGACY,
  LATEST_MODERN,
  legacyRevisionFor,
  parseJson,
  readMessage,
  REVISIONS,
} from './index.ts';
import type { JsonObject, JsonValue, Message } from './index.ts';

const CLAIM = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

function message(body: JsonObject): Message {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })));
  assert.ok(document.ok);
  const read = readMessage(document.value);
  assert.ok(read.ok);
  return read.value;
}

function call(method: string, claim?: JsonValue): JsonObject {
  return { id: 1, method, params: claim === undefined ? {} : { _meta: { [CLAIM]: claim, [CAPABILITIES]: {} } } };
}

const modern = '2026-07-28';
const legacy = '2025-11-25';

describe('the era of a message', () => {
  const cases: readonly (readonly [string, JsonObject, string | undefined, 'modern' | 'legacy'])[] = [
    ['a modern claim and no header', call('tools/list', modern), undefined, 'modern'],
    ['a modern claim and a legacy header', call('tools/list', modern), legacy, 'modern'],
    ['a claim to a revision that does not exist yet', call('server/discover', 'v999.0.0'), 'v999.0.0', 'modern'],
    ['initialize with a modern claim', call('initialize', modern), modern, 'modern'],
    ['initialize', call('initialize'), undefined, 'legacy'],
    ['initialize under a modern header', call('initialize'), modern, 'legacy'],
    ['initialize with a broken claim', call('initialize', 7), modern, 'legacy'],
    ['a broken claim', call('tools/list', 7), undefined, 'modern'],
    ['a null claim', call('tools/list', null), legacy, 'modern'],
    ['no claim under a modern header', call('tools/list'), modern, 'modern'],
    ['no claim under a modern header with space', call('tools/list'), ` ${modern}\t`, 'modern'],
    ['no claim under a legacy header', call('tools/list'), legacy, 'legacy'],
    ['no claim and no header', call('tools/list'), undefined, 'legacy'],
    ['no params under a modern header', { id: 1, method: 'server/discover' }, modern, 'modern'],
    ['_meta that is no object', { id: 1, method: 'tools/list', params: { _meta: [modern] } }, legacy, 'legacy'],
    ['a claim to a legacy revision', call('tools/list', legacy), legacy, 'legacy'],
    ['a notification with a claim', { method: 'notifications/cancelled', params: { _meta: { [CLAIM]: modern } } }, undefined, 'modern'],
    ['a notification without', { method: 'notifications/initialized' }, legacy, 'legacy'],
    ['a result', { id: 1, result: {} }, legacy, 'legacy'],
    ['a result under a modern header', { id: 1, result: {} }, modern, 'modern'],
    ['an error', { id: 1, error: { code: 1, message: '' } }, undefined, 'legacy'],
  ];
  for (const [name, body, protocolVersion, era] of cases) {
    test(`${name}: ${era}`, () => {
      for (const sessionId of [undefined, 'some-session']) assert.equal(classifyEra(message(body), { protocolVersion, sessionId }), era);
    });
  }
});

// Only what the SDK routes: for what it refuses at once, check-modern-request.test.ts compares the refusals.
describe('the same as the SDK', () => {
  const headers = [undefined, modern, legacy];
  const claims = [undefined, modern, '2027-01-01', 7];
  for (const method of ['tools/call', 'initialize', 'server/discover']) {
    for (const [claim, header] of claims.flatMap((value) => headers.map((name) => [value, name] as const))) {
      const body = call(method, claim);
      const request = { httpMethod: 'POST', body: { jsonrpc: '2.0', ...body } };
      const oracle = classifyInboundRequest(header === undefined ? request : { ...request, protocolVersionHeader: header });
      if (oracle.kind === 'reject') continue;
      test(`${method}, claim ${claim}, header ${header}: ${oracle.kind}`, () => {
        assert.equal(classifyEra(message(body), { protocolVersion: header, sessionId: undefined }), oracle.kind);
      });
    }
  }
});

describe('revisions', () => {
  test('each is of the era that its date says', () => {
    for (const { name, era } of REVISIONS) assert.equal(isModernRevision(name), era === 'modern');
  });
  test('an agent gets what it asks for where that exists, and our newest where not', () => {
    for (const name of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) assert.equal(legacyRevisionFor(name), name);
    for (const asked of ['2026-07-28', '2024-10-07', '1', 7, null, undefined]) assert.equal(legacyRevisionFor(asked), LATEST_LEGACY);
  });
  test('the latest of each era is the first listed', () => {
    assert.equal(REVISIONS.find(({ era }) => era === 'modern')?.name, LATEST_MODERN);
    assert.equal(REVISIONS.find(({ era }) => era === 'legacy')?.name, LATEST_LEGACY);
  });
});
