// The admin API's endpoints and problem codes, in literals: clients and scripts depend on them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_PREFIX, ENDPOINTS } from '../../src/admin/contract.ts';
import { PROBLEMS } from '../../src/admin/problems.ts';

test('the endpoints', () => {
  const lines = Object.entries(ENDPOINTS).map(
    ([name, { method, path, status, versioned }]) => `${name}: ${method} ${API_PREFIX}${path} ${status}${versioned ? ' etag' : ''}`,
  );
  assert.deepEqual(lines, [
    'readStatus: GET /api/v1/status 200',
    'listAgents: GET /api/v1/agents 200 etag',
    'addAgent: POST /api/v1/agents 201 etag',
    'changeAgent: PATCH /api/v1/agents/{agent} 200 etag',
    'removeAgent: DELETE /api/v1/agents/{agent} 200 etag',
    'addKey: POST /api/v1/agents/{agent}/keys 201 etag',
    'revokeKeys: DELETE /api/v1/agents/{agent}/keys 200 etag',
    'revokeKey: DELETE /api/v1/agents/{agent}/keys/{key} 200 etag',
    'listServers: GET /api/v1/servers 200',
    'readCatalogue: GET /api/v1/catalogue/withheld 200',
    'decideDefinitions: POST /api/v1/catalogue/decisions 200',
    'reload: POST /api/v1/reload 200',
  ]);
});

test('the problem codes and their statuses', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])), {
    malformed: 400,
    unauthorized: 401,
    endpoint_unknown: 404,
    agent_unknown: 404,
    key_unknown: 404,
    method_not_allowed: 405,
    agent_exists: 409,
    too_many_keys: 409,
    version_changed: 412,
    body_too_large: 413,
    media_type: 415,
    config_refused: 422,
    internal: 500,
    unavailable: 503,
  });
});
