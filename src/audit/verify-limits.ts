// What a check of the logs cannot tell, in words, for whoever has to rely on it. Pure.

import { newerOf } from './checkpoint-check.ts';
import type { Signed } from './checkpoint-check.ts';
import type { LogReport } from './verify-log.ts';
import type { KeySource } from './verify.ts';

/** What the logs were held against. */
export interface LimitsContext {
  readonly keySource: KeySource;
  /** There were notes that had been kept elsewhere. */
  readonly anchored: boolean;
  /** Sentences about notes that could not be used. */
  readonly unread: readonly string[];
}

/** One sentence for each thing that cannot be excluded. */
export function toLimits(logs: readonly LogReport[], { keySource, anchored, unread }: LimitsContext): readonly string[] {
  return [
    ...unread,
    ...logs.filter(({ segments }) => segments > 0).flatMap((log) => [toCut(log, anchored), ...toUnsigned(log)]),
    ...(anchored
      ? ['Whether a log that no anchor knows was removed as a whole cannot be told.']
      : ['Whether a whole log was removed cannot be told without an anchor.']),
    ...toKeyLimits(keySource),
  ];
}

function toCut({ slot, lastTime, anchored, remembered, seq }: LogReport, hasNotes: boolean): string {
  if (lastTime === undefined) return `${slot}: it has no record; whether it ever had cannot be told without an anchor.`;
  const noted = newerOf(anchored, remembered);
  // A note of the very last record says more than the record: at its time there was nothing behind it.
  const until = noted?.size === seq ? Math.max(lastTime, noted.time) : lastTime;
  return `${slot}: whether records after ${toTime(until)} were cut off its end cannot be told${whyNotCut(noted, hasNotes)}.`;
}

function whyNotCut(noted: Signed | undefined, hasNotes: boolean): string {
  if (noted !== undefined) return ' without a later anchor';
  return hasNotes ? ': no note that was kept elsewhere can be held against it' : ' without an anchor';
}

function toUnsigned(log: LogReport): readonly string[] {
  const { slot, lastNews, signed, removed } = log;
  const unsettled = toUnsettled(log);
  if (signed !== undefined && signed.size >= lastNews) return unsettled;
  const from = signed === undefined ? removed + 1 : signed.size + 1;
  const records = from >= lastNews ? `record ${lastNews}` : `records ${from} to ${lastNews}`;
  const could = 'Who can write the files could have written them.';
  // Of records behind a change nobody can say that they were not signed: their checkpoints are over what was changed, too.
  if (!log.ok) {
    const last = signed === undefined ? '' : `: the last is of ${toTime(signed.time)}`;
    return [...unsettled, `${slot}: no checkpoint that holds is over ${records}${last}. ${could}`];
  }
  const since = signed === undefined ? 'no checkpoint of it holds' : `the last checkpoint that holds is of ${toTime(signed.time)}`;
  return [...unsettled, `${slot}: ${records} ${from >= lastNews ? 'is' : 'are'} not signed yet: ${since}. ${could}`];
}

function toUnsettled({ slot, unsettled, ok, findings }: LogReport): readonly string[] {
  if (unsettled === 0) return [];
  const checkpoints = unsettled === 1 ? 'one checkpoint' : `${unsettled} checkpoints`;
  const first = findings.find(({ seq }) => seq > 0);
  if (ok) return [`${slot}: ${checkpoints} ${unsettled === 1 ? 'is' : 'are'} about records that are not there any more.`];
  const where = first === undefined ? '' : ` from record ${first.seq} on`;
  return [`${slot}: ${checkpoints} cannot be held against it, since the log is not what it was${where}.`];
}

function toKeyLimits(source: KeySource): readonly string[] {
  switch (source) {
    case 'given':
      return [];
    case 'beside':
      return ['The public key was read beside the logs: whoever replaced both would not be noticed. Give the key that you noted down.'];
    case 'none':
      return [
        'No signature was checked: the chain has no key, and who rewrote a log from some record on and computed all its hashes anew would not be noticed.',
      ];
    default:
      return source satisfies never;
  }
}

function toTime(time: number): string {
  return new Date(time).toISOString();
}
