// How a server is, in a word.

import type { ReactElement } from 'react';
import type { ServerStatus } from '../../api/contract.ts';
import { Badge } from '../../ui/Badge.tsx';

const WORDS = {
  ready: ['ready', 'good'],
  failed: ['failed', 'bad'],
  unknown: ['not used yet', 'neutral'],
} as const;

/** The word. */
export function ServerState({ state }: { readonly state: ServerStatus['state'] }): ReactElement {
  const [word, tone] = WORDS[state];
  return (
    <Badge tone={tone} hasDot>
      {word}
    </Badge>
  );
}
