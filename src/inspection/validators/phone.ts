// Telephone numbers: digits prove nothing, so a word must say that somebody can be called there.

import type { Candidate, Part } from '../types.ts';
import { hasContext, words } from './context.ts';

/** Words that speak of telephones. */
export const SPEAKS_OF_PHONES = words(
  'phone*', 'telephone*', 'tel', 'tel.', 'tels', 'mobile*', 'mobil', 'cell', 'cellphone*', 'cell number', 'fax*', 'whatsapp', 'sms', 'call', 'calling', 'dial', 'reach me at', 'desk',
  'landline', 'voicemail', 'hotline*', 'helpline*', 'answering at', 'messages to', 'texts to',
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
  // Part of a word or of an identifier: `CVE-2026-1234567`.
  if (digits < 7 || digits > 16 || /(?:[A-Za-z0-9_]|[A-Za-z]-)$/.test(window.slice(Math.max(0, start - 2), start))) return undefined;
  const rest = window.slice(at + value.length, at + value.length + 18);
  const end = at + value.length + (EXTENSION.exec(rest)?.[0].length ?? 0);
  if (/[A-Za-z_]/.test(window.charAt(end)) || !hasContext(candidate, start, end, SPEAKS_OF_PHONES, NEAR)) return undefined;
  return DATE.test(value) || !FORM.test(opening + value) ? undefined : { start, end };
}

function countDigits(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >= 48 && text.charCodeAt(index) <= 57) count += 1;
  return count;
}
