// How a record is written: one line of JSON. Names come from strangers: each is cut, cleared of hidden characters and written as ASCII
// (telemetry/printable.ts), so that a record is one line, one byte per character, and inert in a terminal. A member without a value is left out. Pure.

import { quoteAscii } from '../telemetry/index.ts';
import { putDecision, putOutcome } from './encode-call.ts';
import { finite, id, MAX_URI_CHARS, name, optional, whole } from './encode-words.ts';
import { LINE_ROOM_BYTES } from './format.ts';
import { putText } from './line-bytes.ts';
import { MAX_ACT_DETAILS } from './record.ts';
import type { ActRecord, ApprovalRecord, AuditRecord, DecisionRecord, LogEvent, OutcomeRecord } from './record.ts';
import { toRecordedUri } from './recorded-uri.ts';

const MAX_REASON_CHARS = 512;
const MAX_NOTE_LINE_CHARS = 256;

/**
 * Writes a record as the head of its line: JSON without the last brace, to which the chain hash is added (format.ts). Gives back where the head ends.
 * Behind `from` there must be LINE_ROOM_BYTES.
 */
export function putRecord(into: Buffer, from: number, record: AuditRecord, seq: number): number {
  const end = putHead(into, from, record, seq);
  // Bytes behind the end of a buffer are dropped without a word.
  if (end > from + LINE_ROOM_BYTES) throw new RangeError('there is no room for a line of this length');
  return end;
}

function putHead(into: Buffer, from: number, record: AuditRecord, seq: number): number {
  switch (record.kind) {
    case 'decision':
      return putDecision(into, from, record, seq);
    case 'outcome':
      return putOutcome(into, from, record, seq);
    default:
      return putText(into, from, encodeOther(record, seq));
  }
}

/** The same as text, for whoever wants to look at it. */
export function encodeRecord(record: AuditRecord, seq: number): string {
  const into = Buffer.alloc(LINE_ROOM_BYTES);
  return into.toString('latin1', 0, putRecord(into, 0, record, seq));
}

/** Records that are not made at every call. */
function encodeOther(record: Exclude<AuditRecord, DecisionRecord | OutcomeRecord>, seq: number): string {
  const start = `{"v":1,"seq":${whole(seq)},"time":${whole(record.time)},"kind":"${record.kind}"`;
  switch (record.kind) {
    case 'act':
      return start + encodeAct(record);
    case 'checkpoint':
      return `${start},"note":[${record.note
        .split('\n')
        .map((line) => quoteAscii(line, MAX_NOTE_LINE_CHARS))
        .join(',')}]`;
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

function encodeApproval(record: ApprovalRecord): string {
  return (
    `,"event":"${record.event}","approval":${id(record.approval)},"act":${id(record.act)},"by":${name(record.by)}` +
    `,"tenant":${name(record.tenant)},"agent":${name(record.agent)}${optional('user', record.user)},"server":${name(record.server)}` +
    `${optional('tool', record.tool)}${optional('prompt', record.prompt)}` +
    (record.resource === undefined ? '' : `,"resource":${quoteAscii(toRecordedUri(record.resource), MAX_URI_CHARS)}`) +
    `,"rule":${name(record.rule)},"since":${whole(record.since)}`
  );
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
