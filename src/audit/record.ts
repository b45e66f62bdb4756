// What the audit log says, one JSON line per record, as data and as text. Pure. It must never hold what was said: no argument,
// no result, no header value, no token; only who, where, which, by which rule, how it ended, how large and how long.
// Names come from strangers: each is cut, cleared of hidden characters and written as ASCII (telemetry/printable.ts), so that
// a record is one line, one byte per character, and inert in a terminal. A member without a value is left out.
// Field names and order are the format, version 1, pinned by test/pins/audit-record.test.ts.

import { quoteAscii } from '../telemetry/index.ts';
import { toRecordedUri } from './recorded-uri.ts';

/** What was found of one type in a message, and what was done about it. Where and how often, never what. */
export interface RecordedFinding {
  /** Name of the detector, or why something was not looked into. */
  readonly type: string;
  readonly class: string;
  readonly count: number;
  /** Of the first of them. */
  readonly path: string;
  readonly action: string;
}

/** What policy decided about one request of an authenticated agent. Durable before the first byte of the answer. */
export interface DecisionRecord {
  readonly kind: 'decision';
  /** Audit id of the call: ties decision and outcome together, and is what an agent is told when the outcome is unknown. */
  readonly id: string;
  /** Epoch milliseconds, here and in every record. */
  readonly time: number;
  /** `ask`: a person has to approve it first, and it was not carried. */
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** The rule that decided; undefined where none matched. */
  readonly rule: string | undefined;
  /** Why not: a code of base/errors.ts, or what policy lacked: `condition-error`, `approval-needed`. */
  readonly reason: string | undefined;
  /** The limit that it was over. */
  readonly limit?: string | undefined;
  /** Labels of what the task had used before, where a rule looked at them. */
  readonly taint?: readonly string[] | undefined;
  /** What was found in the request; at most `MAX_RECORDED_FINDINGS`. */
  readonly findings?: readonly RecordedFinding[] | undefined;
  /** How many findings there were in all, where some of them are not listed. */
  readonly findingsTotal?: number | undefined;
  readonly tenant: string;
  readonly agent: string;
  /** On whose behalf the agent acts, where it says so. */
  readonly user: string | undefined;
  readonly keyId: string;
  readonly listener: string;
  readonly server: string;
  readonly era: 'modern' | 'legacy';
  readonly revision: string;
  readonly method: string;
  readonly tool: string | undefined;
  /** Of the tool's definition that was approved last. */
  readonly fingerprint?: string | undefined;
  readonly prompt: string | undefined;
  /** The URI as the request has it; recorded without user info, query and fragment, and of a data URI only the type. */
  readonly resource: string | undefined;
  /** Revision of the snapshot the decision was made on. */
  readonly snapshot: number;
  readonly requestBytes: number;
  /** The question to a person that it waits for, or by whose answer it was decided. */
  readonly approval?: string | undefined;
}

/** What a person said to a question about a call. The calls that were made by it name it in their decisions. */
export interface ApprovalRecord {
  readonly kind: 'approval';
  readonly time: number;
  readonly event: 'approved' | 'rejected';
  /** Id of the question. */
  readonly approval: string;
  /** The one act by which it was answered, maybe with others. */
  readonly act: string;
  /** Who: `key:` and the name of the key they showed, or `os:` and the user whose socket it was. */
  readonly by: string;
  readonly tenant: string;
  /** About whose call, and of what. */
  readonly agent: string;
  readonly user: string | undefined;
  readonly server: string;
  readonly tool: string | undefined;
  readonly prompt: string | undefined;
  readonly resource: string | undefined;
  /** The rule that asked. */
  readonly rule: string;
  /** When it was asked. */
  readonly since: number;
}

/** How an allowed call ended. A denied one has no outcome: its decision says it all. */
export interface OutcomeRecord {
  readonly kind: 'outcome';
  readonly id: string;
  readonly time: number;
  /** `tool_error`: a result with isError. `refused`: the gateway stopped it later. `unknown`: it was under way when the record was lost. */
  readonly status: 'ok' | 'tool_error' | 'rpc_error' | 'refused' | 'failed' | 'cancelled' | 'unknown';
  /** A code of base/errors.ts, where the gateway ended it. */
  readonly code: string | undefined;
  /** What the server asked of the agent and may not, by kind: the agent was not asked. */
  readonly questions?: readonly string[] | undefined;
  /** What was found in what came from the server; at most `MAX_RECORDED_FINDINGS`. */
  readonly findings?: readonly RecordedFinding[] | undefined;
  /** How many findings there were in all, where some of them are not listed. */
  readonly findingsTotal?: number | undefined;
  /** The JSON-RPC error code, where the server did. */
  readonly rpcCode: number | undefined;
  readonly answerBytes: number;
  /** Microseconds spent in the gateway, and waiting for the server. */
  readonly gatewayUs: number | undefined;
  readonly serverUs: number | undefined;
}

