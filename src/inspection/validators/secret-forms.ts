// Secrets with a form that can be read: signed tokens (RFC 7519) and private keys (RFC 7468, OpenSSH, PGP). Pure, and linear in what matched.

import { parseJson } from '../../mcp/index.ts';
import type { Candidate, Part } from '../types.ts';
import { entropyOf } from './randomness.ts';

const MAX_TOKEN_DEPTH = 16;
/** Characters of base64 without which there is no key: the smallest there is, of 32 bytes, has more. */
const MIN_KEY_CHARS = 32;

/** Whether the header of a token, and its claims unless they are encrypted, are objects in JSON. */
export function isJsonWebToken(token: string): boolean {
  const [header = '', claims = '', ...rest] = token.split('.');
  if (!isObject(header, /"(?:alg|typ|kid|enc)"/)) return false;
  return rest.length > 1 || isObject(claims, /:/);
}

function isObject(part: string, holds: RegExp): boolean {
  const bytes = Buffer.from(part, 'base64url');
  const document = parseJson(bytes, { maxDepth: MAX_TOKEN_DEPTH });
  return document.ok && holds.test(bytes.toString('latin1')) && bytes[0] === 0x7b;
}

/** The whole of a private key; nothing where there is no key between its lines, or only words. */
export function privateKeyParts({ value, at }: Candidate): readonly Part[] | false {
  const lines = /-----? ?(?:BEGIN|END) [0-9A-Z ]*KEY(?: BLOCK)? ?-{2,5}/g;
  const first = lines.exec(value);
  if (first === null) return false;
  const last = lines.exec(value);
  const bodyStart = first.index + first[0].length;
  // A key that was cut off ends where its base64 does.
  const body =
    last === null ? (/^(?:[0-9A-Za-z+/=\s\\:,.()]|-[^-])*/.exec(value.slice(bodyStart))?.[0] ?? '') : value.slice(bodyStart, last.index);
  const key = body.replace(/\\[nrt]|[^0-9A-Za-z+/]/g, '');
  if (key.length < MIN_KEY_CHARS || entropyOf(key) < 3.5) return false;
  const end = last === null ? bodyStart + body.trimEnd().length : last.index + last[0].length;
  return [{ start: at, end: at + end }];
}
