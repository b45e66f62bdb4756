// Numbers that are what they seem, and others that only seem so. Check digits are computed here on their own, from the standards, so that a mistake in a
// validator is not also one in what it is tested with. What stands between ‹ and › is the finding.

import { createRandom } from './secrets.fixture.ts';
import type { Random } from './secrets.fixture.ts';

export { createRandom };

/** So many digits. */
export function drawDigits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random(10)).join('');
}

/** Completes digits by the one that makes Luhn's sum right: tried, not computed. */
export function withLuhn(digits: string): string {
  for (let check = 0; check < 10; check += 1) {
    const text = `${digits}${check}`;
    const sum = text
      .split('')
      .toReversed()
      .map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2))
      .reduce((total, number) => total + Math.floor(number / 10) + (number % 10), 0);
    if (sum % 10 === 0) return text;
  }
  return digits;
}

/** A network of cards: leading digits and length, as issued, and how the number is printed. */
export interface Network {
  readonly prefix: string;
  readonly length: number;
  readonly groups: readonly number[];
}

/** Networks whose numbers prove themselves. */
export const NETWORKS: readonly Network[] = [
  { prefix: '4', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '51', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '55', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '2221', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '2720', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '34', length: 15, groups: [4, 6, 5] },
  { prefix: '37', length: 15, groups: [4, 6, 5] },
  { prefix: '6011', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '65', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '3530', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '300', length: 14, groups: [4, 6, 4] },
  { prefix: '62', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '6759', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '2200', length: 16, groups: [4, 4, 4, 4] },
  { prefix: '1800', length: 15, groups: [4, 6, 5] },
];

/** Networks whose numbers are like many others: only beside words that speak of cards. */
export const DOUBTFUL_NETWORKS: readonly Network[] = [
  { prefix: '4', length: 13, groups: [13] },
  { prefix: '4', length: 19, groups: [4, 4, 4, 4, 3] },
  { prefix: '36', length: 14, groups: [4, 6, 4] },
  { prefix: '5018', length: 12, groups: [12] },
  { prefix: '57', length: 12, groups: [4, 4, 4] },
  { prefix: '62', length: 19, groups: [6, 13] },
];

/** A number of a network. */
export function drawCard(random: Random, { prefix, length }: Network): string {
  return withLuhn(prefix + drawDigits(random, length - prefix.length - 1));
}

/** In groups, with a mark between. */
export function grouped(digits: string, groups: readonly number[], mark: string): string {
  let at = 0;
  return groups
    .map((length) => {
      at += length;
      return digits.slice(at - length, at);
    })
    .join(mark);
}

/** Structure of the number behind country and check digits, as the registry writes it: n digits, a capitals, c either. */
export const IBAN_STRUCTURES: Readonly<Record<string, string>> = {
  AT: 'n16', BE: 'n12', BG: 'a4n6c8', BR: 'n23a1c1', CH: 'n5c12', CY: 'n8c16', CZ: 'n20', DE: 'n18', DK: 'n14', EE: 'n16', ES: 'n20', FI: 'n14',
  FR: 'n10c11n2', GB: 'a4n14', GR: 'n7c16', HR: 'n17', HU: 'n24', IE: 'a4n14', IT: 'a1n10c12', LT: 'n16', LU: 'n3c13', LV: 'a4c13', MC: 'n10c11n2',
  MT: 'a4n5c18', NL: 'a4n10', NO: 'n11', PL: 'n24', PT: 'n21', RO: 'a4c16', SA: 'n2c18', SE: 'n20', SI: 'n15', SK: 'n20', TR: 'n6c16', UA: 'n6c19',
}; // prettier-ignore

/** An IBAN of a country. Letters that may stand for digits are drawn seldom, as banks do. */
export function drawIban(random: Random, country: string): string {
  const structure = IBAN_STRUCTURES[country] ?? 'n16';
  const bban = structure.replaceAll(/([nac])([0-9]+)/g, (_, kind: string, count: string) =>
    Array.from({ length: Number(count) }, (_entry, index) =>
      kind === 'a' || (kind === 'c' && index === 0 && random(8) === 0) ? String.fromCharCode(65 + random(26)) : String(random(10)),
    ).join(''),
  );
  const value = `${bban}${country}00`.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  const check = 98n - (BigInt(value) % 97n);
  return `${country}${String(check).padStart(2, '0')}${bban}`;
}

