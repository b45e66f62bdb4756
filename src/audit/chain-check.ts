// Follows the lines of one log and names every place where the chain breaks, by what was done there: so that the first bad
// record is named exactly, and one break does not hide the next. Pure; fed line by line, in constant memory.

import { GENESIS_CHAIN, parseFrame, toChain } from './format.ts';
import type { Frame } from './format.ts';

/**
 * What was done to the log. `rewritten`: not as it was signed, though its hashes fit. `forged`: it says that it is signed, and is not. `rolled-back`: it
 * ends before records that were signed. `foreign`: it is about another log, or no part of one.
 */
export type Tampering =
  | 'altered'
  | 'missing'
  | 'inserted'
  | 'duplicated'
  | 'reordered'
  | 'cut'
  | 'torn'
  | 'rewritten'
  | 'forged'
  | 'rolled-back'
  | 'foreign';

/** One place where the log is not what was written. */
export interface Finding {
  what: Tampering;
  readonly file: string;
  /** Line in the file, from 1, and its first byte. */
  readonly line: number;
  readonly position: number;
  /** The record it is about: for `missing` the first that is gone, for `rewritten` the first that may be. */
  readonly seq: number;
  /** The last record it may be about, where that is another. */
  readonly until?: number;
  says: string;
}

/** Where a line stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly position: number;
}

export interface ChainCheck {
  readonly findings: readonly Finding[];
  /** The last line that was followed. */
  readonly last: Link;
  /** There was a second record that could stand in the place of the last: nobody can say which was written. */
  readonly isContested: boolean;
  /** Returns the frame when the line follows from the one before. */
  add(text: string, place: Place): Frame | undefined;
  /** Goes over lines that are known to follow from each other. False, and nothing done, where they do not follow from the last line. */
  skip(lines: SkippedLines): boolean;
  /** Goes on behind records that were removed as they should be. False where what stands before them is not what did then, which is noted. */
  passOver(removed: RemovedRecords, place: Place): boolean;
  /** Adds a finding that is not about the order of lines. */
  note(finding: Finding): void;
  /** Call after the last line. */
  end(): void;
}

/** Lines that need not be followed one by one. */
export interface SkippedLines {
  /** The first record. */
  readonly from: number;
  /** Chain hash that it is chained to. */
  readonly prev: string;
  /** The last record, and the chain hashes of it and of the one before. */
  readonly to: number;
  readonly chain: string;
  readonly chainBefore: string;
}

/** Records of which is known only where they were, the chain hash of the last, and that before the first where it was signed too. */
export interface RemovedRecords {
  readonly from: number;
  readonly to: number;
  readonly chain: string;
  readonly prev: string | undefined;
}

/** More are not listed; the log is then known to be ruined. */
const MAX_FINDINGS = 100;

interface Link {
  readonly seq: number;
  readonly chain: string;
}

interface Doubt {
  readonly frame: Frame | undefined;
  readonly place: Place;
}

