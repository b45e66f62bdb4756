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
}

let draft: PolicyDraft | undefined;
const listeners = new Set<() => void>();

/** Keeps a draft; undefined throws it away. */
export function keepDraft(changed: PolicyDraft | undefined): void {
  draft = changed;
  for (const listener of listeners) listener();
}

/** The draft, where there is one. */
export function useDraft(): PolicyDraft | undefined {
  return useSyncExternalStore(subscribe, () => draft);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
