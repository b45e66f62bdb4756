// What the record keeps of a resource URI. The path names the resource, and rules decide on it, so it stays. User info holds
// passwords, queries and fragments hold tokens, search words and persons, and a data URI is the content itself: those go.
// Pure, and no URL parser: the URI is a stranger's, often of a made-up scheme, and must come out as it went in where it is kept.

/** The URI without user info, query and fragment; of a data URI only its media type. What was left out shows as `…`. */
export function toRecordedUri(uri: string): string {
  if (/^data:/i.test(uri)) {
    const end = uri.search(/[;,]/);
    return end === -1 ? 'data:…' : `${uri.slice(0, Math.min(end, 100))},…`;
  }
  const cut = uri.search(/[?#]/);
  const kept = cut === -1 ? uri : `${uri.slice(0, cut + 1)}…`;
  // RFC 3986 §3.2: the authority runs to the first slash; everything up to its last @ is user info.
  const authority = kept.indexOf('//');
  if (authority === -1) return kept;
  const slash = kept.indexOf('/', authority + 2);
  const at = kept.lastIndexOf('@', slash === -1 ? kept.length : slash);
  return at < authority ? kept : `${kept.slice(0, authority + 2)}…${kept.slice(at)}`;
}
