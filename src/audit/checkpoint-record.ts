// The signed note on a line of the log. Checking a signature costs as much as hashing eighty records, and a quiet log has one for every few: so it is done
// where there is time for it, on the threads that read ahead.

import type { LogFile } from './files.ts';
import { openNote } from './note.ts';
import type { VerifierKey } from './note.ts';
import { readMembers, toText } from './read-members.ts';
import { passSegment } from './segment-pass.ts';
import type { SegmentPass, TellingLine } from './segment-pass.ts';

/** The note of a checkpoint's record, as it was signed. */
export function noteOf(record: string): string {
  const lines = readMembers(record)['note'];
  return Array.isArray(lines) ? lines.map(toText).join('\n') : '';
}

/** Goes over a segment (segment-pass.ts), and says of each checkpoint in it whether one of the keys signed it. */
export async function passSigned(file: LogFile, keys: readonly VerifierKey[] | undefined): Promise<SegmentPass | undefined> {
  const pass = await passSegment(file);
  if (pass === undefined || keys === undefined) return pass;
  const check = (line: TellingLine): TellingLine =>
    line.kind === 'checkpoint' ? { ...line, isSigned: openNote(noteOf(line.text), keys) !== undefined } : line;
  return { ...pass, telling: pass.telling.map(check) };
}
