// One spelling for each JSON text, also where a number in it is more than a double holds. RFC 8785 knows numbers as doubles only: by its rules
// 9007199254740992 and 9007199254740993 are one value, and a definition could change from one to the other unseen. Here such numbers keep their digits.
// A text without them has the same spelling as its value (canonical-json.ts).

import { readTokens } from './build-value.ts';
import type { Tokens } from './build-value.ts';
import { canonicalJson } from './canonical-json.ts';
import { parseJson } from './parse-json.ts';
import { scanJson } from './scan.ts';

/** The canonical spelling of a JSON text; undefined: it is none. */
export function canonicalText(bytes: Uint8Array): string | undefined {
  const parsed = parseJson(bytes, { repairSurrogates: true });
  if (!parsed.ok) return undefined;
  const { bytes: read, value } = parsed.value;
  return scanJson(read, {}).lossy ? writeValue(readTokens(Buffer.from(read).toString('utf8'))) : canonicalJson(value);
}

function writeValue(tokens: Tokens): string {
  switch (tokens.kind) {
    case 'object':
      return `{${tokens.members
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, member]) => `${JSON.stringify(name)}:${writeValue(member)}`)
        .join()}}`;
    case 'array':
      return `[${tokens.elements.map(writeValue).join()}]`;
    case 'string':
      return JSON.stringify(tokens.text);
    case 'scalar':
      return /^[tfn]/.test(tokens.token) ? tokens.token : writeNumber(tokens.token);
    default:
      return tokens satisfies never;
  }
}

const NUMBER = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?$/;

/** As ECMAScript prints it, while that is all of it; else its own digits, without zeros that say nothing. */
function writeNumber(token: string): string {
  const value = Number(token);
  const [, sign = '', whole = '', fraction = '', exponent] = NUMBER.exec(token) ?? [];
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || (exponent !== undefined && Number.isFinite(value))) return String(value);
  const behind = fraction.replace(/0+$/, '');
  if (exponent === undefined) return `${sign}${whole}${behind === '' ? '' : `.${behind}`}`;
  // Beyond every double: one spelling for 1e999 and 10.0e998.
  const all = (whole + behind).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return `${sign}${digits}e${BigInt(exponent) - BigInt(behind.length) + BigInt(all.length - digits.length)}`;
}
