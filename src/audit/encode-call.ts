// How the two records of a call are written: one line of JSON each (encode-record.ts), byte by byte, because every call has them.

import { quoteAscii } from '../telemetry/index.ts';
import { encodeFinding, finite, id, MAX_ID_CHARS, MAX_NAME_CHARS, MAX_URI_CHARS, name, whole } from './encode-words.ts';
import { putPart, putQuoted, putText, putWhole, toPart } from './line-bytes.ts';
import { MAX_RECORDED_FINDINGS } from './record.ts';
import type { Commitment, DecisionRecord, OutcomeRecord, RecordedCapture } from './record.ts';
import { toRecordedUri } from './recorded-uri.ts';

const START = toPart('{"v":1,"seq":');
const TIME = toPart(',"time":');
const DECISION = toPart(',"kind":"decision","id":');
const OUTCOME = toPart(',"kind":"outcome","id":');
const VERDICTS: Readonly<Record<DecisionRecord['verdict'], Uint8Array>> = {
  allow: toPart(',"verdict":"allow"'),
  deny: toPart(',"verdict":"deny"'),
  ask: toPart(',"verdict":"ask"'),
};
const RULE = toPart(',"rule":');
const REASON = toPart(',"reason":');
const LIMIT = toPart(',"limit":');
const TENANT = toPart(',"tenant":');
const AGENT = toPart(',"agent":');
const USER = toPart(',"user":');
const SUBJECT = toPart(',"subject":');
const KEY_ID = toPart(',"keyId":');
const LISTENER = toPart(',"listener":');
const SERVER = toPart(',"server":');
const ERAS: Readonly<Record<DecisionRecord['era'], Uint8Array>> = {
  modern: toPart(',"era":"modern","revision":'),
  legacy: toPart(',"era":"legacy","revision":'),
};
const METHOD = toPart(',"method":');
const TOOL = toPart(',"tool":');
const FINGERPRINT = toPart(',"fingerprint":');
const PROMPT = toPart(',"prompt":');
const SNAPSHOT = toPart(',"snapshot":');
const REQUEST_BYTES = toPart(',"requestBytes":');
const CLASS = toPart(',"class":');
const INSPECTION = toPart(',"inspection":');
const MONO = toPart(',"mono":');
const APPROVAL = toPart(',"approval":');
const STATUS = toPart(',"status":');
const CODE = toPart(',"code":');
const ANSWER_BYTES = toPart(',"answerBytes":');
const GATEWAY_US = toPart(',"gatewayUs":');
const SERVER_US = toPart(',"serverUs":');
const FORWARDED_US = toPart(',"forwardedUs":');
const FIRST_BYTE_US = toPart(',"firstByteUs":');
const ARGS = toPart(',"args":{"key":');
const ANSWER = toPart(',"answer":{"key":');
const MAC = toPart(',"mac":');
const CLOSE = toPart('}');

/** Writes the head of a decision's line; gives back its end. */
export function putDecision(into: Buffer, from: number, record: DecisionRecord, seq: number): number {
  let at = putStart(into, from, seq, record.time);
  at = putQuoted(into, putPart(into, at, DECISION), record.id, MAX_ID_CHARS);
  at = putPart(into, at, VERDICTS[record.verdict]);
  at = putOptional(into, at, RULE, record.rule);
  at = putOptional(into, at, REASON, record.reason);
  at = putOptional(into, at, LIMIT, record.limit);
  if (record.taint !== undefined) at = putText(into, at, `,"taint":[${record.taint.map(name).join(',')}]`);
  at = putFindings(into, at, record);
  at = putName(into, at, TENANT, record.tenant);
  at = putOptional(into, at, AGENT, record.agent);
  at = putOptional(into, at, USER, record.user);
  at = putOptional(into, at, SUBJECT, record.subject);
  at = putName(into, at, KEY_ID, record.keyId);
  at = putName(into, at, LISTENER, record.listener);
  at = putName(into, at, SERVER, record.server);
  at = putName(into, at, ERAS[record.era], record.revision);
  at = putName(into, at, METHOD, record.method);
  at = putOptional(into, at, TOOL, record.tool);
  at = putOptional(into, at, FINGERPRINT, record.fingerprint);
  at = putOptional(into, at, PROMPT, record.prompt);
  if (record.resource !== undefined) at = putText(into, at, `,"resource":${quoteAscii(toRecordedUri(record.resource), MAX_URI_CHARS)}`);
  at = putWhole(into, putPart(into, at, SNAPSHOT), record.snapshot);
  at = putWhole(into, putPart(into, at, REQUEST_BYTES), record.requestBytes);
  at = putOptional(into, at, CLASS, record.class);
  at = putCommitment(into, at, ARGS, record.args);
  at = putOptional(into, at, INSPECTION, record.inspection);
  at = putCapture(into, at, record.capture);
  at = putFigure(into, at, MONO, record.mono);
  return record.approval === undefined ? at : putQuoted(into, putPart(into, at, APPROVAL), record.approval, MAX_ID_CHARS);
}

