// Checks audit logs from their files alone, also while they are being written. It claims no more than it can know: what a chain
// without a key and without an anchor cannot show is said in the report, in words.

import { join } from 'node:path';

import { sha256Hex } from '../base/index.ts';
import { createChainCheck } from './chain-check.ts';
import type { ChainCheck, Finding } from './chain-check.ts';
import { diskFiles } from './files.ts';
import type { LogFile } from './files.ts';
import { COMMIT_MAX_BYTES, toSegmentName } from './format.ts';
import type { Frame } from './format.ts';
import { listLogs } from './log-directory.ts';
import type { LogDirectory } from './log-directory.ts';
import { isBlank, readLines, readRange } from './read-lines.ts';
import type { SegmentEnd } from './read-lines.ts';
import { readMembers, toNumber, toText } from './read-members.ts';

/** The state of one log. */
export interface LogReport {
  readonly slot: string;
  readonly ok: boolean;
  readonly segments: number;
  /** Lines read, and how many of them by kind. */
  readonly records: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly firstTime: number | undefined;
  readonly lastTime: number | undefined;
  /** Number and chain hash of the last record: noted down elsewhere, they are an anchor. */
  readonly seq: number;
  readonly chain: string;
  /** `closed` in order; `open`: a writer is at work or was killed; `unfinished`: so, in the middle of a write. */
  readonly end: 'closed' | 'open' | 'unfinished';
  /** In the order of the log: the first is the first bad record. */
  readonly findings: readonly Finding[];
  /** What the log says of itself and a reader should know: torn writes, records it could not take. */
  readonly remarks: readonly string[];
}

/** The state of all logs below a directory. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly logs: readonly LogReport[];
  readonly records: number;
  /** What this check cannot exclude. */
  readonly limits: readonly string[];
}

/** A torn write that the log itself must have put on record for it to be no finding. */
interface Torn {
  readonly finding: Finding;
  readonly bytes: number;
  readonly sha256: string;
}

interface Progress {
  readonly chain: ChainCheck;
  readonly kinds: Record<string, number>;
  readonly remarks: string[];
  torn: Torn[];
  records: number;
  firstTime: number | undefined;
  lastTime: number | undefined;
  closed: boolean;
  /** Size that the segment being read was made with. */
  declaredBytes: number;
}

const LIVE_RETRIES = 3;
const LIVE_PAUSE_MS = 50;

/** Verifies the log in a directory, or all logs one level below it. No log at all is not a good log. */
export async function verifyLogs(directory: string): Promise<VerifyReport> {
  const logs: LogReport[] = [];
  for (const log of await listLogs(directory)) logs.push(await verifyLog(log));
  const cut = logs.map(
    ({ slot, lastTime }) =>
      `${slot}: ${lastTime === undefined ? 'it has no record; whether it ever had' : `whether records after ${new Date(lastTime).toISOString()} were cut off its end`} cannot be told without an anchor.`,
  );
  return {
    ok: logs.length > 0 && logs.every((log) => log.ok),
    logs,
    records: logs.reduce((sum, log) => sum + log.records, 0),
    limits: [
      ...cut,
      'Whether a whole log was removed, or rewritten from some record on by someone who computed all its hashes anew, cannot be told: the chain has no key.',
    ],
  };
}

async function verifyLog({ slot, directory, segments }: LogDirectory): Promise<LogReport> {
  const progress: Progress = {
    chain: createChainCheck(),
    kinds: {},
    remarks: [],
    torn: [],
    records: 0,
    firstTime: undefined,
    lastTime: undefined,
    closed: false,
    declaredBytes: 0,
  };
  // Once a segment holds anything, the ones before it are final; the ones after it may begin any moment, and are left for the next time.
  const used = await dropBlank(directory, segments);
  let end: LogReport['end'] = 'open';
  for (const number of used) {
    const name = toSegmentName(number);
    end = await withSegment(directory, number, (file) => verifySegment(file, name, number === used.at(-1), progress));
  }
  const { chain } = progress;
  chain.end();
  for (const { finding } of progress.torn) chain.note(finding);
  return {
    slot,
    ok: chain.findings.length === 0,
    segments: used.length,
    records: progress.records,
    kinds: progress.kinds,
    firstTime: progress.firstTime,
    lastTime: progress.lastTime,
    ...chain.last,
    end: end === 'open' && progress.closed ? 'closed' : end,
    findings: [...chain.findings].sort((a, b) => (a.file === b.file ? a.position - b.position : a.file < b.file ? -1 : 1)),
    remarks: progress.remarks,
  };
}

