// What somebody has written and not saved. It outlives the page, so that a look at something else loses nothing, and ends with the tab.

import { useSyncExternalStore } from 'react';

/** A text that is being written, and what it was made of. */
export interface PolicyDraft {
  readonly text: string;
  /** ETag of the policy that it began with. */
  readonly etag: string | undefined;
  /** The text that it began with. */
  readonly base: string;
  /** The revision of the history that it was taken from. */
  readonly restores: number | null;
  /** The tag under which it was saved; it is no draft any more once the policy with that tag was read. */
  readonly savedAs?: string;
}

let draft: PolicyDraft | undefined;
const listeners = new Set<() => void>();

/** Keeps a draft; undefined throws it away. */
export function keepDraft(changed: PolicyDraft | undefined): void {
  draft = changed;
  for (const listener of listeners) listener();
}

/** Says that a text was saved: the draft of it goes when the policy is read again, so that nobody sees the old one in between. */
export function settleDraft(text: string, tag: string): void {
  if (draft?.text === text) keepDraft({ ...draft, savedAs: tag });
}

/** The draft, where there is one. */
export function useDraft(): PolicyDraft | undefined {
  return useSyncExternalStore(subscribe, () => draft);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
