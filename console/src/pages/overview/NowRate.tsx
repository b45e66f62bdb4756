// Calls per second right now: told every two seconds, apart from the page so that only this figure is drawn anew.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useEvents } from '../../api/live.ts';
import { showShort } from '../../ui/units.ts';
import { ratePerSecond } from './figures.ts';

/** The rate; until the first word of it, that of the last point. */
export function NowRate({ fallback }: { readonly fallback: number | null }): ReactElement {
  const [told, setTold] = useState<number | null>(null);
  useEvents({ topics: ['overview'] }, (event) => {
    if (event.topic === 'overview') setTold(ratePerSecond(event.point));
  });
  const rate = told ?? fallback;
  return <span className="numeric">{rate === null ? 'None yet' : `${showShort(rate)}/s now`}</span>;
}
