// Payment and personal data that no check digit of a table proves, and what looks like it. What stands between ‹ and › is the finding; near misses hold none
// of their type. Card numbers are put together at run time.

import { createRandom, drawCard, NETWORKS, withLuhn } from './numbers.fixture.ts';

/** Texts by type of finding. */
export type Samples = Readonly<Record<string, readonly string[]>>;

const [VISA = { prefix: '4', length: 16, groups: [16] }] = NETWORKS;
const random = createRandom(11);
const CARD = drawCard(random, VISA);
const NEIGHBOUR = `${CARD.slice(0, -1)}${(Number(CARD.slice(-1)) + 1) % 10}`;

/** What is found. */
export const PERSONAL_SAMPLES: Samples = {
  'card-track': [`swiped ‹;${CARD}=25121010000012345678?›`, `‹${CARD}D25121010000012345›`],
  'card-track-1': [`‹%B${CARD}^DOE/JANE^25121010000000000123?›`],
  'card-number': [
    `Charge ‹${CARD}› today`,
    `{"pan":"‹${CARD}›"}`,
    `卡号‹${CARD}›，请`,
    `a=‹${CARD}›&b=1`,
    `booked a ticket with ‹${CARD}›`,
    `for order 17 take ‹${CARD}›`,
  ],
  'card-verification-code': [
    'CVV: ‹123›',
    'cvc2 is ‹4321›.',
    'the security code on my card is ‹987›',
    'Card verification value (CVV) = ‹005›',
    'CVV2 code ‹123›',
  ],
  'card-pin': ['my card PIN is ‹4821›', 'ATM PIN: ‹482113›', 'the PIN code for my debit card is ‹0912›'],
  'pin-block': ['PIN block: ‹0412AC89ABCDEF67›', 'pinblock=‹041234FFFFFFFFFF041234FFFFFFFFFF›'],
  email: [
    'write to ‹jane.doe+x@mail.example.com›.',
    '<‹a@b.co›>',
    "mailto:‹o'brien@host.example.ie›?subject=x",
    '‹jürgen@bücher.example.de›',
    '请联系‹john@firm.example.cn›谢谢',
    'a,‹x_y@z.museum›,b',
    'https://h.example?mail=‹jane@firm.example.org›&x=1',
    'JANE: ‹JANE.DOE@FIRM.EXAMPLE.ORG›;',
    String.raw`line\n‹jane@firm.example.org›`,
    'user:‹first.last@sub-domain.firm.example›;',
  ],
  'ipv4-address': [
    'from ‹203.0.113.77› port 22',
    '"client_ip":"‹8.8.4.4›"',
    'http://‹198.51.100.7›:8080/x',
    '[‹192.0.2.44›]',
    'at ‹203.0.113.9›, then',
    'ip=‹5.6.7.8›',
  ],
  'ipv6-address': [
    'from ‹2001:db8:85a3::8a2e:370:7334›',
    '[‹2001:db8::1›]:443',
    '‹2a02:8108:1234:5678:9abc:def0:1234:5678›',
    'addr ‹fd12:3456:789a:1::1›',
  ],
  'phone-number': [
    'Phone: ‹+1 (415) 555-0132›',
    'tel. ‹030 901820›',
    'call me at ‹(212) 555-0187› tonight',
    'Mobile ‹+44 7700 900123›',
    '电话：‹010-82544688›',
    'Telefon ‹+49 30 901820›',
    'whatsapp: ‹5511987654321›',
    'phone number is ‹555-0100›',
    'Fax: ‹345-555-3560x4587›',
    'Desk: ‹+1-903-555-4508 ext. 769›',
  ],
  'passport-number': ['passport number: ‹X1234567›', 'Passport No. ‹123456789›', 'Reisepass Nr. ‹C0100047›'],
  'passport-mrz': ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n‹L898902C36UTO7408122F1204159ZE184226B<<<<<10›'],
  'date-of-birth': [
    'Date of birth: ‹1984-02-29›',
    'DOB ‹02/29/1984›',
    'born on ‹29 February 1984›',
    'Geburtsdatum: ‹29.02.1984›',
    'born on ‹March 3rd, 1990›',
  ],
  'us-driver-license': ["driver's license ‹D1234567›", 'Driver License No: ‹S530-460-66-123›'],
  'bank-account-number': ['bank account number: ‹000123456789›', 'Checking account no. ‹12345678›'],
  'in-pan': ['PAN card ‹ABCPE1234F›', 'Permanent Account Number: ‹AAAPL1234C›'],
  'us-medicare-number': ['Medicare: ‹1EG4-TE5-MK73›', 'MBI ‹1EG4TE5MK73›'],
};

