// What comes one by one, handed on together a few times a second.

const EVERY_MS = 200;
/** What waits longer than a page could show is counted, not kept: a page in the background is drawn rarely. */
const MAX_WAITING = 2_000;

/** Collects. */
export interface Batches<Item> {
  readonly add: (item: Item) => void;
  /** Says that some were not told at all. */
  readonly skip: (count: number) => void;
  readonly close: () => void;
}

/** Collects what is added, and hands it on after at most a fifth of a second. */
export function createBatches<Item>(hand: (items: readonly Item[], skipped: number) => void): Batches<Item> {
  let items: Item[] = [];
  let skipped = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const [all, gone] = [items, skipped];
    items = [];
    skipped = 0;
    hand(all, gone);
  };
  const soon = (): void => {
    timer ??= setTimeout(flush, EVERY_MS);
  };
  return {
    add(item) {
      if (items.length >= MAX_WAITING) skipped += 1;
      else items.push(item);
      soon();
    },
    skip(count) {
      skipped += count;
      soon();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