/** Requests refused before anyone was authenticated: one record per source and reason per minute, whatever their number. */
export interface RefusalSummary {
  readonly kind: 'refusals';
  readonly time: number;
  /** When the first of them came. */
  readonly since: number;
  /** An address, an IPv6 network of 64 bits, or `other`. */
  readonly source: string;
  readonly reason: string;
  readonly count: number;
}

/** From when one worker went by a lock, or did no more. Every worker says so for itself, and a new one for all that are in force. */
export interface LockdownRecord {
  readonly kind: 'lockdown';
  readonly time: number;
  /** `unreadable`: nobody could say what is locked, so everything was; `reason` says why. */
  readonly event: 'locked' | 'lifted' | 'unreadable';
  /** Id of the lock; empty with `unreadable`, and so are the names that follow. */
  readonly lock: string;
  readonly tenant: string;
  readonly subject: 'agent' | 'server' | 'tool' | 'all';
  /** What was locked, as it was written: a name or a glob. */
  readonly name: string;
  /** Who locked or lifted it, as they called themselves, and why. */
  readonly by: string;
  readonly reason: string;
  /** When it was asked for. */
  readonly since: string;
  /** How much of what this worker had open was cut. */
  readonly cut: number;
}

/** A person had what an agent has used before forgotten; each worker says so for itself. */
export interface FlowRecord {
  readonly kind: 'flow';
  readonly time: number;
  readonly event: 'cleared';
  readonly tenant: string;
  /** `*`: all agents. */
  readonly agent: string;
  /** Who wanted it, as they called themselves. */
  readonly by: string;
}

/** What the gateway appends. */
export type CallRecord = DecisionRecord | OutcomeRecord | ApprovalRecord | RefusalSummary | LockdownRecord | FlowRecord;

/** What the log says about itself. */
export type LogEvent =
  /** A process began to write. */
  | { readonly kind: 'log'; readonly event: 'opened'; readonly time: number; readonly writer: string }
  /** It ended in order: everything it took is above this line. */
  | { readonly kind: 'log'; readonly event: 'closed'; readonly time: number }
  /** The last write of the previous process was torn: these bytes are no records, and none of them had been acknowledged. */
  | {
      readonly kind: 'log';
      readonly event: 'recovered';
      readonly time: number;
      readonly file: string;
      readonly position: number;
      readonly bytes: number;
      readonly sha256: string;
    }
  /** From here on there is something that no torn write explains; it was left as it is, and verify names it. */
  | { readonly kind: 'log'; readonly event: 'damaged'; readonly time: number; readonly file: string; readonly position: number }
  /** Records that could not be taken; the calls behind the decisions among them were denied. */
  | {
      readonly kind: 'log';
      readonly event: 'gap';
      readonly time: number;
      readonly since: number;
      readonly records: number;
      readonly reason: string;
    };

/** The first line of a segment. With it, a segment can be checked without the ones before it. */
export interface SegmentHead {
  readonly kind: 'segment';
  readonly time: number;
  /** Random name of this log, the same in all its segments. */
  readonly log: string;
  readonly slot: string;
  readonly number: number;
  readonly bytes: number;
  /** Chain hash of the last line before this segment. */
  readonly prev: string;
  /** How many calls are under way; their ids follow in `carried` lines, so that recovery needs no older segment. */
  readonly carried: number;
}

/** Ids of calls that were under way when the segment began. */
export interface CarriedCalls {
  readonly kind: 'carried';
  readonly time: number;
  readonly ids: readonly string[];
}

/** Everything that can stand on a line. */
export type AuditRecord = CallRecord | LogEvent | SegmentHead | CarriedCalls;

/** A message can be made to hold findings without end; a line of the log cannot. */
export const MAX_RECORDED_FINDINGS = 16;

const MAX_ID_CHARS = 64;
const MAX_NAME_CHARS = 128;
const MAX_PATH_CHARS = 200;
const MAX_URI_CHARS = 512;
const MAX_REASON_CHARS = 512;

/** A record as the head of its line: JSON without the last brace, to which the chain hash is added (format.ts). */
export function encodeRecord(record: AuditRecord, seq: number): string {
  const start = `{"v":1,"seq":${whole(seq)},"time":${whole(record.time)},"kind":"${record.kind}"`;
  switch (record.kind) {
    case 'decision':
      return start + encodeDecision(record);
    case 'outcome':
      return start + encodeOutcome(record);
    case 'approval':
      return start + encodeApproval(record);
    case 'refusals':
      return `${start},"since":${whole(record.since)},"source":${name(record.source)},"reason":${name(record.reason)},"count":${whole(record.count)}`;
    case 'lockdown':
      return `${start},"event":"${record.event}","lock":${id(record.lock)},"tenant":${name(record.tenant)},"subject":"${record.subject}","name":${name(record.name)},"by":${name(record.by)},"reason":${quoteAscii(record.reason, MAX_REASON_CHARS)},"since":${name(record.since)},"cut":${whole(record.cut)}`;
    case 'flow':
      return `${start},"event":"${record.event}","tenant":${name(record.tenant)},"agent":${name(record.agent)},"by":${name(record.by)}`;
    case 'log':
      return start + encodeEvent(record);
    case 'segment':
      return `${start},"format":"sallyport-audit/1","log":${name(record.log)},"slot":${name(record.slot)},"number":${whole(record.number)},"bytes":${whole(record.bytes)},"prev":${name(record.prev)},"carried":${whole(record.carried)}`;
    case 'carried':
      return `${start},"ids":[${record.ids.map(id).join(',')}]`;
    default:
      return record satisfies never;
  }
}

