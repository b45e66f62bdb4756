// The cookie that a session is: written so that no script reads it, no other site's request carries it, and over TLS no other host of the domain can set it
// (RFC 6265bis §4.1.3.2); read so that whoever put a second one beside it has put none.

/** Over TLS: the prefix binds it to this host, to TLS and to the whole of it. Browsers take no `Secure` cookie over plain HTTP. */
const SECURE_NAME = '__Host-sallyport';
/** On loopback without TLS. */
const PLAIN_NAME = 'sallyport-session';

/** Whether the console is reached over TLS. */
export interface CookieKind {
  readonly isSecure: boolean;
}

/** `Set-Cookie` for a session. */
export function writeCookie(value: string, { isSecure }: CookieKind, maxAgeSeconds: number): string {
  return `${nameOf(isSecure)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

/** `Set-Cookie` that takes it away. */
export function clearCookie(kind: CookieKind): string {
  return writeCookie('', kind, 0);
}

/** The session in a `cookie` header; undefined: there is none, or there are several. */
export function readCookie(header: string | undefined, { isSecure }: CookieKind): string | undefined {
  const prefix = `${nameOf(isSecure)}=`;
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  return found.length === 1 ? found[0] : undefined;
}

function nameOf(isSecure: boolean): string {
  return isSecure ? SECURE_NAME : PLAIN_NAME;
}
