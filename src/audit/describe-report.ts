// The report of a verification as lines for a person. Names in it come from files that anybody may have changed: whoever prints them makes them harmless.

import type { LogReport } from './verify-log.ts';
import type { VerifyProgress } from './read-meter.ts';
import type { VerifyReport } from './verify.ts';

/** Everything that the report says, the verdict last. */
export function describeReport(report: VerifyReport): readonly string[] {
  return [
    ...report.logs.flatMap(describeLog),
    '',
    'What this check cannot tell:',
    ...report.limits.map((limit) => `  ${limit}`),
    '',
    report.ok ? describeGood(report) : describeBad(report),
  ];
}

/** Which logs do not hold, as a sentence. */
export function describeBad({ logs }: VerifyReport): string {
  const bad = logs.filter((log) => !log.ok).map((log) => log.slot);
  return `The record does not hold: ${bad.join(', ')}. Keep the files as they are and find out who could write them.`;
}

/** Says now and then how far it has come, if it takes long. */
export function createProgressReport(say: (line: string) => void, nowMs: () => number): (progress: VerifyProgress) => void {
  let saidAt = nowMs();
  return ({ records, bytes, ofBytes }) => {
    if (nowMs() - saidAt < PROGRESS_MS) return;
    saidAt = nowMs();
    say(
      `${Math.floor((100 * bytes) / Math.max(1, ofBytes))} % read: ${toMebibytes(bytes)} of ${toMebibytes(ofBytes)} MiB, ${records} records checked`,
    );
  };
}

const PROGRESS_MS = 1_000;

function toMebibytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}

/** That the logs hold, as a sentence. */
export function describeGood({ records, logs }: VerifyReport): string {
  const signed = logs.reduce((sum, log) => sum + (log.signed === undefined ? 0 : Math.max(0, log.signed.size - log.removed)), 0);
  return `Good: ${records} records in ${logs.length} ${logs.length === 1 ? 'log' : 'logs'}, none changed; ${signed} of them signed.`;
}

function describeLog(log: LogReport): readonly string[] {
  const span = log.firstTime === undefined || log.lastTime === undefined ? 'empty' : `${toTime(log.firstTime)} to ${toTime(log.lastTime)}`;
  return [
    isMissing(log) ? `${log.slot}  MISSING` : `${log.slot}  ${log.ok ? 'good' : 'CHANGED'}  ${log.records} records, ${span}, ${log.end}`,
    ...(log.seq > 0 ? [`  last record ${log.seq}, chain ${log.chain}`] : []),
    ...(log.signed === undefined
      ? []
      : [`  signed up to record ${log.signed.size}, ${toTime(log.signed.time)}; ${log.checkpoints} checkpoints hold`]),
    ...(log.anchored === undefined ? [] : [`  noted down outside the log up to record ${log.anchored.size}, ${toTime(log.anchored.time)}`]),
    ...(log.remembered === undefined
      ? []
      : [`  the keeper of this gateway remembers it up to record ${log.remembered.size}, ${toTime(log.remembered.time)}`]),
    ...log.findings.map(({ what, file, line, says }) => `  ${what}: ${file === '' ? '' : `${file}, line ${line}: `}${says}`),
    ...log.remarks.map((remark) => `  note: ${remark}`),
  ];
}

/** Of which nothing is there: it is known from a note alone. */
function isMissing({ segments, findings }: LogReport): boolean {
  return segments === 0 && findings.some(({ what }) => what === 'missing');
}

function toTime(time: number): string {
  return new Date(time).toISOString();
}
