// National numbers that are written with digits only: how each is written, what its check digits prove, and the words that speak of it. Where the proof is
// thin, or the number looks like others, a word must be near. Data: a row is a type of finding.

import { isGs1, isLuhn, isMod11And10, isUniform, isVerhoeff, weigh } from './check-digits.ts';
import { words } from './context.ts';
import { shapes } from './groups.ts';
import type { NumberKind } from './groups.ts';
import {
  check11,
  isBaltic,
  isBelgian,
  isBirthDay,
  isBulgarianDay,
  isCpf,
  isFrenchNir,
  isGermanTaxId,
  isJmbg,
  isKorean,
  isNewZealandIrd,
  isNorwegian,
  isPolishDay,
  isRomanian,
  isSsn,
  isTurkish,
} from './national-checks.ts';

/** A kind of national number: a type of finding. */
export interface NationalNumber extends NumberKind {
  /** Type of the finding. */
  readonly name: string;
}

/** By country. */
export const NATIONAL_NUMBERS: readonly NationalNumber[] = [
  {
    name: 'us-ssn',
    shapes: shapes('3-2-4'),
    loose: shapes('3 2 4', '3.2.4', '9', '3-6', '5-4'),
    check: isSsn,
    context: words(
      'ssn',
      'ssns',
      'social security*',
      'social sec',
      'soc sec',
      'socsec',
      'ss no',
      'ss num*',
      'ss#',
      'tax id',
      'taxpayer*',
      'tin',
    ),
  },
  {
    name: 'us-itin',
    shapes: shapes('3-2-4'),
    loose: shapes('3 2 4', '9'),
    check: (digits) => /^9[0-9]{2}(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-2]|9[4-9])[0-9]{4}$/.test(digits),
    context: words('itin*', 'individual taxpayer*', 'tax id', 'taxpayer*', 'tin'),
  },
  {
    name: 'us-bank-routing-number',
    shapes: [],
    loose: shapes('9', '4-4-1'),
    check: (digits) =>
      /^(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(digits) && weigh(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
    context: words('routing*', 'aba', 'rtn', 'ach', 'wire'),
  },
  {
    name: 'ca-sin',
    shapes: [],
    loose: shapes('3_3_3', '9'),
    check: (digits) => !/^(?:000|8)/.test(digits) && isLuhn(digits) && !isUniform(digits),
    context: words('sin', 'social insurance*', 'assurance sociale', 'nas', 'canad*'),
  },
  {
    name: 'uk-nhs-number',
    shapes: [],
    loose: shapes('3_3_4', '10'),
    check: (digits) => !isUniform(digits) && check11(weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]), digits.slice(9)),
    context: words('nhs*', 'national health*', 'patient*', 'chi number'),
  },
  {
    name: 'de-tax-id',
    shapes: shapes('2 3 3 3'),
    loose: shapes('11', '2_3_3_3'),
    check: isGermanTaxId,
    context: words('steuer*', 'idnr*', 'id-nr*', 'identifikationsnummer*', 'tax id*', 'tin', 'tax number', 'taxpayer*', 'german*'),
  },
  {
    name: 'fr-nir',
    shapes: shapes('15', '13 2', '1_2_2_2_3_3_2', '1_2_2_2_3_3 2', '1 2 2 2 3 3-2', '1_2_2_2_6_2', '1 12 2'),
    check: (digits) => isFrenchNir(digits.slice(0, 13), digits.slice(13)),
    mayBegin: (prefix) => prefix >= 1000 && prefix < 3000,
    context: words('nir', 'insee', 'sécurité sociale', 'securite sociale', 'sécu', 'secu', 'numéro de sécu*', 'french*'),
  },
  {
    name: 'pl-pesel',
    shapes: [],
    loose: shapes('11'),
    check: (digits) => isPolishDay(digits) && weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    context: words('pesel*', 'ewidencyjny*', 'polish national*', 'polish id*'),
  },
  {
    name: 'nl-bsn',
    shapes: [],
    loose: shapes('9', '4_2_3', '3_3_3', '4.2.3'),
    check: (digits) => !isUniform(digits) && weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    context: words('bsn*', 'burgerservice*', 'sofi*', 'citizen service*', 'dutch*'),
  },
  {
    name: 'be-national-number',
    shapes: shapes('2.2.2-3.2'),
    loose: shapes('11', '6 3 2', '2 2 2 3 2', '6-3-2', '2.2.2 3 2', '6-3.2'),
    check: (digits) => isBelgian(digits),
    context: words('rijksregister*', 'insz*', 'niss*', 'registre national*', 'national register*', 'national number*', 'nrn', 'belgi*'),
  },
  {
    name: 'se-personal-number',
    shapes: shapes('6-4', '8-4'),
    loose: shapes('10', '12', '6 4', '8 4'),
    check: (digits) =>
      isBirthDay(digits.slice(-10, -4), 'ymd', 60) && isLuhn(digits.slice(-10)) && (digits.length === 10 || /^(?:18|19|20)/.test(digits)),
    context: words('personnummer*', 'personnr*', 'samordningsnummer*', 'swedish*', 'personal number*', 'personal identity*', 'pnr'),
  },
  {
    name: 'no-birth-number',
    shapes: shapes('6 5', '11'),
    check: isNorwegian,
    // A day, to which 40 may be added, and a month.
    mayBegin: (prefix) => prefix < 7200 && prefix % 100 > 0 && prefix % 100 <= 12,
    context: words('fødselsnummer*', 'fodselsnummer*', 'personnummer*', 'd-nummer*', 'fnr', 'norwegian*'),
  },
  {
    name: 'dk-cpr',
    shapes: [],
    loose: shapes('6-4', '10', '6 4'),
    check: (digits) => isBirthDay(digits.slice(0, 6), 'dmy', 60) && !isUniform(digits.slice(6)),
    context: words('cpr*', 'personnummer*', 'danish*', 'dansk*'),
  },
  {
    name: 'is-kennitala',
    shapes: [],
    loose: shapes('6-4', '10', '6 4'),
    check: (digits) =>
      isBirthDay(digits.slice(0, 6), 'dmy', 40) && /[089]$/.test(digits) && weigh(digits, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    context: words('kennital*', 'icelandic*', 'kt'),
  },
  {
    name: 'at-social-security-number',
    shapes: [],
    loose: shapes('4 6', '10', '4-6', '4 2 2 2'),
    check: (digits) =>
      isBirthDay(digits.slice(4), 'dmy', 0) && String(weigh(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11) === digits.charAt(3),
    context: words('sozialversicherung*', 'svnr*', 'sv-nr*', 'vsnr*', 'austrian*', 'versicherungsnummer*', 'social security*'),
  },
  {
    name: 'ch-ahv-number',
    shapes: shapes('3.4.4.2', '13', '3 4 4 2'),
    check: (digits) => digits.startsWith('756') && isGs1(digits),
    mayBegin: (prefix) => prefix >= 7560 && prefix < 7570,
  },
  {
    name: 'ro-cnp',
    shapes: [],
    loose: shapes('13'),
    check: (digits) => isBirthDay(digits.slice(1, 7), 'ymd', 0) && /^[1-9]/.test(digits) && isRomanian(digits),
    context: words('cnp*', 'cod numeric*', 'romanian*'),
  },
  {
    name: 'bg-egn',
    shapes: [],
    loose: shapes('10'),
    check: (digits) => isBulgarianDay(digits) && String((weigh(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10) === digits.charAt(9),
    context: words('egn*', 'егн*', 'bulgarian*'),
  },
  {
    name: 'gr-amka',
    shapes: [],
    loose: shapes('11'),
    check: (digits) => isBirthDay(digits.slice(0, 6), 'dmy', 0) && isLuhn(digits),
    context: words('amka*', 'αμκα*', 'greek*'),
  },
  {
    name: 'hr-oib',
    shapes: [],
    loose: shapes('11'),
    check: (digits) => isMod11And10(digits) && !isUniform(digits),
    context: words('oib*', 'osobni identifikacijski*', 'croatian*'),
  },
  {
    name: 'balkan-jmbg',
    shapes: [],
    loose: shapes('13'),
    check: isJmbg,
    context: words('jmbg*', 'emšo*', 'emso*', 'матични*', 'matični*', 'maticni*', 'embg*'),
  },
  {
    name: 'baltic-personal-code',
    shapes: [],
    loose: shapes('11', '6-5'),
    check: isBaltic,
    context: words('isikukood*', 'asmens kod*', 'personas kod*', 'personal code*', 'estonian*', 'lithuanian*', 'latvian*'),
  },
  {
    name: 'hu-taj',
    shapes: [],
    loose: shapes('3_3_3', '9'),
    check: (digits) => !isUniform(digits) && weigh(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === Number(digits.charAt(8)),
    context: words('taj*', 'társadalombiztosítási*', 'hungarian*'),
  },
  {
    name: 'pt-nif',
    shapes: [],
    loose: shapes('9', '3 3 3'),
    check: (digits) => /^[1235689]/.test(digits) && check11(weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2]), digits.charAt(8), '0'),
    context: words('nif*', 'contribuinte*', 'portuguese*'),
  },
  {
    name: 'ru-snils',
    shapes: shapes('3-3-3 2', '3-3-3-2'),
    loose: shapes('11', '3 3 3 2'),
    check: (digits) => String((weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100).padStart(2, '0') === digits.slice(9),
    context: words('snils*', 'снилс*'),
  },
  {
    name: 'ru-inn',
    shapes: [],
    loose: shapes('12'),
    check: (digits) =>
      !isUniform(digits) &&
      (weigh(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits.charAt(10)) &&
      (weigh(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits.charAt(11)),
    context: words('inn', 'инн'),
  },
  {
    name: 'tr-identity-number',
    shapes: [],
    loose: shapes('11'),
    check: isTurkish,
    context: words('tckn*', 'tc kimlik*', 'kimlik*', 't.c.*', 'turkish*'),
  },
  {
    name: 'br-cpf',
    shapes: shapes('3.3.3-2'),
    loose: shapes('11', '3 3 3 2', '9-2', '3.3.3.2', '3-3-3-2'),
    check: isCpf,
    context: words('cpf*', 'cadastro de pessoa*', 'brazilian*', 'contribuinte*'),
  },
  {
    name: 'ar-cuit',
    shapes: shapes('2-8-1'),
    loose: shapes('11', '2 8 1', '2.8.1'),
    check: (digits) => /^(?:2[03-7]|3[034])/.test(digits) && check11(weigh(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), digits.charAt(10)),
    context: words('cuit*', 'cuil*', 'argentin*'),
  },
  {
    name: 'ec-cedula',
    shapes: [],
    loose: shapes('10', '9-1'),
    check: (digits) => /^(?:0[1-9]|1[0-9]|2[0-4]|30)[0-6]/.test(digits) && isLuhn(digits),
    context: words('cedula*', 'cédula*', 'ecuador*'),
  },
  {
    name: 'in-aadhaar',
    shapes: [],
    loose: shapes('4_4_4', '12'),
    check: (digits) => /^[2-9]/.test(digits) && isVerhoeff(digits) && !isUniform(digits),
    context: words('aadhaar*', 'aadhar*', 'adhar*', 'uidai*', 'uid', 'आधार*'),
  },
  {
    name: 'au-tfn',
    shapes: [],
    loose: shapes('3_3_3', '9'),
    check: (digits) => !isUniform(digits) && weigh(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    context: words('tfn*', 'tax file*'),
  },
  {
    name: 'au-medicare-number',
    shapes: [],
    loose: shapes('4 5 1', '10', '4-5-1'),
    check: (digits) => /^[2-6]/.test(digits) && weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits.charAt(8)),
    context: words('medicare*'),
  },
  {
    name: 'nz-ird-number',
    shapes: [],
    loose: shapes('3_3_3', '9', '8', '2_3_3'),
    check: isNewZealandIrd,
    context: words('ird*', 'inland revenue*'),
  },
  {
    name: 'za-id-number',
    shapes: shapes('6 4 3', '6 4 2 1', '6 4 1 2'),
    // Milliseconds since 1970 have 13 digits too, and of some years begin with what could be a day.
    loose: shapes('13'),
    check: (digits) =>
      isBirthDay(digits.slice(0, 6), 'ymd', 0) && /^[012]$/.test(digits.charAt(10)) && /^[89]$/.test(digits.charAt(11)) && isLuhn(digits),
    context: words('id number*', 'identity*', 'rsa id', 'sa id', 'south african*'),
  },
  {
    name: 'kr-rrn',
    shapes: shapes('6-7'),
    loose: shapes('13', '6 7'),
    check: (digits) => isBirthDay(digits.slice(0, 6), 'ymd', 0) && /^[1-8]$/.test(digits.charAt(6)) && isKorean(digits),
    context: words('rrn*', 'resident registration*', '주민등록번호', '주민번호', 'korean*', 'jumin*'),
  },
  {
    name: 'jp-my-number',
    shapes: [],
    loose: shapes('12', '4_4_4'),
    check: (digits) => !isUniform(digits) && check11(weigh(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), digits.charAt(11), '0'),
    context: words('my number*', 'mynumber*', 'マイナンバー', '個人番号'),
  },
  {
    name: 'th-national-id',
    shapes: shapes('1-4-5-2-1', '1 4 5 2 1'),
    loose: shapes('13'),
    check: (digits) =>
      /^[1-8]/.test(digits) && (11 - (weigh(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(digits.charAt(12)),
    context: words('thai*', 'บัตรประชาชน*', 'เลขประจำตัว*'),
  },
  {
    name: 'il-identity-number',
    shapes: [],
    loose: shapes('9', '8-1'),
    check: (digits) => isLuhn(digits) && !isUniform(digits),
    context: words('teudat*', 'israeli*', 'תעודת זהות', 'ת"ז', 'ת.ז*'),
  },
  {
    name: 'ae-emirates-id',
    shapes: shapes('3-4-7-1'),
    loose: shapes('15', '3 4 7 1'),
    check: (digits) => digits.startsWith('784') && isLuhn(digits),
    context: words('emirates*', 'eid', 'uae*'),
  },
  {
    name: 'my-mykad',
    shapes: [],
    loose: shapes('6-2-4', '12'),
    check: (digits) =>
      isBirthDay(digits.slice(0, 6), 'ymd', 0) && !/^(?:00|17|18|19|20|69|7[0-3]|80|81|94|95|96|97)$/.test(digits.slice(6, 8)),
    context: words('mykad*', 'nric*', 'ic no*', 'ic number*', 'malaysian*', 'kad pengenalan*'),
  },
  {
    name: 'pk-cnic',
    shapes: [],
    loose: shapes('5-7-1', '13'),
    check: (digits) => /^[1-7]/.test(digits) && !isUniform(digits),
    context: words('cnic*', 'nadra*', 'pakistani*'),
  },
  {
    name: 'id-nik',
    shapes: [],
    loose: shapes('16'),
    check: (digits) => /^[1-9][1-9]/.test(digits) && isBirthDay(digits.slice(6, 12), 'dmy', 40) && !digits.endsWith('0000'),
    context: words('nik', 'ktp*', 'induk kependudukan*', 'indonesian*'),
  },
];
