// What names and numbers are on a line of the record, as text. Names come from strangers: each is cut, cleared of hidden characters and written as ASCII
// (telemetry/printable.ts). Pure.

import { quoteAscii } from '../telemetry/index.ts';
import { toWhole } from './line-bytes.ts';
import type { RecordedFinding } from './record.ts';

export const MAX_ID_CHARS = 64;
export const MAX_NAME_CHARS = 128;
export const MAX_URI_CHARS = 512;
const MAX_PATH_CHARS = 200;

export function id(value: string): string {
  return quoteAscii(value, MAX_ID_CHARS);
}

export function name(value: string): string {
  return quoteAscii(value, MAX_NAME_CHARS);
}

/** A member, where it has a value. */
export function optional(member: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${member}":${name(value)}`;
}

export function whole(value: number): string {
  return String(toWhole(value));
}

export function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

export function encodeFinding(finding: RecordedFinding): string {
  const path = quoteAscii(finding.path, MAX_PATH_CHARS);
  return `{"type":${id(finding.type)},"class":${id(finding.class)},"count":${whole(finding.count)},"path":${path},"action":${id(finding.action)}}`;
}
