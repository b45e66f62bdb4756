// The admin API's endpoints and problem codes, in literals: clients and scripts depend on them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMAND_ACTIONS } from '../../src/admin/contract-acts.ts';
import { API_PREFIX, ENDPOINTS } from '../../src/admin/contract.ts';
import { PROBLEMS } from '../../src/admin/problems.ts';

test('the endpoints', () => {
  const lines = Object.entries(ENDPOINTS).map(
    ([name, { method, path, status, versioned, ...endpoint }]) =>
      `${name}: ${method} ${API_PREFIX}${path} ${status}${versioned ? ' etag' : ''}${'act' in endpoint ? `, ${endpoint.act.kind} on record as ${endpoint.act.action}` : ''}`,
  );
  assert.deepEqual(lines, [
    'readStatus: GET /api/v1/status 200',
    'reload: POST /api/v1/reload 200, change on record as config.reload',
    'readOverview: GET /api/v1/overview 200',
    'readCapacity: GET /api/v1/capacity 200',
    'listServers: GET /api/v1/servers 200',
    'readServer: GET /api/v1/servers/{server} 200',
    'probeServer: POST /api/v1/servers/{server}/probe 200, read on record as servers.probe',
    'recordAct: POST /api/v1/acts 201',
    'signIn: POST /api/v1/session 201',
    'readSession: GET /api/v1/session 200',
    'signOut: DELETE /api/v1/session 200, emergency on record as session.end',
    'readDocument: GET /api/v1/openapi.json 200',
    'listOperators: GET /api/v1/operators 200 etag',
    'addOperator: POST /api/v1/operators 201 etag, change on record as operators.add',
    'changeOperator: PATCH /api/v1/operators/{operator} 200 etag, change on record as operators.change',
    'removeOperator: DELETE /api/v1/operators/{operator} 200 etag, change on record as operators.remove',
    'makeLink: POST /api/v1/operators/{operator}/link 201, change on record as operators.link',
    'endSessions: DELETE /api/v1/operators/{operator}/sessions 200, emergency on record as operators.signout',
    'listAgents: GET /api/v1/agents 200 etag',
    'readAgent: GET /api/v1/agents/{agent} 200 etag',
    'addAgent: POST /api/v1/agents 201 etag, change on record as agents.add',
    'changeAgent: PATCH /api/v1/agents/{agent} 200 etag, change on record as agents.change',
    'removeAgent: DELETE /api/v1/agents/{agent} 200 etag, change on record as agents.remove',
    'addKey: POST /api/v1/agents/{agent}/keys 201 etag, change on record as keys.issue',
    'revokeKeys: DELETE /api/v1/agents/{agent}/keys 200 etag, change on record as keys.revoke',
    'revokeKey: DELETE /api/v1/agents/{agent}/keys/{key} 200 etag, change on record as keys.revoke',
    'readCatalogue: GET /api/v1/catalogue/withheld 200',
    'readWithheld: GET /api/v1/catalogue/withheld/{server} 200',
    'readApproved: GET /api/v1/catalogue/approved/{server} 200',
    'readLookAlikes: GET /api/v1/catalogue/look-alikes 200',
    'decideDefinitions: POST /api/v1/catalogue/decisions 200, change on record as catalogue.decide',
    'listDefinitions: GET /api/v1/catalogue/definitions 200',
    'readDefinition: GET /api/v1/catalogue/definition 200',
    'listApprovals: GET /api/v1/approvals 200',
    'listAllApprovals: GET /api/v1/approvals/all 200',
    'readApproval: GET /api/v1/approvals/{approval} 200, read on record as approvals.read',
    'decideApprovals: POST /api/v1/approvals/decisions 200, change on record as approvals.decide',
    'readFlow: GET /api/v1/flow 200',
    'clearFlow: POST /api/v1/flow/clear 200, change on record as flow.clear',
    'readLimits: GET /api/v1/limits 200',
    'listBuckets: GET /api/v1/limits/buckets 200',
    'readLockdown: GET /api/v1/lockdown 200',
    'lockDown: POST /api/v1/lockdown 201, emergency on record as lockdown.lock',
    'liftLockdown: POST /api/v1/lockdown/lift 200, emergency on record as lockdown.lift',
    'explain: POST /api/v1/policy/explain 200',
    'readArgumentTypes: POST /api/v1/policy/argument-types 200',
    'readWorld: GET /api/v1/policy/world 200',
    'readPolicy: GET /api/v1/policy 200 etag',
    'writePolicy: PUT /api/v1/policy 200 etag, change on record as policy.write',
    'listProposals: GET /api/v1/policy/proposals 200',
    'readProposal: GET /api/v1/policy/proposals/{proposal} 200',
    'decideProposal: POST /api/v1/policy/proposals/{proposal}/decisions 200, change on record as policy.decide',
    'listPolicyRevisions: GET /api/v1/policy/history 200',
    'readPolicyRevision: GET /api/v1/policy/history/{revision} 200',
    'beginReplay: POST /api/v1/policy/replays 201, read on record as policy.replay',
    'readReplay: GET /api/v1/policy/replays/{job} 200',
    'readPolicySchema: GET /api/v1/policy/schema 200',
    'readSettings: GET /api/v1/settings 200',
    'listHolds: GET /api/v1/holds 200',
    'addHold: POST /api/v1/holds 201, change on record as holds.add',
    'liftHold: POST /api/v1/holds/lift 200, change on record as holds.lift',
    'removeOld: POST /api/v1/retention 200, change on record as audit.retain',
    'readCheckpoints: GET /api/v1/checkpoints 200',
    'acceptLog: POST /api/v1/checkpoints/accept 200, change on record as checkpoints.accept',
    'findSubject: POST /api/v1/subjects/find 200, read on record as audit.find',
    'whoIs: POST /api/v1/subjects/whois 200, read on record as audit.whois',
    'eraseSubject: POST /api/v1/subjects/erase 200, change on record as audit.erase',
    'matchValue: POST /api/v1/commitments/match 200, read on record as audit.match',
    'listReleases: GET /api/v1/releases 200',
    'requestRelease: POST /api/v1/releases 201, change on record as vault.request',
    'decideRelease: POST /api/v1/releases/decisions 200, change on record as vault.decide',
    'openRelease: POST /api/v1/releases/open 200, read on record as vault.open',
  ]);
});

