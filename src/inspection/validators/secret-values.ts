// Whether a value that was given to a name is the secret that the name promises: not what stands in its place, not a word, a type, an expression or a
// sentence about it. Pure, linear.

import { isAboutFilling, isPlaceholder } from './placeholders.ts';
import { isWordy, longestRun, looksRandom } from './randomness.ts';
import type { Kind } from './secret-names.ts';

/** A value, and how it was written. */
export interface Given {
  readonly value: string;
  /** Between quotes, or all of a JSON string: then it is data and no expression. */
  readonly quoted: boolean;
  readonly name: string;
}

const MIN_SECRET = 6;
const MAX_JUDGED = 128;

/** Whether a value is a secret of a kind. */
export function isSecret(kind: Kind, given: Given): boolean {
  const { quoted, name } = given;
  // So much of a value says what it is; most of what is given to such names is a word, and needs no closer look.
  const value = given.value.slice(0, MAX_JUDGED);
  if (value.length < MIN_SECRET || /^[a-z]{1,16}$/i.test(value)) return false;
  if (kind === 'password' && isPassphrase(value)) return !isAboutFilling(value);
  const isOne = (kind === 'password' && given.value.length <= MAX_JUDGED && isPassword(value)) || isGenerated(value);
  return isOne && !isPlaceholder(value, name) && (quoted || !isExpression(value)) && !isReference(value);
}

function isPassword(value: string): boolean {
  if (value.length < 6 || longestRun(value) > value.length / 2) return false;
  const letters = /[A-Za-z]/.test(value);
  const digits = /[0-9]/.test(value);
  const marks = /[!@#$%^&*+=?~]/.test(value);
  // A sentence about a password is none; one of words would need more than a detector can see.
  if (/\s/.test(value)) return digits && marks && value.split(/\s+/).length < 5;
  if (letters && (digits || marks))
    return /[0-9].*[0-9]/.test(value) ? !/[-_.]/.test(value) || !isLabelWithNumber(value) : !isLabelWithNumber(value);
  if (digits && !letters) return /^[0-9]{6,16}$/.test(value) || marks;
  return value.length >= 10 && /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(value) && looksRandom(value);
}

/** Three words or more, as generators of passwords that can be said write them. */
function isPassphrase(value: string): boolean {
  const parts = value.split(/[-_.]/);
  return (
    parts.length >= 3 && parts.length <= 8 && value.length >= 11 && parts.every((part) => /^[A-Za-z]{3,9}$/.test(part)) && /-/.test(value)
  );
}

/** What was generated: letters and digits in no order, without spaces. */
function isGenerated(value: string): boolean {
  if (value.length < 8 || !/^[0-9A-Za-z_+/=.~:|%@!$*#^&?-]+$/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const digits = value.replace(/[^0-9]/g, '').length;
  if (value.length < 16) return digits > 0 && !isLabelWithNumber(value) && longestRun(value) < 5;
  if (!looksRandom(value)) return false;
  return digits > 1 || (/[a-z]/.test(value) && /[A-Z]/.test(value) && !/[-_. ]/.test(value));
}

/** `version2`, `utf-8`, `my_bucket_01`, `2024-01-01`: a name with a number, or a date. */
function isLabelWithNumber(value: string): boolean {
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(value)) return true;
  const digits = value.replace(/[^0-9]/g, '').length;
  if (digits > 2 || /[!@#$%^&*+=?~]/.test(value)) return false;
  return /^[A-Za-z][0-9A-Za-z_.-]*$/.test(value) && isWordy(value.replace(/[^A-Za-z]/g, ''));
}

/** Code that fetches a secret from where it is kept: `req.body.token`, `process.env.KEY`, `getToken()`, `tokens[0]`. */
function isExpression(value: string): boolean {
  if (/[([{]/.test(value.replace(/[)\]}]+$/, '')) && /^[A-Za-z_$]/.test(value)) return true;
  return /^[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)+$/.test(value) && !value.startsWith('eyJ') && !looksRandomPart(value);
}

function looksRandomPart(value: string): boolean {
  return value.split(/[.:>-]/).some((part) => part.length >= 20 && looksRandom(part) && /[0-9]/.test(part));
}

/** Where a secret is to be found: an address, a path, a name in a store of secrets, a name of a variable. */
function isReference(value: string): boolean {
  // An account on a chain is what everybody is told; an algorithm is no key.
  if (/^0x[0-9a-f]{40}$/i.test(value) || /^(?:aes|rsa|hs|rs|es|ps|sha|md|ed|ecdsa|hmac|des|chacha|ripemd)[-_]?[0-9]{1,5}/i.test(value))
    return value.length < 43;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)/.test(value)) return true;
  if (
    /^(?:arn:|projects\/|op:\/\/|vault:|secret\/|env:|file:|ref\+|enc:|ENC\[|AQICA|\$2[aby]\$|\$argon2|\$6\$|\$5\$|pbkdf2|sha256:|sha512:|bcrypt)/.test(
      value,
    )
  )
    return true;
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value) && isWordy(value.replace(/[^A-Z]/g, ''))) return true;
  return /\.(?:json|ya?ml|pem|key|txt|env|toml|ini|cfg|conf|js|ts|py|go|rb|php|html?|md|png|jpe?g|svg|com|org|net|io)$/i.test(value);
}
