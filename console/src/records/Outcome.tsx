// How something ended, in a word: what was decided, and what came of it.

import type { ReactElement } from 'react';
import type { RecordView } from '../api/contract.ts';
import { Badge } from '../ui/Badge.tsx';
import type { Tone } from '../ui/Badge.tsx';

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

/** The word and its tone. */
export function outcomeOf({ verdict, status, isUnderWay }: Pick<RecordView, 'verdict' | 'status' | 'isUnderWay'>): readonly [string, Tone] {
  if (verdict === 'deny') return ['denied', 'bad'];
  if (verdict === 'ask') return ['asked', 'warn'];
  if (isUnderWay) return ['under way', 'info'];
  if (status !== null) return STATUS_WORDS[status] ?? [status, 'neutral'];
  return verdict === 'allow' ? ['allowed', 'good'] : ['noted', 'neutral'];
}

/** How it ended. */
export function Outcome({ record }: { readonly record: Pick<RecordView, 'verdict' | 'status' | 'isUnderWay'> }): ReactElement {
  const [word, tone] = outcomeOf(record);
  return (
    <Badge tone={tone} hasDot>
      {word}
    </Badge>
  );
}
