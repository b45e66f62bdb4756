// The leaves of one segment, read again for somebody who needs the tree at a certain size: fast where the segment is as it should be, else line by line, as
// long as each follows from the one before.

import { hash } from 'node:crypto';
import { diskFiles } from './files.ts';
import type { LogFile } from './files.ts';
import { parseFrame, toChain } from './format.ts';
import { createLeafRun } from './leaf-run.ts';
import type { LeafRun } from './leaf-run.ts';
import { readLines } from './read-lines.ts';
import { readMembers, toNumber, toText } from './read-members.ts';
import { isTelling, passSegment } from './segment-pass.ts';
import type { TellingLine } from './segment-pass.ts';
import { withSegment } from './with-segment.ts';

/** A segment's leaves, and its lines about the log itself. */
export interface SegmentRun {
  readonly leaves: LeafRun;
  readonly telling: readonly TellingLine[];
}

/** Reads a segment from its head on; undefined where it has none. */
export function readRun(directory: string, number: number): Promise<SegmentRun | undefined> {
  return withSegment(diskFiles, directory, number, async (file) => (await passSegment(file)) ?? followLines(file));
}

async function followLines(file: LogFile): Promise<SegmentRun | undefined> {
  const telling: TellingLine[] = [];
  let leaves: ReturnType<typeof createLeafRun> | undefined;
  let chain = '';
  let line = 0;
  await readLines(file, 0, (text, position) => {
    line += 1;
    const frame = parseFrame(text);
    if (frame === undefined) return true;
    if (leaves === undefined) {
      if (frame.kind !== 'segment') return false;
      const head = readMembers(text);
      leaves = createLeafRun(toNumber(head['seq']) - 1);
      chain = toText(head['prev']);
    }
    if (frame.seq !== leaves.to + 1 || toChain(chain, frame.head) !== frame.chain) return true;
    chain = frame.chain;
    leaves.add(hash('sha256', `\0${text}`, 'latin1'));
    if (isTelling(frame.kind)) telling.push({ line, position, seq: frame.seq, kind: frame.kind, time: frame.time, text });
    return true;
  });
  return leaves === undefined ? undefined : { leaves: leaves.build(), telling };
}
