// The check that nobody changed the record, with a report for people who read it in a browser.

import { join } from 'node:path';
import { describeBad, describeGood, findUnreadable, verifyLogs } from '../../audit/index.ts';
import type { LogReport } from '../../audit/index.ts';
import type { VerificationReport } from '../../admin/index.ts';
import { toTime } from './record-view.ts';

/** More findings of one log are counted, not listed: whoever rewrote a log has changed every line of it. */
const MAX_BAD = 100;

/** Verifies the logs of a data folder, against what the keeper remembers and these anchors that are files. */
export async function verifyRecord(
  dataFolder: string,
  anchors: readonly string[],
  onProgress: (bytes: number, ofBytes: number) => void,
): Promise<VerificationReport> {
  const used: string[] = [];
  const unused: string[] = [];
  for (const file of anchors) {
    const unreadable = await findUnreadable({ files: [file] });
    if (unreadable === undefined) used.push(file);
    else unused.push(`An anchor was not used: ${unreadable}`);
  }
  const report = await verifyLogs(join(dataFolder, 'audit'), {
    anchors: used,
    keeper: join(dataFolder, 'keys'),
    onProgress: ({ bytes, ofBytes }) => onProgress(bytes, ofBytes),
  });
  return {
    ok: report.ok,
    says: report.ok ? describeGood(report) : describeBad(report),
    records: report.records,
    logs: report.logs.map(toLog),
    keys: [...report.keys],
    anchors: used,
    limits: [...unused, ...report.limits],
  };
}

type LogView = VerificationReport['logs'][number];

function toLog(log: LogReport): LogView {
  return {
    log: log.slot,
    ok: log.ok,
    records: log.records,
    files: log.segments,
    first: log.firstTime === undefined ? null : toTime(log.firstTime),
    last: log.lastTime === undefined ? null : toTime(log.lastTime),
    end: log.end,
    checkpoints: log.checkpoints,
    removed: log.removed,
    signed: toSigned(log.signed),
    anchored: toSigned(log.anchored),
    remembered: toSigned(log.remembered),
    bad: log.findings
      .slice(0, MAX_BAD)
      .map(({ what, file, line, seq, until, says }) => ({ what, file, line, seq, until: until ?? null, says })),
    badTotal: log.findings.length,
    remarks: [...log.remarks],
  };
}

function toSigned(signed: LogReport['signed']): LogView['signed'] {
  return signed === undefined ? null : { records: signed.size, at: toTime(signed.time) };
}
