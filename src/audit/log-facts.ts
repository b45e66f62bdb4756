// What a log says of itself, gathered while it is read: how much there is of what, from when to when, and what happened to it. No I/O.

import type { Finding } from './chain-check.ts';
import { readMembers, toNumber, toText } from './read-members.ts';
import type { SegmentPass, TellingLine } from './segment-pass.ts';

/** A torn write, which is a finding unless the log itself has put it on record. */
export interface Torn {
  readonly finding: Finding;
  readonly bytes: number;
  readonly sha256: string;
}

export interface LogFacts {
  readonly records: number;
  /** Records by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly firstTime: number | undefined;
  readonly lastTime: number | undefined;
  /** The last record that is no checkpoint itself: those behind it cannot be signed by the time they are written. */
  readonly lastNews: number;
  /** The last record says that the log was closed in order. */
  readonly closed: boolean;
  /** What a reader should know: torn writes, records that could not be taken. */
  readonly remarks: readonly string[];
  /** Torn writes that are not on record. */
  readonly torn: readonly Torn[];
  /** Size that the segment being read was made with. */
  readonly declaredBytes: number;
  beginSegment(): void;
  /** A line, whatever is on it. */
  countLine(): void;
  /** A record that follows from the one before. */
  add(line: TellingLine): void;
  /** All records of a segment that is as it should be. */
  addSegment(pass: SegmentPass): void;
  addTorn(torn: Torn): void;
  addRemark(text: string): void;
}

export function createLogFacts(): LogFacts {
  const kinds: Record<string, number> = {};
  const remarks: string[] = [];
  let torn: Torn[] = [];
  let records = 0;
  let firstTime: number | undefined;
  let lastTime: number | undefined;
  let lastNews = 0;
  let closed = false;
  let declaredBytes = 0;

  const addEvent = ({ time, text }: TellingLine): void => {
    const members = readMembers(text);
    const at = new Date(time).toISOString();
    switch (members['event']) {
      case 'closed':
        closed = true;
        break;
      case 'recovered': {
        const { file, position, bytes, sha256 } = members;
        torn = torn.filter(
          (one) => !(one.finding.file === file && one.finding.position === position && one.bytes === bytes && one.sha256 === sha256),
        );
        remarks.push(`A write torn by a crash was found at ${at}: ${toNumber(bytes)} bytes at ${toNumber(position)} of ${toText(file)}.`);
        break;
      }
      case 'damaged':
        remarks.push(`The log itself found damage at ${at}: from byte ${toNumber(members['position'])} of ${toText(members['file'])} on.`);
        break;
      case 'disputed':
        remarks.push(
          `The keeper refused to sign the log at ${at} (${toText(members['why'])}): it had signed another one, up to record ${toNumber(members['signed'])}.`,
        );
        break;
      case 'gap':
        remarks.push(
          `${toNumber(members['records'])} records could not be taken up to ${at} (${toText(members['reason'])}); calls among them were denied.`,
        );
        break;
      default:
    }
  };

  const addTelling = (line: TellingLine): void => {
    if (line.kind === 'segment') declaredBytes = toNumber(readMembers(line.text)['bytes']);
    if (line.kind === 'log') addEvent(line);
  };

  return {
    get records() {
      return records;
    },
    kinds,
    get firstTime() {
      return firstTime;
    },
    get lastTime() {
      return lastTime;
    },
    get lastNews() {
      return lastNews;
    },
    get closed() {
      return closed;
    },
    remarks,
    get torn() {
      return torn;
    },
    get declaredBytes() {
      return declaredBytes;
    },
    beginSegment() {
      declaredBytes = 0;
    },
    countLine() {
      records += 1;
    },
    add(line) {
      kinds[line.kind] = (kinds[line.kind] ?? 0) + 1;
      firstTime ??= line.time;
      lastTime = line.time;
      if (line.kind !== 'checkpoint') lastNews = line.seq;
      closed = false;
      addTelling(line);
    },
    addSegment({ kinds: counts, leaves, telling, firstTime: first, lastTime: last }) {
      for (const [kind, count] of Object.entries(counts)) kinds[kind] = (kinds[kind] ?? 0) + count;
      records += leaves.to - leaves.from;
      firstTime ??= first;
      lastTime = last;
      const checkpoints = new Set(telling.filter(({ kind }) => kind === 'checkpoint').map(({ seq }) => seq));
      for (lastNews = leaves.to; checkpoints.has(lastNews);) lastNews -= 1;
      for (const line of telling) {
        closed = false;
        addTelling(line);
      }
      if (telling.at(-1)?.seq !== leaves.to) closed = false;
    },
    addTorn: (one) => void torn.push(one),
    addRemark: (text) => void remarks.push(text),
  };
}
