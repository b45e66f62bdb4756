// The ways in which a server might read a resource URI. `file:///public/%2e%2e/secret` matches a rule for `file:///public/*`, and a server
// that decodes and resolves it opens /secret. So a URI is judged in each of its readings: it is allowed only if all are, denied if one is.
// The patterns of the rules are read in the same ways, so that a rule written in any spelling means the same thing.
//
// The list cannot be complete, since a server may read a URI as it pleases: allow rules that name what is wanted hold better than
// deny rules that name what is not.

/** Longest name that is judged; with it the price of a decision has a bound. */
export const MAX_NAME_LENGTH = 8192;

/** Nobody needs more than this; someone who sends more wants to be misread. */
const MAX_DECODINGS = 3;

export interface Readings {
  /** As sent; percent-decoded, until nothing is left to decode; and each with backslashes, runs of slashes and dot segments resolved. */
  readonly resolved: readonly string[];
  /** The same with scheme and host in lower case. Only for denying: a server of its own scheme may well tell the cases apart. */
  readonly folded: readonly string[];
}

/** All readings, as sent first; undefined when there are too many to judge. */
export function readings(uri: string): Readings | undefined {
  const resolved = new Set<string>();
  let text = uri;
  for (let decodings = 0; ; decodings++) {
    resolved.add(text);
    resolved.add(resolve(text));
    const decoded = decode(text);
    if (decoded === text) break;
    if (decodings === MAX_DECODINGS) return undefined;
    text = decoded;
  }
  const all = [...resolved];
  return { resolved: all, folded: all.map(fold) };
}

/** One round of percent-decoding. Escapes that are not UTF-8 stay as they are, except where they stand for ASCII. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%[0-7][0-9a-fA-F]/g, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
  }
}

/** Resolves `.` and `..` (RFC 3986 §5.2.4) everywhere, also behind `?` and `#`, which after decoding may be ones that were part of the path. */
function resolve(text: string): string {
  const slashed = text.includes('\\') ? text.replaceAll('\\', '/') : text;
  const pathAt = pathStart(slashed);
  const segments = slashed.slice(pathAt).split('/');
  if (!segments.some((segment, i) => segment === '.' || segment === '..' || (segment === '' && i > 0))) return slashed;
  const kept: string[] = [];
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
    if (last && (segment === '' || segment === '.' || segment === '..')) kept.push('');
  });
  return slashed.slice(0, pathAt) + (segments[0] === '' ? '/' : '') + kept.join('/');
}

function fold(text: string): string {
  const pathAt = pathStart(text);
  return text.slice(0, pathAt).toLowerCase() + text.slice(pathAt);
}

/** Where the path begins: behind `scheme://authority`, or behind `scheme:`, or at once. */
function pathStart(text: string): number {
  const colon = text.indexOf(':');
  if (colon < 0) return 0;
  if (!text.startsWith('//', colon + 1)) return colon + 1;
  const slash = text.indexOf('/', colon + 3);
  return slash < 0 ? text.length : slash;
}
