// How something ended, in a word: what was decided, and what came of it.

import type { RecordView } from '../api/contract.ts';
import type { Tone } from '../ui/Badge.tsx';
import { GIVEN_UP } from './reasons.ts';

const STATUS_WORDS: Readonly<Record<string, readonly [word: string, tone: Tone]>> = {
  ok: ['ok', 'good'],
  done: ['done', 'good'],
  begun: ['begun', 'info'],
  tool_error: ['tool error', 'warn'],
  rpc_error: ['server error', 'warn'],
  refused: ['refused', 'bad'],
  failed: ['failed', 'bad'],
  cancelled: ['cancelled', 'neutral'],
  unknown: ['unknown', 'warn'],
};

/** What the word goes by. */
export type Ended = Pick<RecordView, 'verdict' | 'status' | 'isUnderWay' | 'reason'>;

/** The word and its tone. */
export function outcomeOf({ verdict, status, isUnderWay, reason }: Ended): readonly [string, Tone] {
  // On record it is a denial, since nothing was carried; but nobody denied it.
  if (reason === GIVEN_UP) return ['given up', 'neutral'];
  if (verdict === 'deny') return ['denied', 'bad'];
  if (verdict === 'ask') return ['asked', 'warn'];
  if (isUnderWay) return ['under way', 'info'];
  if (status !== null) return STATUS_WORDS[status] ?? [status, 'neutral'];
  return verdict === 'allow' ? ['allowed', 'good'] : ['noted', 'neutral'];
}
