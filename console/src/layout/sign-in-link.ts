// What of an address signs somebody in.

/** What stands behind # in the address of the sign-in page; undefined where nothing does. */
export function linkIn(address: string): string | undefined {
  try {
    const { pathname, hash } = new URL(address.trim());
    return pathname === '/sign-in' && hash.length > 1 ? decodeURIComponent(hash.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}
