// Dashboards and alerts stand on the names of metrics and labels as they are scraped: pinned as literals.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { toExpositionName } from '../../src/telemetry/index.ts';
import { isMetricName, METRICS } from '../../src/telemetry/definitions.ts';

const OPERATION = 'mcp_method_name error_type mcp_protocol_version sallyport_server gen_ai_tool_name';

const pinned: Readonly<Record<string, string>> = {
  mcp_server_operation_duration_seconds: `histogram ${OPERATION}`,
  mcp_client_operation_duration_seconds: `histogram ${OPERATION}`,
  sallyport_overhead_duration_seconds: 'histogram mcp_method_name sallyport_server',
  sallyport_stage_duration_seconds: 'histogram stage',
  sallyport_server_wait_duration_seconds: 'histogram sallyport_server',
  sallyport_traffic_bytes_total: 'counter direction',
  sallyport_calls_total: 'counter verdict mcp_method_name sallyport_server',
  sallyport_refusals_total: 'counter code listener verdict',
  sallyport_overload_refusals_total: 'counter priority',
  sallyport_calls_waiting: 'gauge priority',
  sallyport_upstream_failures_total: 'counter code sallyport_server',
  sallyport_connections: 'gauge listener',
  sallyport_connections_accepted_total: 'counter listener',
  sallyport_upstream_running: 'gauge sallyport_server',
  sallyport_upstream_connections: 'gauge sallyport_server',
  sallyport_sessions: 'gauge sallyport_server',
  sallyport_bridge_sessions: 'gauge sallyport_server',
  sallyport_bridge_rounds_parked: 'gauge sallyport_server',
  sallyport_bridge_events_total: 'counter event sallyport_server',
  sallyport_stdio_processes: 'gauge sallyport_server',
  sallyport_subjects_questions_total: 'counter outcome',
  sallyport_requests_running: 'gauge',
  sallyport_audit_records_total: 'counter',
  sallyport_audit_written_bytes_total: 'counter',
  sallyport_audit_refused_total: 'counter reason',
  sallyport_audit_commit_duration_seconds: 'histogram',
  sallyport_audit_queued_bytes: 'gauge',
  sallyport_audit_faulted: 'gauge',
  sallyport_vault_sealed_total: 'counter part',
  sallyport_vault_refused_total: 'counter reason',
  sallyport_vault_held_bytes: 'gauge',
  sallyport_vault_faulted: 'gauge',
  sallyport_audit_checkpoints_total: 'counter result',
  sallyport_audit_anchored_total: 'counter result anchor',
  sallyport_audit_anchor_late_seconds: 'gauge anchor',
  sallyport_disk_free_bytes: 'gauge',
  sallyport_process_memory_bytes: 'gauge process',
  sallyport_process_cpu_seconds_total: 'counter process',
  sallyport_process_loop_delay_seconds: 'gauge process',
  sallyport_process_loop_active_seconds_total: 'counter process',
  sallyport_process_restarts_total: 'counter process',
  sallyport_snapshot_revision: 'gauge',
  sallyport_flow_questions_total: 'counter question outcome',
  sallyport_inspection_findings_total: 'counter class direction action',
  sallyport_inspection_unscanned_total: 'counter reason',
  sallyport_inspection_messages_total: 'counter where end',
  sallyport_inspection_looked_bytes_total: 'counter where',
  sallyport_inspection_waiting_bytes: 'gauge',
  sallyport_questions_refused_total: 'counter kind sallyport_server',
  sallyport_limit_calls_total: 'counter result limit',
  sallyport_limit_remaining: 'gauge limit',
  sallyport_approvals_pending: 'gauge',
  sallyport_approvals_total: 'counter event',
  sallyport_approvals_wait_seconds: 'histogram outcome',
  sallyport_lockdown_locks: 'gauge',
  sallyport_lockdown_cuts_total: 'counter',
  sallyport_config_reloads_total: 'counter result',
  sallyport_server_up: 'gauge sallyport_server',
  sallyport_server_fault: 'gauge kind sallyport_server',
  sallyport_server_clock_ahead_seconds: 'gauge sallyport_server',
  sallyport_server_certificate_expiry_timestamp_seconds: 'gauge sallyport_server',
  sallyport_certificate_expiry_timestamp_seconds: 'gauge listener',
  sallyport_config_faults: 'gauge',
  sallyport_telemetry_spans_total: 'counter result',
  sallyport_telemetry_exports_total: 'counter signal result',
  mcp_server_session_duration_seconds: 'histogram mcp_protocol_version sallyport_server',
  mcp_client_session_duration_seconds: 'histogram mcp_protocol_version sallyport_server',
};

it('metrics keep their names, types and labels', () => {
  const actual = Object.entries(METRICS).map(([name, { type, labels }]): [string, string] => {
    assert.ok(isMetricName(name));
    return [toExpositionName(name), [type, ...labels.map((label) => label.replaceAll('.', '_'))].join(' ')];
  });
  assert.deepEqual(Object.fromEntries(actual), pinned);
});