/** Begins before the first line of a log. */
export function createChainCheck(): ChainCheck {
  const findings: Finding[] = [];
  /** Ranges of records that were skipped, and the chain hash before them, to know them again should they turn up. */
  const gaps: { from: number; readonly to: number; prev: string; readonly finding: Finding }[] = [];
  let last: Link = { seq: 0, chain: GENESIS_CHAIN };
  /** The one before it, and a second record that could stand in the place of the last. */
  let before = last;
  let rival: Link | undefined;
  /** The last record that was passed over. */
  let passed = 0;
  /** A line that has the right number, or none, but does not follow; what it is depends on the next one. */
  let doubt: Doubt | undefined;

  const note = (finding: Finding): Finding | undefined => {
    if (findings.length >= MAX_FINDINGS) return undefined;
    findings.push(finding);
    return finding;
  };

  const moveTo = ({ seq, chain }: Link): void => {
    before = last;
    last = { seq, chain };
    rival = undefined;
  };

  const follows = (frame: Frame, after: Link): boolean => frame.seq === after.seq + 1 && toChain(after.chain, frame.head) === frame.chain;

  const settleDoubt = (next: Frame | undefined): void => {
    if (doubt === undefined) return;
    const { frame, place } = doubt;
    const seq = last.seq + 1;
    doubt = undefined;
    if (next !== undefined && follows(next, last)) {
      note({ what: 'inserted', ...place, seq, says: `This line is not part of the log: record ${seq} is the one after it.` });
      return;
    }
    // Where the next line follows from this one's own text, it is only this one's hash that is wrong.
    const chain = frame === undefined ? '' : toChain(last.chain, frame.head);
    if (frame !== undefined && next !== undefined && follows(next, { seq, chain })) {
      note({ what: 'altered', ...place, seq, says: `The chain hash of record ${seq} was altered.` });
      moveTo({ seq, chain });
      return;
    }
    const or = seq === 1 ? '' : `, or record ${last.seq} was and got a fitting hash`;
    const says =
      frame === undefined
        ? `Record ${seq} can no longer be read as a record.`
        : `Record ${seq} does not follow from record ${last.seq}: it was altered${or}.`;
    note({ what: 'altered', ...place, seq, says });
    // Take the chain up again from what the line says of itself, so that later breaks are found too.
    moveTo({ seq, chain: frame?.chain ?? '' });
  };

  /** A record with a number that is already behind us: one of those that were skipped, or a second one. */
  const addEarlier = (frame: Frame, place: Place): void => {
    const gap = gaps.find(({ from, to, prev }) => frame.seq >= from && frame.seq <= to && follows(frame, { seq: from - 1, chain: prev }));
    if (gap === undefined) {
      const fits = frame.seq === last.seq && follows(frame, before);
      if (fits) rival = { seq: frame.seq, chain: frame.chain };
      const says = fits ? 'both could stand here: one of them was put in' : 'it stands before this one';
      note({ what: 'duplicated', ...place, seq: frame.seq, says: `There is a second record ${frame.seq}; ${says}.` });
      return;
    }
    gap.finding.what = 'reordered';
    gap.finding.says = `Record ${gap.finding.seq} should stand here; it stands at line ${place.line} of ${place.file}.`;
    gap.from = frame.seq + 1;
    gap.prev = frame.chain;
  };

  /** Record `next` came where another should have. */
  const addMissing = (next: number, place: Place): void => {
    const from = last.seq + 1;
    const to = next - 1;
    const says = from === to ? `Record ${from} is missing before this line.` : `Records ${from} to ${to} are missing before this line.`;
    const finding = note({ what: 'missing', ...place, seq: from, says });
    if (finding !== undefined) gaps.push({ from, to, prev: last.chain, finding });
  };

  /** Records that were removed followed others than those that stand before them now: the chain hash is over everything before it. */
  const addOtherPast = ({ from, prev }: RemovedRecords, place: Place): boolean => {
    if (from > last.seq + 1) {
      addMissing(from, place);
      return true;
    }
    if (from <= last.seq) {
      const says = `Records ${from} to ${last.seq} were removed, and others stand in their place.`;
      note({ what: 'rewritten', ...place, seq: from, until: last.seq, says });
      return true;
    }
    // Behind a record that cannot be read the chain is not known; that is a finding by itself.
    if (prev === undefined || last.chain === '' || prev === last.chain) return false;
    const says = `Among records ${passed + 1} to ${last.seq} are some that are not those that stood there when the ones behind them were removed.`;
    note({ what: 'rewritten', ...place, seq: passed + 1, until: last.seq, says });
    return true;
  };

  return {
    findings,
    get last() {
      return last;
    },
    get isContested() {
      return rival !== undefined;
    },
    add(text, place) {
      const frame = parseFrame(text);
      settleDoubt(frame);
      if (frame === undefined || frame.seq === last.seq + 1) {
        // After an unreadable record nothing can be said about the one behind it but that its number is right.
        const fits = frame !== undefined && (last.chain === '' || follows(frame, last) || (rival !== undefined && follows(frame, rival)));
        if (fits) {
          moveTo(frame);
          return frame;
        }
        doubt = { frame, place };
        return undefined;
      }
      if (frame.seq <= last.seq) {
        addEarlier(frame, place);
        return undefined;
      }
      addMissing(frame.seq, place);
      moveTo(frame);
      return frame;
    },
    skip({ from, prev, to, chain, chainBefore }) {
      if (doubt !== undefined || last.seq + 1 !== from || last.chain !== prev) return false;
      last = { seq: to - 1, chain: chainBefore };
      moveTo({ seq: to, chain });
      return true;
    },
    passOver(removed, place) {
      settleDoubt(undefined);
      const fits = !addOtherPast(removed, place);
      if (removed.to > last.seq) moveTo({ seq: removed.to, chain: removed.chain });
      passed = removed.to;
      return fits;
    },
    note: (finding) => void note(finding),
    end: () => settleDoubt(undefined),
  };
}