/** National numbers that their authorities, or the handbooks, have published as examples; and one with another last digit or letter is none. */
export const NATIONAL_SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'us-ssn': ['His number is ‹536-90-4399›.', 'SSN: ‹536904399›', 'social security no. ‹536 90 4399›'],
  'us-itin': ['‹912-90-3456›', 'ITIN ‹912903456›'],
  'us-bank-routing-number': ['routing number: ‹111000025›', 'ABA ‹021000021›'],
  'ca-sin': ['SIN ‹046 454 286›', 'social insurance number: ‹046454286›'],
  'uk-nhs-number': ['NHS number ‹943 476 5919›', 'NHS no: ‹9434765919›'],
  'de-tax-id': ['‹86 095 742 719›', 'Steuer-ID: ‹65929970489›', 'IdNr. ‹86095742719›'],
  'fr-nir': ['‹2 55 08 14 168 025 38›', '‹255081416802538›', 'n° ‹2550814168025 38›'],
  'pl-pesel': ['PESEL: ‹44051401359›', 'numer PESEL ‹02070803628›'],
  'nl-bsn': ['BSN: ‹111222333›', 'burgerservicenummer ‹111.222.333›'],
  'be-national-number': ['‹85.07.30-033.28›', 'rijksregisternummer ‹85073003328›'],
  'se-personal-number': ['‹811228-9874›', '‹19811228-9874›', 'personnummer ‹8112289874›'],
  'no-birth-number': ['‹15108695088›', 'fødselsnummer ‹151086 95088›'],
  'dk-cpr': ['CPR ‹211062-5629›', 'cpr-nr.: ‹2110625629›'],
  'is-kennitala': ['kennitala ‹120174-3399›', 'kt. ‹1201743399›'],
  'at-social-security-number': ['SVNR ‹1237 010180›', 'Sozialversicherungsnummer: ‹1237010180›'],
  'ch-ahv-number': ['‹756.9217.0769.85›', '‹7569217076985›'],
  'ro-cnp': ['CNP ‹1630615123457›'],
  'bg-egn': ['EGN ‹7523169263›', 'ЕГН: ‹8032056031›'],
  'gr-amka': ['AMKA ‹01013099997›', 'ΑΜΚΑ: ‹01013099997›'],
  'hr-oib': ['OIB: ‹33392005961›'],
  'balkan-jmbg': ['JMBG ‹0101006500006›'],
  'baltic-personal-code': ['isikukood ‹36805280109›', 'asmens kodas ‹33309240064›', 'personas kods ‹161175-19997›'],
  'hu-taj': ['TAJ szám: ‹123 456 788›'],
  'pt-nif': ['NIF ‹501964843›', 'contribuinte n.º ‹501 964 843›'],
  'ru-snils': ['‹112-233-445 95›', 'СНИЛС ‹11223344595›'],
  'ru-inn': ['ИНН ‹500100732259›'],
  'tr-identity-number': ['TC kimlik no: ‹17291716060›'],
  'br-cpf': ['‹390.533.447-05›', 'CPF ‹39053344705›'],
  'ar-cuit': ['‹20-05536168-2›', 'CUIT: ‹20055361682›'],
  'ec-cedula': ['cédula ‹171430710-3›', 'cedula: ‹1714307103›'],
  'in-aadhaar': ['Aadhaar: ‹2341 2341 2346›', 'aadhaar_number=‹234123412346›'],
  'au-tfn': ['TFN ‹123 456 782›', 'tax file number: ‹123456782›'],
  'au-medicare-number': ['Medicare card ‹2123 45670 1›'],
  'nz-ird-number': ['IRD number ‹49-098-576›', 'IRD ‹136410132›'],
  'za-id-number': ['‹750330 5044 089›', 'ID number: ‹7503305044089›'],
  'kr-rrn': ['‹900101-1234568›', '주민등록번호: ‹900101-1234568›'],
  'jp-my-number': ['My Number: ‹123456789018›', 'マイナンバー ‹1234 5678 9018›'],
  'th-national-id': ['‹1-1234-56789-12-0›', 'Thai ID ‹1123456789120›'],
  'il-identity-number': ['teudat zehut ‹039337423›', 'ת.ז. ‹039337423›'],
  'ae-emirates-id': ['‹784-1979-1234567-1›', 'Emirates ID ‹784197912345671›'],
  'my-mykad': ['MyKad ‹770305-02-1234›'],
  'pk-cnic': ['CNIC: ‹34201-0891231-8›'],
  'id-nik': ['NIK: ‹3171011708450001›'],
  'uk-nino': ['NI number: ‹AB 12 34 56 C›', 'National Insurance ‹AB123456C›'],
  'es-dni': ['DNI ‹54362315K›', '‹54.362.315-K›'],
  'es-nie': ['‹X2482300W›', 'NIE: ‹X-2482300-W›'],
  'it-fiscal-code': ['‹RCCMNL83S18D969H›', 'CF: ‹rccmnl83s18d969h›'],
  'fr-nir-corsica': ['‹1 84 12 2A 451 089 33›'],
  'de-pension-number': ['‹15 070649 C 103›', 'RVNR ‹15070649C103›'],
  'fi-personal-identity-code': ['‹131052-308T›', 'hetu: ‹131052-308T›'],
  'ie-ppsn': ['PPS number ‹6433435F›', 'PPSN: ‹1234567FA›'],
  'cz-birth-number': ['rodné číslo: ‹710319/2745›'],
  'br-cnpj': ['‹16.727.230/0001-97›', 'CNPJ ‹16.727.230/0001-97›'],
  'br-cnpj-with-letters': ['CNPJ: ‹12.ABC.345/01DE-35›', 'cnpj ‹12ABC34501DE35›'],
  'cl-rut': ['‹12.531.909-2›', 'RUT: ‹12.531.909-2›'],
  'mx-curp': ['‹BOXW310820HNERXN09›'],
  'cn-resident-id': ['‹11010519491231002X›', '身份证号：‹11010519491231002X›'],
  'sg-nric': ['‹S1234567D›', 'NRIC ‹G1234567X›'],
  'hk-identity-card': ['‹A123456(3)›', 'HKID: ‹A123456(3)›'],
  'tw-national-id': ['‹A123456789›'],
};
