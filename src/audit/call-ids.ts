// Audit ids: short, unique over all processes and restarts, and cheap, since every request takes one. They are names, not secrets.

/** A source of ids: the process's random part, then a counter. The randomness comes from the caller, 8 bytes or more. */
export function createCallIds(random: Uint8Array): () => string {
  if (random.length < 8) throw new RangeError('call ids need 8 random bytes');
  const prefix = [...random.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
