// How a record is written: one line of JSON. Names come from strangers: each is cut, cleared of hidden characters and written as ASCII
// (telemetry/printable.ts), so that a record is one line, one byte per character, and inert in a terminal. A member without a value is left out. Pure.

import { quoteAscii } from '../telemetry/index.ts';
import { MAX_ACT_DETAILS, MAX_RECORDED_FINDINGS } from './record.ts';
import type {
  ActRecord,
  ApprovalRecord,
  AuditRecord,
  Commitment,
  DecisionRecord,
  LogEvent,
  OutcomeRecord,
  RecordedCapture,
  RecordedFinding,
} from './record.ts';
import { toRecordedUri } from './recorded-uri.ts';

const MAX_ID_CHARS = 64;
const MAX_NAME_CHARS = 128;
const MAX_PATH_CHARS = 200;
const MAX_URI_CHARS = 512;
const MAX_REASON_CHARS = 512;
const MAX_NOTE_LINE_CHARS = 256;

/** A record as the head of its line: JSON without the last brace, to which the chain hash is added (format.ts). */
export function encodeRecord(record: AuditRecord, seq: number): string {
  const start = `{"v":1,"seq":${whole(seq)},"time":${whole(record.time)},"kind":"${record.kind}"`;
  switch (record.kind) {
    case 'act':
      return start + encodeAct(record);
    case 'checkpoint':
      return `${start},"note":[${record.note
        .split('\n')
        .map((line) => quoteAscii(line, MAX_NOTE_LINE_CHARS))
        .join(',')}]`;
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
      return `${start},"format":"sallyport-audit/1","log":${name(record.log)},"slot":${name(record.slot)},"number":${whole(record.number)},"bytes":${whole(record.bytes)},"prev":${name(record.prev)},"carried":${whole(record.carried)}${optional('node', record.node)}${record.tree === undefined ? '' : `,"tree":[${record.tree.map(id).join(',')}]`}`;
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
    `,"tenant":${name(record.tenant)}${optional('agent', record.agent)}${optional('user', record.user)}${optional('subject', record.subject)},"keyId":${name(record.keyId)}` +
    `,"listener":${name(record.listener)},"server":${name(record.server)},"era":"${record.era}","revision":${name(record.revision)}` +
    `,"method":${name(record.method)}${optional('tool', record.tool)}${optional('fingerprint', record.fingerprint)}${optional('prompt', record.prompt)}` +
    (record.resource === undefined ? '' : `,"resource":${quoteAscii(toRecordedUri(record.resource), MAX_URI_CHARS)}`) +
    `,"snapshot":${whole(record.snapshot)},"requestBytes":${whole(record.requestBytes)}${optional('class', record.class)}` +
    encodeCommitment('args', record.args) +
    optional('inspection', record.inspection) +
    encodeCapture(record.capture) +
    (record.mono === undefined ? '' : `,"mono":${whole(record.mono)}`) +
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
    (record.requestBytes === undefined ? '' : `,"requestBytes":${whole(record.requestBytes)}`) +
    `,"answerBytes":${whole(record.answerBytes)}` +
    (record.gatewayUs === undefined ? '' : `,"gatewayUs":${whole(record.gatewayUs)}`) +
    (record.serverUs === undefined ? '' : `,"serverUs":${whole(record.serverUs)}`) +
    (record.forwardedUs === undefined ? '' : `,"forwardedUs":${whole(record.forwardedUs)}`) +
    (record.firstByteUs === undefined ? '' : `,"firstByteUs":${whole(record.firstByteUs)}`) +
    encodeCommitment('answer', record.answer) +
    encodeCapture(record.capture) +
    (record.mono === undefined ? '' : `,"mono":${whole(record.mono)}`)
  );
}

function encodeCommitment(member: 'args' | 'answer', commitment: Commitment | undefined): string {
  return commitment === undefined ? '' : `,"${member}":{"key":${id(commitment.key)},"mac":${id(commitment.mac)}}`;
}

function encodeCapture(capture: RecordedCapture | undefined): string {
  if (capture === undefined) return '';
  return `,"capture":{"id":${id(capture.id)},"purpose":${name(capture.purpose)},"bytes":${whole(capture.bytes)},"sha256":${id(capture.sha256)}}`;
}

function encodeAct(record: ActRecord): string {
  const details = Object.entries(record.details ?? {})
    .slice(0, MAX_ACT_DETAILS)
    .map(([key, value]) => `${name(key)}:${typeof value === 'number' ? finite(value) : quoteAscii(value, MAX_URI_CHARS)}`);
  return (
    `,"act":${id(record.act)},"action":${name(record.action)},"outcome":"${record.outcome}","by":${name(record.by)},"via":"${record.via}"` +
    `,"tenant":${name(record.tenant)}${optional('target', record.target)}` +
    (record.reason === undefined ? '' : `,"reason":${quoteAscii(record.reason, MAX_REASON_CHARS)}`) +
    (details.length === 0 ? '' : `,"details":{${details.join(',')}}`)
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
    case 'disputed':
      return `,"event":"disputed","why":${name(record.why)},"signed":${whole(record.signed)},"since":${whole(record.since)}`;
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