/** Writes the head of an outcome's line; gives back its end. */
export function putOutcome(into: Buffer, from: number, record: OutcomeRecord, seq: number): number {
  let at = putStart(into, from, seq, record.time);
  at = putQuoted(into, putPart(into, at, OUTCOME), record.id, MAX_ID_CHARS);
  at = putName(into, at, STATUS, record.status);
  at = putOptional(into, at, CODE, record.code);
  if (record.questions !== undefined) at = putText(into, at, `,"questions":[${record.questions.map(name).join(',')}]`);
  at = putFindings(into, at, record);
  if (record.rpcCode !== undefined) at = putText(into, at, `,"rpcCode":${finite(record.rpcCode)}`);
  at = putFigure(into, at, REQUEST_BYTES, record.requestBytes);
  at = putFigure(into, at, ANSWER_BYTES, record.answerBytes);
  at = putFigure(into, at, GATEWAY_US, record.gatewayUs);
  at = putFigure(into, at, SERVER_US, record.serverUs);
  at = putFigure(into, at, FORWARDED_US, record.forwardedUs);
  at = putFigure(into, at, FIRST_BYTE_US, record.firstByteUs);
  at = putCommitment(into, at, ANSWER, record.answer);
  at = putCapture(into, at, record.capture);
  return putFigure(into, at, MONO, record.mono);
}

function putStart(into: Buffer, from: number, seq: number, time: number): number {
  const at = putWhole(into, putPart(into, from, START), seq);
  return putWhole(into, putPart(into, at, TIME), time);
}

function putName(into: Buffer, at: number, member: Uint8Array, value: string): number {
  return putQuoted(into, putPart(into, at, member), value, MAX_NAME_CHARS);
}

function putOptional(into: Buffer, at: number, member: Uint8Array, value: string | undefined): number {
  return value === undefined ? at : putName(into, at, member, value);
}

function putFigure(into: Buffer, at: number, member: Uint8Array, value: number | undefined): number {
  return value === undefined ? at : putWhole(into, putPart(into, at, member), value);
}

function putCommitment(into: Buffer, from: number, member: Uint8Array, commitment: Commitment | undefined): number {
  if (commitment === undefined) return from;
  const at = putQuoted(into, putPart(into, from, member), commitment.key, MAX_ID_CHARS);
  return putPart(into, putQuoted(into, putPart(into, at, MAC), commitment.mac, MAX_ID_CHARS), CLOSE);
}

function putCapture(into: Buffer, at: number, capture: RecordedCapture | undefined): number {
  if (capture === undefined) return at;
  const { purpose, bytes, sha256 } = capture;
  return putText(into, at, `,"capture":{"id":${id(capture.id)},"purpose":${name(purpose)},"bytes":${whole(bytes)},"sha256":${id(sha256)}}`);
}

function putFindings(into: Buffer, at: number, { findings, findingsTotal }: DecisionRecord | OutcomeRecord): number {
  if (findings === undefined || findings.length === 0) return at;
  const listed = findings.slice(0, MAX_RECORDED_FINDINGS).map(encodeFinding).join(',');
  return putText(into, at, `,"findings":[${listed}]${findingsTotal === undefined ? '' : `,"findingsTotal":${whole(findingsTotal)}`}`);
}
