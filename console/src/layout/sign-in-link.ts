// What of an address signs somebody in.

const HOME = '/';
/** An origin that no address names. */
const NOWHERE = 'http://console.invalid';

/** What stands behind # in the address of the sign-in page; undefined where nothing does. */
export function linkIn(address: string): string | undefined {
  try {
    const { pathname, hash } = new URL(address.trim());
    return pathname === '/sign-in' && hash.length > 1 ? decodeURIComponent(hash.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}

/** Where somebody wanted to go before they had to sign in: a page of the console, and never another place. */
export function wantedPage(to: string | undefined): string {
  if (to?.startsWith('/') !== true) return HOME;
  try {
    // Read as a browser reads it: `//host`, `/\\host` and what hides a tab in between lead elsewhere.
    const { origin, pathname, search } = new URL(to, NOWHERE);
    return origin === NOWHERE && pathname !== '/sign-in' ? pathname + search : HOME;
  } catch {
    return HOME;
  }
}