async function dropBlank(directory: string, segments: readonly number[]): Promise<readonly number[]> {
  let count = segments.length;
  while (count > 0 && (await withSegment(directory, segments[count - 1] ?? 0, isBlank))) count -= 1;
  return segments.slice(0, count);
}

async function withSegment<T>(directory: string, number: number, use: (file: LogFile) => Promise<T>): Promise<T> {
  const file = await diskFiles.open(join(directory, toSegmentName(number)), 'read');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function verifySegment(file: LogFile, name: string, newest: boolean, progress: Progress): Promise<LogReport['end']> {
  let line = 0;
  progress.declaredBytes = 0;
  const read = (from: number): Promise<SegmentEnd> =>
    readLines(file, from, (text, position) => {
      line += 1;
      progress.records += 1;
      noteRecord(progress.chain.add(text, { file: name, line, position }), text, progress);
      return true;
    });

  let end = await read(0);
  // A writer at work: what looked like a hole may be a write that was under way between two reads.
  for (let tries = 0; newest && end.restEnd > end.position && tries < LIVE_RETRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, LIVE_PAUSE_MS));
    const before = end.position;
    end = await read(before);
    if (end.position > before) tries = 0;
  }
  const place = { file: name, line: line + 1, position: end.position, seq: progress.chain.last.seq + 1 };
  if (file.sizeBytes < progress.declaredBytes) {
    const says = `The file was made with ${progress.declaredBytes} bytes and has ${file.sizeBytes}: its end was cut off.`;
    progress.chain.note({ what: 'cut', ...place, says });
  }
  if (end.restEnd === end.position) return 'open';
  return judgeRest(file, end, place, newest, progress);
}

/** Bytes behind the last line that are neither zeros nor a line. */
async function judgeRest(
  file: LogFile,
  end: SegmentEnd,
  place: Omit<Finding, 'what' | 'says'>,
  newest: boolean,
  progress: Progress,
): Promise<LogReport['end']> {
  const bytes = end.restEnd - end.position;
  if (bytes > COMMIT_MAX_BYTES) {
    progress.chain.note({
      what: 'altered',
      ...place,
      says: `${bytes} bytes after record ${place.seq - 1} are no records, more than any crash leaves.`,
    });
    return 'unfinished';
  }
  const rest = await readRange(file, end.position, end.restEnd);
  // The beginning of a line, and nothing behind it: a killed writer, or one at work.
  if (newest && !rest.includes(0)) return 'unfinished';
  const says = `${bytes} bytes after record ${place.seq - 1} are no records: a write torn by a crash that is not on record yet, or tampering.`;
  progress.torn.push({ finding: { what: 'torn', ...place, says }, bytes, sha256: sha256Hex(rest) });
  return 'unfinished';
}

function noteRecord(frame: Frame | undefined, text: string, progress: Progress): void {
  if (frame === undefined) return;
  progress.kinds[frame.kind] = (progress.kinds[frame.kind] ?? 0) + 1;
  progress.firstTime ??= frame.time;
  progress.lastTime = frame.time;
  progress.closed = false;
  if (frame.kind === 'segment') progress.declaredBytes = toNumber(readMembers(text)['bytes']);
  if (frame.kind === 'log') noteEvent(readMembers(text), frame, progress);
}

function noteEvent(members: Readonly<Record<string, unknown>>, frame: Frame, progress: Progress): void {
  const at = new Date(frame.time).toISOString();
  switch (members['event']) {
    case 'closed':
      progress.closed = true;
      break;
    case 'recovered': {
      const { file, position, bytes, sha256 } = members;
      progress.torn = progress.torn.filter(
        (torn) => !(torn.finding.file === file && torn.finding.position === position && torn.bytes === bytes && torn.sha256 === sha256),
      );
      progress.remarks.push(
        `A write torn by a crash was found at ${at}: ${toNumber(bytes)} bytes at ${toNumber(position)} of ${toText(file)}.`,
      );
      break;
    }
    case 'damaged':
      progress.remarks.push(
        `The log itself found damage at ${at}: from byte ${toNumber(members['position'])} of ${toText(members['file'])} on.`,
      );
      break;
    case 'gap':
      progress.remarks.push(
        `${toNumber(members['records'])} records could not be taken up to ${at} (${toText(members['reason'])}); calls among them were denied.`,
      );
      break;
    default:
  }
}
