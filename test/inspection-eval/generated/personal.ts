// Cards, bank accounts, addresses and the like with right check digits, in sentences of their own, made at run time from a seed; and numbers of
// the same shape that are none.

import type { Labelled, PersonalRow } from '../corpus.ts';
import { instant, sentence, uuid } from '../bodies.ts';
import { createRandom, DIGITS, HEX, LOWER, UPPER } from '../random.ts';
import type { Random } from '../random.ts';

/** Prefix and length of what card schemes issue (ISO/IEC 7812). */
const CARDS: readonly (readonly [prefix: string, length: number])[] = [
  ['4', 16],
  ['51', 16],
  ['53', 16],
  ['2223', 16],
  ['2719', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['65', 16],
  ['3530', 16],
  ['305', 14],
  ['62', 16],
];

/** Structure of the account number behind country and check digits (ISO 13616): n digits, a letters, c both. */
const IBANS: Readonly<Record<string, string>> = {
  DE: 'n18',
  GB: 'a4n14',
  NL: 'a4n10',
  AT: 'n16',
  CH: 'n5c12',
  ES: 'n20',
  SE: 'n20',
  PL: 'n24',
  PT: 'n21',
  DK: 'n14',
  IE: 'a4n14',
  LT: 'n16',
};

const DOMAINS = ['harbourline', 'nordfjell', 'quillworks', 'tidewater-labs', 'brightloom', 'vellum'];
const ENDINGS = ['com', 'org', 'net', 'io', 'de', 'co.uk', 'dev', 'gov.pl'];
const FIRST = ['marta', 'joao', 'ines', 'piotr', 'lena', 'kofi', 'yuki', 'ravi'];
const LAST = ['ellingsen', 'prates', 'okonkwo', 'halvard', 'achterberg', 'brandt', 'tanabe', 'solberg'];

const MAKERS: Readonly<Record<string, (random: Random) => string>> = {
  CREDIT_CARD: (random) => {
    const [prefix, length] = random.pick(CARDS);
    const number = withLuhnDigit(`${prefix}${random.text(DIGITS, length - prefix.length - 1)}`);
    const groups = length === 15 ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)] : (number.match(/.{1,4}/g) ?? []);
    return random.pick([number, groups.join(' '), groups.join('-')]);
  },
  IBAN_CODE: (random) => {
    const country = random.pick(Object.keys(IBANS));
    const account = (IBANS[country] ?? '').replace(/([nac])(\d+)/g, (_, kind: string, length: string) =>
      random.text(kind === 'n' ? DIGITS : kind === 'a' ? UPPER : `${UPPER}${DIGITS}`, Number(length)),
    );
    const iban = `${country}${checkDigits(country, account)}${account}`;
    return random.pick([iban, (iban.match(/.{1,4}/g) ?? []).join(' ')]);
  },
  EMAIL_ADDRESS: (random) =>
    `${random.pick([`${random.pick(FIRST)}.${random.pick(LAST)}`, `${random.pick(FIRST)}+${random.text(LOWER, 4)}`, `${random.pick(LAST)}_${random.below(99)}`])}@${random.pick(['', 'mail.'])}${random.pick(DOMAINS)}.${random.pick(ENDINGS)}`,
};

/** `%` is where it stands. */
const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  CREDIT_CARD: [
    'Charge it to % please.',
    'The card on file (%) expires in May.',
    '{"customer":"c_19","pan":"%","month":5}',
    'paid with %',
    '%',
  ],
  IBAN_CODE: ['Refund goes to %, as agreed.', 'IBAN: %', '<account>%</account>', 'Send the rent to % by the third.', '%'],
  EMAIL_ADDRESS: ['Write to % for access.', 'From: Front Desk <%>', '["%","pending"]', 'cc %, thanks', '%'],
};

/** Nothing in these is a card, an account or an address. */
const DECOYS: readonly ((random: Random) => string)[] = [
  (random) => `order ${withoutLuhnDigit(`4${random.text(DIGITS, 14)}`)} left the harbour`,
  (random) => `took ${random.below(10 ** 9)} ns at ${1_700_000_000_000 + random.below(10 ** 9)}`,
  (random) => `trace ${random.text(HEX, 32)} span ${random.text(HEX, 16)}`,
  (random) => `container MSKU${random.text(DIGITS, 7)} on ${instant(random)}`,
  (random) => `import "@${random.pick(DOMAINS)}/client"; // ${sentence(random, 3, 6)}`,
  (random) => `@${random.pick(FIRST)} mentioned you at 10:${random.between(10, 59)}`,
  (random) => `git clone git@${random.pick(DOMAINS)}:team/repo`,
  (random) => `version 4.${random.below(99)}.${random.below(9999)}-${random.text(DIGITS, 8)}, build ${uuid(random)}`,
  (random) => `DE${random.text(DIGITS, 20).replace(/^../, '00')} is a part number`,
];

/** So many rows of each type, and as many without any. */
export function generatePersonal(seed: number, each: number): readonly PersonalRow[] {
  const random = createRandom(seed);
  const rows: PersonalRow[] = [];
  const add = (text: string, spans: readonly Labelled[]): void => {
    rows.push({ id: `pii:${rows.length + 1}`, text, spans });
  };
  for (let n = 0; n < each; n++) {
    for (const [type, make] of Object.entries(MAKERS)) {
      const value = make(random);
      const [front = '', back = ''] = random.pick(SENTENCES[type] ?? ['%']).split('%');
      const before = random.next() < 0.5 ? `${sentence(random, 3, 8)} ` : '';
      const start = before.length + front.length;
      add(`${before}${front}${value}${back}`, [{ type, start, end: start + value.length }]);
    }
    for (const make of DECOYS) add(make(random), []);
  }
  return rows;
}

/** Values alone, so many of each type: what is planted elsewhere. */
export function generateValues(seed: number, type: string, count: number): readonly string[] {
  const random = createRandom(seed);
  const make = MAKERS[type];
  if (make === undefined) throw new Error(`nothing makes ${type}`);
  return Array.from({ length: count }, () => make(random));
}

function withLuhnDigit(digits: string): string {
  let sum = 0;
  for (const [n, digit] of Array.from(digits).reverse().entries()) {
    const doubled = n % 2 === 0 ? Number(digit) * 2 : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function withoutLuhnDigit(digits: string): string {
  return `${digits}${(Number(withLuhnDigit(digits).at(-1)) + 3) % 10}`;
}

/** ISO 7064, modulus 97 over letters as numbers from ten. */
function checkDigits(country: string, account: string): string {
  const digits = Array.from(`${account}${country}00`, (char) => parseInt(char, 36).toString()).join('');
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return String(98 - rest).padStart(2, '0');
}
