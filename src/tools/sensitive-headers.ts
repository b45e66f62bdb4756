// Arguments that must not travel in headers (SEP-2243: sensitive arguments should not be annotated). A header is seen by every proxy on the way and
// lands in their logs, and a server that has its caller's password mirrored there, or that speaks of `Authorization`, is up to something (T10).
// The six rules of form are in mcp/header-params.ts; this is about meaning, and goes by names.

import type { HeaderParam } from '../mcp/index.ts';

/** Fields that carry credentials, or that belong to one hop, in whatever spelling. */
const HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'proxyauthenticate',
  'wwwauthenticate',
  'cookie',
  'setcookie',
  'host',
  'connection',
  'keepalive',
  'te',
  'trailer',
  'transferencoding',
  'contentlength',
  'upgrade',
  'forwarded',
  'xforwardedfor',
]);

/** Words of a name that say what its value is. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'bearer',
  'cookie',
  'credential',
  'credentials',
  'passphrase',
  'passwd',
  'password',
  'pin',
  'pwd',
  'secret',
  'secrets',
  'ssn',
  'token',
]);
/** The same, where it takes two words. */
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  'accesskey',
  'apikey',
  'authkey',
  'cardnumber',
  'encryptionkey',
  'privatekey',
  'signingkey',
  'sshkey',
]);
const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;

/** The first of the mirrored arguments that should not be, by the way to it; undefined: none is sensitive, as far as names say. */
export function findSensitive(params: readonly HeaderParam[]): string | undefined {
  const found = params.find(({ header, path }) => HEADERS.has(joined(header)) || isSecret(header) || path.some(isSecret));
  return found?.path.join('.');
}

function isSecret(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word, at) => SECRETS.has(word) || SECRET_PAIRS.has(word) || SECRET_PAIRS.has(`${words[at - 1] ?? ''}${word}`));
}

function joined(name: string): string {
  return wordsOf(name).join('');
}

function wordsOf(name: string): readonly string[] {
  return (name.match(WORDS) ?? []).map((word) => word.toLowerCase());
}