function encodeDecision(record: DecisionRecord): string {
  return (
    `,"id":${id(record.id)},"verdict":"${record.verdict}"${optional('rule', record.rule)}${optional('reason', record.reason)}${optional('limit', record.limit)}` +
    (record.taint === undefined ? '' : `,"taint":[${record.taint.map(name).join(',')}]`) +
    encodeFindings(record) +
    `,"tenant":${name(record.tenant)},"agent":${name(record.agent)}${optional('user', record.user)},"keyId":${name(record.keyId)}` +
    `,"listener":${name(record.listener)},"server":${name(record.server)},"era":"${record.era}","revision":${name(record.revision)}` +
    `,"method":${name(record.method)}${optional('tool', record.tool)}${optional('fingerprint', record.fingerprint)}${optional('prompt', record.prompt)}` +
    (record.resource === undefined ? '' : `,"resource":${quoteAscii(toRecordedUri(record.resource), MAX_URI_CHARS)}`) +
    `,"snapshot":${whole(record.snapshot)},"requestBytes":${whole(record.requestBytes)}` +
    (record.approval === undefined ? '' : `,"approval":${id(record.approval)}`)
  );
}

function encodeApproval(record: ApprovalRecord): string {
  return (
    `,"event":"${record.event}","approval":${id(record.approval)},"act":${id(record.act)},"by":${name(record.by)}` +
    `,"tenant":${name(record.tenant)},"agent":${name(record.agent)}${optional('user', record.user)},"server":${name(record.server)}` +
    `${optional('tool', record.tool)}${optional('prompt', record.prompt)}` +
    (record.resource === undefined ? '' : `,"resource":${quoteAscii(toRecordedUri(record.resource), MAX_URI_CHARS)}`) +
    `,"rule":${name(record.rule)},"since":${whole(record.since)}`
  );
}

function encodeOutcome(record: OutcomeRecord): string {
  return (
    `,"id":${id(record.id)},"status":"${record.status}"${optional('code', record.code)}` +
    (record.questions === undefined ? '' : `,"questions":[${record.questions.map(name).join(',')}]`) +
    encodeFindings(record) +
    (record.rpcCode === undefined ? '' : `,"rpcCode":${finite(record.rpcCode)}`) +
    `,"answerBytes":${whole(record.answerBytes)}` +
    (record.gatewayUs === undefined ? '' : `,"gatewayUs":${whole(record.gatewayUs)}`) +
    (record.serverUs === undefined ? '' : `,"serverUs":${whole(record.serverUs)}`)
  );
}

function encodeFindings({ findings, findingsTotal }: DecisionRecord | OutcomeRecord): string {
  if (findings === undefined || findings.length === 0) return '';
  const listed = findings.slice(0, MAX_RECORDED_FINDINGS).map(encodeFinding).join(',');
  return `,"findings":[${listed}]${findingsTotal === undefined ? '' : `,"findingsTotal":${whole(findingsTotal)}`}`;
}

function encodeFinding(finding: RecordedFinding): string {
  const path = quoteAscii(finding.path, MAX_PATH_CHARS);
  return `{"type":${id(finding.type)},"class":${id(finding.class)},"count":${whole(finding.count)},"path":${path},"action":${id(finding.action)}}`;
}

function encodeEvent(record: LogEvent): string {
  switch (record.event) {
    case 'opened':
      return `,"event":"opened","writer":${name(record.writer)}`;
    case 'closed':
      return ',"event":"closed"';
    case 'recovered':
      return `,"event":"recovered","file":${name(record.file)},"position":${whole(record.position)},"bytes":${whole(record.bytes)},"sha256":${name(record.sha256)}`;
    case 'damaged':
      return `,"event":"damaged","file":${name(record.file)},"position":${whole(record.position)}`;
    case 'gap':
      return `,"event":"gap","since":${whole(record.since)},"records":${whole(record.records)},"reason":${name(record.reason)}`;
    default:
      return record satisfies never;
  }
}

function id(value: string): string {
  return quoteAscii(value, MAX_ID_CHARS);
}

function name(value: string): string {
  return quoteAscii(value, MAX_NAME_CHARS);
}

function optional(member: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${member}":${name(value)}`;
}

/** Sizes, times and counts: a whole number that is not negative; a broken clock must not break the line. */
function whole(value: number): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
