// Whether a legacy server says anything that belongs to no request: its GET stream, where the transport has one. Asked only when somebody
// wants to know, because a stream is a connection held open for each session.

import type { LegacyLink } from './party.ts';

/** What a server offers besides answers. */
export interface Offer {
  /** A stream is open, or on its way. */
  readonly isOpen: boolean;
  /** Calls back once it is known, opening the stream for that. */
  when(then: (yes: boolean) => void): void;
  /** Nobody needs it now. */
  withdraw(): void;
  close(): void;
}

/** Some servers send even the head of a silent stream only with its first event; a refusal comes at once. */
const PATIENCE_MS = 1_000;

/** Nothing asked yet. `onGone`: what was offered is over. */
export function createOffer(link: LegacyLink, mayStream: () => boolean, onGone: () => void): Offer {
  let state: 'unknown' | 'asked' | 'yes' | 'no' = 'unknown';
  let patience: NodeJS.Timeout | undefined;
  const waiting: ((yes: boolean) => void)[] = [];

  const settle = (yes: boolean): void => {
    clearTimeout(patience);
    const before = state;
    state = yes ? 'yes' : 'no';
    for (const then of waiting.splice(0)) then(yes);
    if (before === 'yes' && !yes) onGone();
  };

  return {
    get isOpen() {
      return link.hasStreams && (state === 'asked' || state === 'yes');
    },
    when: (then) => {
      if (state === 'yes' || state === 'no') return then(state === 'yes');
      // Without a stream to spare, nothing is promised; the next who asks may find room.
      if (state === 'unknown' && link.hasStreams && !mayStream()) return then(false);
      waiting.push(then);
      if (state === 'asked') return;
      state = 'asked';
      patience = setTimeout(() => settle(true), PATIENCE_MS);
      link.listen(settle);
    },
    withdraw: () => {
      if (state !== 'yes' || !link.hasStreams) return;
      state = 'unknown';
      link.unlisten();
    },
    close: () => {
      clearTimeout(patience);
      for (const then of waiting.splice(0)) then(false);
    },
  };
}
