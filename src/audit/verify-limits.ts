// What a check of the logs cannot tell, in words, for whoever has to rely on it. Pure.

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
    ...logs.filter(({ segments }) => segments > 0).flatMap((log) => [toCut(log), ...toUnsigned(log)]),
    ...(anchored
      ? ['Whether a log that no anchor knows was removed as a whole cannot be told.']
      : ['Whether a whole log was removed cannot be told without an anchor.']),
    ...toKeyLimits(keySource),
  ];
}

function toCut({ slot, lastTime, anchored, seq }: LogReport): string {
  if (lastTime === undefined) return `${slot}: it has no record; whether it ever had cannot be told without an anchor.`;
  // An anchor that knows the very last record says more than the record: at its time there was nothing behind it.
  const until = anchored?.size === seq ? Math.max(lastTime, anchored.time) : lastTime;
  const than = anchored === undefined ? 'cannot be told without an anchor' : 'cannot be told without a later anchor';
  return `${slot}: whether records after ${toTime(until)} were cut off its end ${than}.`;
}

function toUnsigned({ slot, lastNews, signed, unsettled, removed }: LogReport): readonly string[] {
  const missing = unsettled === 0 ? [] : [`${slot}: ${unsettled} checkpoints are about records that are not there any more.`];
  if (signed !== undefined && signed.size >= lastNews) return missing;
  const from = signed === undefined ? removed + 1 : signed.size + 1;
  const since = signed === undefined ? 'no checkpoint of it holds' : `the last checkpoint that holds is of ${toTime(signed.time)}`;
  const what = from >= lastNews ? `record ${lastNews} is` : `records ${from} to ${lastNews} are`;
  return [...missing, `${slot}: ${what} not signed yet: ${since}. Who can write the files could have written them.`];
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
