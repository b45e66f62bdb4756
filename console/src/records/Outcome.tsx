// The word for how something ended, as it stands in lists and stories.

import type { ReactElement } from 'react';
import { Badge } from '../ui/Badge.tsx';
import { outcomeOf } from './outcome-words.ts';
import type { Ended } from './outcome-words.ts';

/** How it ended. */
export function Outcome({ record }: { readonly record: Ended }): ReactElement {
  const [word, tone] = outcomeOf(record);
  return (
    <Badge tone={tone} hasDot>
      {word}
    </Badge>
  );
}
