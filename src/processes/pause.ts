// Between two goes of long work.

/** Lets others have their turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
