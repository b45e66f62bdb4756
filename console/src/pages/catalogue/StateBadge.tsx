// How a definition stands: approved, or why it is withheld.

import type { ReactElement } from 'react';
import type { DefinitionRow } from '../../api/contract.ts';
import { Badge } from '../../ui/Badge.tsx';
import type { Tone } from '../../ui/Badge.tsx';

const TONES: Readonly<Record<DefinitionRow['state'], Tone>> = {
  approved: 'good',
  new: 'info',
  changed: 'warn',
  rejected: 'bad',
  gone: 'neutral',
};

/** The word for it. */
export function StateBadge({ state }: { readonly state: DefinitionRow['state'] }): ReactElement {
  return (
    <Badge tone={TONES[state]} hasDot>
      {state}
    </Badge>
  );
}
