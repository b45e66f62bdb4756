// Telephone numbers: digits prove nothing, so a word must say that somebody can be called there.

import type { Candidate, Part } from '../types.ts';
import { hasContext, words } from './context.ts';

const SPEAKS_OF_PHONES = words(
  'phone*', 'telephone*', 'tel', 'tel.', 'tels', 'mobile*', 'mobil', 'cell', 'cellphone*', 'cell number', 'fax*', 'whatsapp', 'sms', 'call', 'calling', 'dial', 'reach me at',
  'text me', 'contact number', 'contact no', 'telefon*', 'handy*', 'rufnummer*', 'téléphone*', 'portable', 'teléfono*', 'telefono*', 'móvil*', 'celular*', 'cellulare*', 'telefone*', 'telemóvel*',
  'puhelin*', 'telefoon*', 'mobiel*', 'телефон*', 'тел', 'τηλέφωνο*', '電話', '电话', '전화', 'फ़ोन', 'هاتف',
); // prettier-ignore

const FORM = /^(?:\(?\+\)?|00)?[ .-]?(?:\([0-9]{1,5}\)[ .-]?)?[0-9(][0-9 ()./-]*[0-9]$/;
const OPENING =
  /(?:\+ ?|\(\+?|\+[0-9]{1,3}[ .-]?(?:\(?[0-9]{0,5}\)?[ .-]{0,2}){1,2}|\([0-9]{1,5}\)[ .-]?|[0-9]{1,4}[ ./-]{1,2}\(?[0-9]{0,5}\)?[ .-]{0,2})$/;
const DATE = /^(?:(?:19|20)[0-9]{2}[-.][01][0-9][-.][0-3][0-9]|[0-3]?[0-9][-.][01]?[0-9][-.](?:19|20)[0-9]{2})/;

const EXTENSION = /^ ?(?:x|ext\.?|extension) ?[0-9]{1,6}/i;

/** A word that speaks of telephones stands right in front of one: further away there is room for other numbers. */
const NEAR = 32;

/** A telephone number around a run of digits. */
export function findPhone(candidate: Candidate): Part | undefined {
  const { value, window, at } = candidate;
  const opening = OPENING.exec(window.slice(Math.max(0, at - 14), at))?.[0] ?? '';
  const digits = countDigits(opening) + countDigits(value);
  const start = at - opening.length;
  if (digits < 7 || digits > 16 || /[A-Za-z0-9_]/.test(window.charAt(start - 1)) || /[A-Za-z_]/.test(window.charAt(at + value.length)))
    return undefined;
  if (!hasContext(candidate, start, at + value.length, SPEAKS_OF_PHONES, NEAR) || DATE.test(value) || !FORM.test(opening + value))
    return undefined;
  const rest = window.slice(at + value.length, at + value.length + 18);
  return { start, end: at + value.length + (EXTENSION.exec(rest)?.[0].length ?? 0) };
}

function countDigits(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >= 48 && text.charCodeAt(index) <= 57) count += 1;
  return count;
}