test('what is no read is an act on record, but for these, which only ask', () => {
  const silent = Object.entries(ENDPOINTS).filter(([, endpoint]) => endpoint.method !== 'GET' && !('act' in endpoint));
  assert.deepEqual(
    silent.map(([name]) => name),
    ['recordAct', 'signIn', 'explain', 'readArgumentTypes'],
  );
});

test('what commands may put on record through it', () => {
  assert.deepEqual(COMMAND_ACTIONS, [
    'audit.query',
    'audit.export',
    'audit.subject',
    'audit.who',
    'audit.index',
    'audit.evidence',
    'policy.lint',
    'policy.replay',
    'policy.unused',
  ]);
});

test('the problem codes and their statuses', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])), {
    malformed: 400,
    unauthorized: 401,
    approver_unknown: 401,
    link_refused: 401,
    signed_out: 401,
    forbidden: 403,
    cross_site: 403,
    approver_refused: 403,
    approval_unknown: 404,
    endpoint_unknown: 404,
    agent_unknown: 404,
    server_unknown: 404,
    operator_unknown: 404,
    key_unknown: 404,
    envelope_unknown: 404,
    release_unknown: 404,
    limit_unknown: 404,
    definition_unknown: 404,
    proposal_unknown: 404,
    revision_unknown: 404,
    hold_unknown: 404,
    method_not_allowed: 405,
    release_over: 409,
    proposal_over: 409,
    policy_fixed: 409,
    file_changed: 409,
    hold_lifted: 409,
    agent_exists: 409,
    operator_exists: 409,
    last_admin: 409,
    console_off: 409,
    approval_over: 409,
    subject_held: 409,
    subject_unknown: 404,
    log_unknown: 404,
    too_many_keys: 409,
    two_needed: 403,
    version_changed: 412,
    body_too_large: 413,
    media_type: 415,
    config_refused: 422,
    cooling_down: 429,
    internal: 500,
    unavailable: 503,
  });
});
