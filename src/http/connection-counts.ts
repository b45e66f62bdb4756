// How many connections each address has, for the cap per address. Holds an entry only while an address has a connection.

/** Counts connections by address, up to a cap. */
export interface ConnectionCounts {
  /** Counts one more; false, and nothing counted, if the address has its share already. */
  take(address: string): boolean;
  /** One less. */
  give(address: string): void;
}

/** An empty count. */
export function createConnectionCounts(maxPerAddress: number): ConnectionCounts {
  const counts = new Map<string, number>();
  return {
    take(address) {
      const count = counts.get(address) ?? 0;
      if (count >= maxPerAddress) return false;
      counts.set(address, count + 1);
      return true;
    },
    give(address) {
      const count = counts.get(address) ?? 0;
      if (count > 1) counts.set(address, count - 1);
      else counts.delete(address);
    },
  };
}