/** Values of members whose names say what they are. */
export const MEMBER_SAMPLES: Readonly<Record<string, readonly (readonly [key: string, value: string])[]>> = {
  'card-verification-member': [
    ['cvv', '123'],
    ['cardCvc', '4321'],
    ['card_security_code', '987'],
  ],
  'pin-block-member': [['pinBlock', '0412AC89ABCDEF67']],
  'passport-member': [['passportNumber', 'X1234567']],
  'date-of-birth-member': [
    ['date_of_birth', '1984-02-29'],
    ['birthDate', '1984-02-29T00:00:00Z'],
  ],
  'in-pan-member': [['pan', 'ABCPE1234F']],
};

/** What is found in neither: names and values. */
export const MEMBER_NEAR_MISSES: Readonly<Record<string, readonly (readonly [key: string, value: string])[]>> = {
  'card-verification-member': [
    ['cvv_required', '1234567'],
    ['recvCount', '123'],
    ['cvcs', '123'],
  ],
  'pin-block-member': [['pinBlock', 'none']],
  'passport-member': [['passport', 'required']],
  'date-of-birth-member': [['birthdayReminder', 'weekly']],
  'in-pan-member': [['pan', 'left']],
};

/** What is not found. */
export const PERSONAL_NEAR_MISSES: Samples = {
  'card-track': [`${CARD}=2513101`, `;${NEIGHBOUR}=25121010000012345678?`],
  'card-track-1': [`%B${CARD} and so on`, '%background'],
  'card-number': [
    NEIGHBOUR,
    `1${CARD}`,
    `${CARD}7`,
    `x${CARD}`,
    `${CARD}_a`,
    `0.${CARD}`,
    `order number ${CARD}`,
    `tracking: ${CARD}`,
    `"order_id": "${CARD}"`,
    `your invoice no. is ${CARD}`,
    `IMEI ${CARD}`,
    `/items/${CARD}`,
    `+${CARD.slice(0, 13)}`,
    `2024-${CARD}`,
    '0000 0000 0000 0000',
    '4444444444444444',
    withLuhn(`9${CARD.slice(1, -1)}`),
    withLuhn('400123456789'),
  ],
  'card-verification-code': [
    'CVV 12345',
    'cvv2 from 2024',
    'see RFC 123',
    'the csc team has 1200 members',
    'security code review of 2024',
    'cvc-456.md',
    'CVE-2024-123',
  ],
  'card-pin': ['PIN code 110001, New Delhi, India', 'pin number 13 of the header', 'unlock with the PIN code 12'],
  'pin-block': ['pin block format 0', 'pin block 0412AC89'],
  email: [
    'git@github.com:owner/repo.git',
    'npm i @scope/name@1.2.3',
    'logo@2x.png',
    'icon@1.5x.webp',
    'lodash@4.17.21',
    'https://user:pass@host.example.com/',
    'ssh admin@server.example.com',
    '@user@mastodon.example',
    'a@b',
    'x @ y.com',
    'root@server.local',
    'pkg@sha256:abcd.ef',
    'scp me@host.example.com:/tmp/x .',
    'rate@100.50',
    'see @john.doe for this',
    '@media.screen',
    'Message-ID: <CAF3x@mail.example.com>',
  ],
  'ipv4-address': [
    'version 1.2.3.4',
    'v10.20.30.40',
    'Chrome/120.0.0.0',
    '1.2.3.4.5',
    '256.1.1.1',
    '127.0.0.1',
    '0.0.0.0',
    'section 3.4.2.1 of it',
    'lib-1.22.333.44',
    '10.20.30.40-beta',
    'SDK 10.0.190.41 build',
    '01.002.03.04',
    'foo==2.31.0.10',
    '2.3.1.4',
  ],
  'ipv6-address': [
    'std::vector::size',
    '12:30:45',
    '00:1a:2b:3c:4d:5e',
    'aa:bb:cc:dd:ee:ff:00:11',
    'dead::beef::1',
    'Foo::Bar::a',
    '::1',
    'at 2024:01:02',
  ],
  'phone-number': [
    'order 4155550132',
    '2024-01-02 03:04',
    'phone model 12 of 2024-01-02',
    'id: 1527882203',
    'run(1234567, x)',
    'tel 12345',
    'call CVE-2026-1234567',
  ],
  'passport-number': ['passport office 2024', 'passport.js 0.6.0', 'passport number missing'],
  'passport-mrz': ['L898902C46UTO7408122F1204159ZE184226B<<<<<10', '<<<<<<<< HEAD'],
  'date-of-birth': ['dob field is required', 'date: 1984-02-29', 'birthday party on Friday'],
  'us-driver-license': ['driver license required', "the driver's licence is MIT", 'driver version 1234567'],
  'bank-account-number': ['account number missing', 'bank holiday 20240101', 'account number 12345678'],
  'in-pan': ['ABCPE1234F', 'pan: left', 'PAN card ABCDE1234F'],
  'us-medicare-number': ['1EG4-TE5-MK73', 'medicare 1234-567-8901'],
};
