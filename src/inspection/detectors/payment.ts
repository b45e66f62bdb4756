// What pays: card numbers, and the sensitive authentication data that PCI DSS 3.3.1 lets nobody keep once a payment is authorised.

import type { Detector } from '../types.ts';

const CODE_WORDS = String.raw`(?:cvv2?|cvc2?|cvn2?|csc|cav2?|cid|card[ _-]?(?:verification|security|validation)[ _-]?(?:code|value|number|no\.?|#)?|security[ _-]?code)`;

/** Detectors of payment data; card numbers are read by others (numbers.ts). */
export const PAYMENT: readonly Detector[] = [
  {
    name: 'card-track-1',
    class: 'payment',
    // ISO/IEC 7813: the first track has a beginning that is seen; the second, which has none, is told from its digits.
    anchors: { kind: 'literals', literals: ['%b'] },
    before: 0,
    after: 128,
    validator: 'card-track-1',
    confidence: 'high',
  },
  {
    name: 'card-verification-code',
    class: 'payment',
    anchors: {
      kind: 'literals',
      literals: [
        'cvv',
        'cvc',
        'cvn2',
        'csc',
        'cav2',
        'security code',
        'security_code',
        'card verification',
        'card security',
        'card validation',
      ],
    },
    // Behind the word: a few words and marks of its sentence, then three or four digits that belong to nothing longer.
    pattern: String.raw`(?i)(?:^|[^a-z0-9])${CODE_WORDS}(?:\s{0,3}(?:\([a-z0-9 ]{2,12}\)|code|number|no\.?|is|was|of|for|on|the|my|your|his|her|credit|debit|bank|card|value|=>|[:=#"'\x60*|,-])){0,7}\s{0,3}(?P<value>[0-9]{3,4})(?:[^0-9a-z%.:/-]|[.:-](?:[^0-9a-z]|$)|$)`,
    before: 32,
    after: 80,
    validator: 'card-verification-code',
    confidence: 'high',
  },
  {
    name: 'card-verification-member',
    class: 'payment',
    anchors: {
      kind: 'name',
      literals: [
        'cvv',
        'cvc',
        'cvn',
        'csc',
        'securitycode',
        'security_code',
        'security-code',
        'verificationcode',
        'verification_value',
        'card_code',
        'cardcode',
      ],
    },
    pattern: String.raw`(?P<value>[0-9]{3,4})\s*$`,
    validator: 'card-verification-member',
    confidence: 'high',
  },
  {
    name: 'pin-block',
    class: 'payment',
    anchors: { kind: 'literals', literals: ['pin block', 'pinblock', 'pin_block', 'pin-block'] },
    // ISO 9564-1: eight bytes, sixteen since format 4.
    pattern: String.raw`(?i)pin[ _-]?block[^\n]{0,40}?(?:^|[^0-9a-f])(?P<value>(?:[0-9a-f]{16}){1,2})(?:[^0-9a-f]|$)`,
    before: 8,
    after: 112,
    confidence: 'high',
  },
  {
    name: 'pin-block-member',
    class: 'payment',
    anchors: { kind: 'name', literals: ['pinblock', 'pin_block', 'pin-block'] },
    pattern: String.raw`(?P<value>(?i:[0-9a-f]{16}(?:[0-9a-f]{16})?))\s*$`,
    confidence: 'high',
  },
  {
    name: 'card-pin',
    class: 'payment',
    anchors: {
      kind: 'literals',
      literals: ['card pin', 'card_pin', 'cardpin', 'atm pin', 'atm_pin', 'debit pin', 'pin number', 'pin code', 'pincode', 'pin_code'],
    },
    pattern: String.raw`(?i)(?:(?:card|atm|debit)[ _]?pin(?:[ _]?(?:number|code))?|pin[ _]?(?:number|code))(?:\s{0,3}(?:code|number|is|was|of|for|on|the|my|your|his|her|credit|debit|bank|card|=>|[:=#"'\x60*,-])){0,7}\s{0,3}(?P<value>[0-9]{4,6})(?:[^0-9a-z%.:/-]|[.:-](?:[^0-9a-z]|$)|$)`,
    before: 64,
    after: 64,
    validator: 'card-pin',
    confidence: 'medium',
  },
];
