// Goes on behind records for which a tombstone stands, and looks at what is left of their files: a removal goes from the first file on, so that only the
// last of them may still be there, and only as they were. Anything else that stands in their place was put there.

import type { ChainCheck } from './chain-check.ts';
import { diskFiles } from './files.ts';
import type { LogFile } from './files.ts';
import { parseFrame, toChain, toSegmentName } from './format.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogPart } from './log-parts.ts';
import { readLines } from './read-lines.ts';
import { readMembers, toNumber, toText } from './read-members.ts';
import type { Tombstone } from './tombstone.ts';
import type { TreeCheck } from './tree-check.ts';
import { withSegment } from './with-segment.ts';

/** What a log is read with. */
export interface RemovedReading {
  readonly directory: string;
  readonly chain: ChainCheck;
  readonly facts: LogFacts;
  readonly tree: TreeCheck;
}

/** Gives how many records are gone. */
export async function passRemoved(part: Extract<LogPart, { kind: 'removed' }>, reading: RemovedReading): Promise<number> {
  const { file, tombstone } = part;
  const { from, to, before, time, reason } = tombstone;
  const { chain, facts, tree } = reading;
  const place = { file, line: 1, position: 0 };
  const fits = chain.passOver(tombstone, place);
  // Where the chain said already what is wrong, the tree says nothing new.
  if (!tree.skip(tombstone.tree) && fits) {
    const says = `The records before record ${from} are not as many as there were when it was removed.`;
    chain.note({ what: 'rewritten', ...place, seq: 1, until: from - 1, says });
  }
  await checkLeft(part, reading);
  facts.addRemark(
    `Records ${from} to ${to}, none younger than ${new Date(before).toISOString()}, were removed at ${new Date(time).toISOString()}: ${reason}.`,
  );
  return to - from + 1;
}

/** Where lines stand between: the chain hash before the first, and the last of them. */
interface Stretch {
  readonly prev: string;
  readonly before: number;
  readonly chain: string;
  readonly seq: number;
}

async function checkLeft({ tombstone, left }: Extract<LogPart, { kind: 'removed' }>, reading: RemovedReading): Promise<void> {
  let end: Pick<Tombstone, 'chain' | 'to'> | undefined = tombstone;
  for (const number of left.toReversed()) {
    const found = await readStretch(reading.directory, number);
    if (found === 'gone') continue;
    if (found !== undefined && end !== undefined && found.chain === end.chain && found.seq === end.to) {
      end = { chain: found.prev, to: found.before };
      continue;
    }
    end = undefined;
    const says = 'This file stands in the place of records that were removed, and is not what is left of them.';
    reading.chain.note({
      what: 'foreign',
      file: toSegmentName(number),
      line: 1,
      position: 0,
      seq: tombstone.from,
      until: tombstone.to,
      says,
    });
  }
}

/** Undefined where its lines do not follow from each other. */
async function readStretch(directory: string, number: number): Promise<Stretch | undefined | 'gone'> {
  try {
    return await withSegment(diskFiles, directory, number, followAll);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'gone' : undefined;
  }
}

async function followAll(file: LogFile): Promise<Stretch | undefined> {
  let found: Stretch | undefined;
  let follows = true;
  await readLines(file, 0, (text) => {
    const frame = parseFrame(text);
    if (found === undefined) {
      const head = readMembers(text);
      const prev = toText(head['prev']);
      const before = toNumber(head['seq']) - 1;
      if (frame?.kind === 'segment') found = { prev, before, chain: prev, seq: before };
    }
    follows = found !== undefined && frame?.seq === found.seq + 1 && toChain(found.chain, frame.head) === frame.chain;
    if (follows && found !== undefined && frame !== undefined) found = { ...found, chain: frame.chain, seq: frame.seq };
    return follows;
  });
  return follows ? found : undefined;
}
