// Credentials where their place gives them away: in front of the host of an address, in a header, behind `curl -u`. Pure, linear.

import type { Candidate, Part } from '../types.ts';
import { isPlaceholder, isTemplate } from './placeholders.ts';
import { looksRandom } from './randomness.ts';

/** `scheme://user:password@host`: the anchor is the `@`. What is found is all that stands in front of it. */
export function userInfo({ window, at }: Candidate): readonly Part[] | false {
  // A password may hold an `@` that nobody has encoded: the last one in front of the host counts.
  if (/^[^\s"'`<>/?#@\\]{0,64}@/.test(window.slice(at + 1, at + 66))) return false;
  const scheme = window.lastIndexOf('://', at);
  if (scheme < 1 || !/[a-z0-9+.-]$/i.test(window.slice(0, scheme))) return false;
  const info = window.slice(scheme + 3, at);
  if (info === '' || /[\s"'`<>/?#\\,]/.test(info)) return false;
  return isCredentials(info) ? [{ start: scheme + 3, end: at }] : false;
}

function isCredentials(info: string): boolean {
  const colon = info.indexOf(':');
  if (colon < 0) return info.length >= 20 && looksRandom(info) && /[0-9]/.test(info) && !isTemplate(info);
  const user = info.slice(0, colon);
  const password = info.slice(colon + 1);
  if (isTemplate(info) || isTemplate(user) || password === '') return false;
  if (password === 'x-oauth-basic' || password === 'x') return looksRandom(user);
  return isGivenPassword(user, password);
}

/** A password where there can be nothing else: whatever nobody has to fill in. */
function isGivenPassword(user: string, password: string): boolean {
  if (password.length < 3 || password.toLowerCase() === user.toLowerCase() || /^[0-9]{1,5}$/.test(password)) return false;
  return !isPlaceholder(password, 'password') && !isTemplate(user);
}

/** `curl -u user:password`: the anchor is the option. */
export function userOption({ window, value, at }: Candidate): readonly Part[] | false {
  if (!/curl|wget|https?\b|xh\b/i.test(window.slice(0, at))) return false;
  const word = shellWord(window, at + value.length);
  if (word === undefined) return false;
  const text = word.text;
  const colon = text.indexOf(':');
  if (colon < 0 || /^[A-Za-z]+:\/\//.test(text)) return false;
  const user = text.slice(0, colon);
  const password = text.slice(colon + 1);
  const isOne = password === '' ? isAloneSecret(user) : isGivenPassword(user, password);
  return isOne ? [{ start: word.start, end: word.end }] : false;
}

/** A user without a password is a name, unless nobody would be called that: some services take their key as the user. */
function isAloneSecret(user: string): boolean {
  return (
    user.length >= 8 && /[0-9]/.test(user) && /[A-Za-z]/.test(user) && !isPlaceholder(user) && !user.includes('@') && looksRandom(user)
  );
}

/** One word of a shell's command line without its quotes, and where it stands. */
function shellWord(text: string, from: number): (Part & { readonly text: string }) | undefined {
  let at = from;
  while (/[ \t=]/.test(text[at] ?? '')) at += 1;
  const start = at;
  let quote = '';
  let word = '';
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === '' && /\s/.test(char)) break;
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else word += char;
    if (quote !== '' && char === '\n') return undefined;
  }
  const opened = /^["']/.test(text.slice(start, start + 1)) ? 1 : 0;
  const closed = /["']$/.test(text.slice(start, at)) ? 1 : 0;
  return at - closed > start + opened ? { start: start + opened, end: at - closed, text: word } : undefined;
}

const HEADER =
  /^\\?["'`\])]{0,3}[ \t]{0,4}(?:=>|[:=,])[ \t]{0,4}\\?["'`]{0,1}(?<scheme>[A-Za-z][A-Za-z0-9-]{1,24}[ \t]{1,4})?(?=[^\s"'`,;<>\\]{4})/;
const MEMBER = /^\s{0,4}(?<scheme>[A-Za-z][A-Za-z0-9-]{1,24}[ \t]{1,4})?(?=[^\s"'`,;<>\\]{4,}\s*$)/;
/** What ends credentials in a header. */
const STOPS = new Set(Buffer.from(' \t\r\n\f\v"\'`,;<>\\'));
const MAX_HEAD = 80;
const MAX_JUDGED = 96;
const MAX_BASIC = 512;

/** What a header authorizes with: the anchor is its name. */
export function headerCredentials({ window, value, at }: Candidate): readonly Part[] | false {
  const end = at + value.length;
  const head = HEADER.exec(window.slice(end, end + MAX_HEAD));
  return head === null ? false : credentialsFrom(window, end + head[0].length, head.groups?.['scheme'] ?? '');
}

/** The same where the value of a JSON member is the value of the header. */
export function memberCredentials({ window, at }: Candidate): readonly Part[] | false {
  const head = MEMBER.exec(window.slice(at));
  return head === null ? false : credentialsFrom(window, at + head[0].length, head.groups?.['scheme'] ?? '');
}

function credentialsFrom(text: string, start: number, scheme: string): readonly Part[] | false {
  // What is none shows that in its beginning: of a text that is made of such headers, nothing is read again and again.
  const head = endOf(text, start, Math.min(text.length, start + MAX_BASIC));
  if (!isHeaderSecret(scheme.trimEnd(), text.slice(start, head))) return false;
  return [{ start, end: endOf(text, head, text.length) }];
}

function endOf(text: string, from: number, stop: number): number {
  let end = from;
  while (end < stop && !STOPS.has(text.charCodeAt(end))) end += 1;
  return end;
}

/** `Bearer …` and `Basic …` by themselves: the anchor is the scheme. */
export function schemeCredentials({ window, value, at }: Candidate): readonly Part[] | false {
  const start = at + value.length;
  const credentials = /^[0-9A-Za-z_+/.~=-]{12,}/.exec(window.slice(start))?.[0];
  if (credentials === undefined) return false;
  const isOne = /^basic/i.test(value)
    ? isBasic(credentials)
    : credentials.length >= 16 && /[0-9]/.test(credentials) && isHeaderSecret('bearer', credentials);
  return isOne ? [{ start, end: start + credentials.length }] : false;
}

function isHeaderSecret(scheme: string, credentials: string): boolean {
  if (/^basic$/i.test(scheme)) return isBasic(credentials);
  // So much of it says whether it is random.
  const head = credentials.slice(0, MAX_JUDGED);
  if (head.length < 8 || !/[0-9]/.test(head) || !looksRandom(head)) return false;
  return !isPlaceholder(head, 'token');
}

/** Base64 of a user and a password, as the value of a member that is called `auth` and nothing more. */
export function basicCredentials({ value, key, window, at }: Candidate): boolean {
  return (key === 'auth' || key === '_auth' || /auth\\?"\s*:\s*\\?"$/.test(window.slice(0, at))) && isBasic(value);
}

/** Base64 of a user and a password (RFC 7617). */
function isBasic(credentials: string): boolean {
  if (credentials.length > MAX_BASIC || !/^[0-9A-Za-z+/_-]{4,}={0,2}$/.test(credentials)) return false;
  const decoded = Buffer.from(credentials, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0 || !/^[ -~\x80-\xff]*$/.test(decoded)) return false;
  const user = decoded.slice(0, colon);
  const password = decoded.slice(colon + 1);
  return password === '' ? !isPlaceholder(user, 'user') : isGivenPassword(user, password);
}
