// How much of something is left, as a bar.

import type { ReactElement } from 'react';
import { Meter as AriaMeter } from 'react-aria-components';

/** Below this share it is said to be short. */
const SHORT = 0.2;

/** A bar that is full while nothing was taken. */
export function Meter({
  remaining,
  capacity,
  label,
}: {
  readonly remaining: number;
  readonly capacity: number;
  readonly label: string;
}): ReactElement {
  const share = capacity <= 0 ? 0 : Math.max(0, Math.min(1, remaining / capacity));
  const tone = share === 0 ? 'empty' : share < SHORT ? 'short' : 'full';
  return (
    <AriaMeter className="meter" aria-label={label} value={share * 100} minValue={0} maxValue={100}>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className={`meter-fill meter-${tone}`} width={Math.max(share * 100, tone === 'empty' ? 0 : 1)} height="1" />
      </svg>
    </AriaMeter>
  );
}
