// The way of a call in time: what lies between two moments that are on record, and whose time it was.

import type { RecordHop } from '../api/contract.ts';

/** A stretch of a call's way. */
export interface Stretch {
  readonly label: string;
  /** Whose time it was: what the gateway adds is told from what the server takes. */
  readonly whose: 'gateway' | 'server';
  readonly fromUs: number;
  readonly toUs: number;
}

/** What happens before each moment, and who takes the time. */
const BEFORE: Readonly<Record<RecordHop['hop'], Pick<Stretch, 'label' | 'whose'>>> = {
  received: { label: 'Received', whose: 'gateway' },
  decided: { label: 'Decided', whose: 'gateway' },
  forwarded: { label: 'Sent on', whose: 'gateway' },
  answering: { label: 'Server works', whose: 'server' },
  answered: { label: 'Answer passed on', whose: 'server' },
};

/** The stretches between moments; what the record does not time, or has out of order as an altered line may, is left out. */
export function toStretches(hops: readonly RecordHop[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromUs = hops[0]?.us ?? 0;
  for (const { hop, us } of hops.slice(1)) {
    if (us === null || us < fromUs) continue;
    stretches.push({ ...(hop === 'answered' && !wasForwarded(hops) ? REFUSED : BEFORE[hop]), fromUs, toUs: us });
    fromUs = us;
  }
  return stretches;
}

/** What was not sent on is answered by the gateway itself. */
const REFUSED: Pick<Stretch, 'label' | 'whose'> = { label: 'Answered', whose: 'gateway' };

function wasForwarded(hops: readonly RecordHop[]): boolean {
  return hops.some(({ hop }) => hop === 'forwarded');
}
