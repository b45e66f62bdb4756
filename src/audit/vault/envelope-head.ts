// The head of an envelope, to one line of ASCII and back. What is read may have been altered: it is believed in what it says of itself only by whoever
// opens it, since the head is authenticated with what is in it.

import { sha256Hex } from '../../base/index.ts';
import { quoteAscii } from '../../telemetry/index.ts';
import { readMembers, toNumber, toText } from '../read-members.ts';
import type { EnvelopeHead, EnvelopeParts, EnvelopeSeal } from './types.ts';

/** Longest head; what is written stays far below. */
export const HEAD_MAX_BYTES = 4096;

const MAX_NAME_CHARS = 256;
const LF = 0x0a;
/** What a Date can hold (ECMA-262, section 21.4.1.1). */
const MAX_TIME_MS = 8.64e15;

/** The line, with its LF. */
export function printHead(head: EnvelopeParts & EnvelopeSeal): Uint8Array {
  const { id, call, part, purpose, time, until, tenant, server, name, subject, key, recipient, isCut, enc, dek, bytes } = head;
  return Buffer.from(
    `{"v":1,"id":${text(id)},"call":${text(call)},"part":"${part}","purpose":${text(purpose)},"time":${time},"until":${until}` +
      `,"tenant":${text(tenant)},"server":${text(server)},"name":${text(name)},"subject":${text(subject)},"key":${text(key)}` +
      `,"recipient":${text(recipient)},"enc":${base64(enc)},"dek":${base64(dek)},"bytes":${bytes},"cut":${isCut},"half":"head"}\n`,
    'latin1',
  );
}

/** Reads the head of an envelope; undefined where it has none, or one that nobody can have written: whoever shows or removes it goes by its times. */
export function readHead(envelope: Uint8Array): EnvelopeHead | undefined {
  const end = envelope.subarray(0, HEAD_MAX_BYTES).indexOf(LF);
  if (end < 0) return undefined;
  const line = Buffer.from(envelope.subarray(0, end)).toString('latin1');
  const members = readMembers(line);
  const part = members['part'];
  if (members['v'] !== 1 || (part !== 'arguments' && part !== 'result')) return undefined;
  if (!isTime(members['time']) || !isTime(members['until'])) return undefined;
  const of = (member: string): string => toText(members[member]);
  return {
    id: of('id'),
    call: of('call'),
    part,
    purpose: of('purpose'),
    time: toNumber(members['time']),
    until: toNumber(members['until']),
    tenant: of('tenant'),
    server: of('server'),
    name: of('name'),
    subject: of('subject'),
    key: of('key'),
    recipient: of('recipient'),
    isCut: members['cut'] === true,
    enc: Buffer.from(of('enc'), 'base64url'),
    dek: Buffer.from(of('dek'), 'base64url'),
    bytes: toNumber(members['bytes']),
    digest: members['half'] === 'head' ? sha256Hex(envelope.subarray(0, end + 1)) : undefined,
    length: end + 1,
  };
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_TIME_MS;
}

function text(value: string): string {
  return quoteAscii(value, MAX_NAME_CHARS);
}

function base64(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes).toString('base64url')}"`;
}
