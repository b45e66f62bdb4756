// Every kind of number, as it is written where it is used; and everything that is nearly one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileDetectors } from '../compile.ts';
import { searchText } from '../search-text.ts';
import type { TextFinding } from '../search-text.ts';
import {
  createRandom,
  DOUBTFUL_NETWORKS,
  drawCard,
  drawDigits,
  drawIban,
  grouped,
  IBAN_STRUCTURES,
  NATIONAL_SAMPLES,
  NETWORKS,
} from './numbers.fixture.ts';
import { NUMBERS } from './numbers.ts';
import { PAYMENT } from './payment.ts';
import { MEMBER_NEAR_MISSES, MEMBER_SAMPLES, PERSONAL_NEAR_MISSES, PERSONAL_SAMPLES } from './personal.fixture.ts';
import { PERSONAL } from './personal.ts';

const compiled = compileDetectors([...PAYMENT, ...PERSONAL], { readers: NUMBERS, sweeps: [] });
assert.ok(compiled.ok);
const engine = compiled.value;

const ROUNDS = 20;
/** These have no check digits, or others behind them: every number of their form is one, whatever its last digit. */
const UNCHECKED: ReadonlySet<string> = new Set([
  'us-ssn',
  'us-itin',
  'dk-cpr',
  'my-mykad',
  'pk-cnic',
  'id-nik',
  'uk-nino',
  'is-kennitala',
  'au-medicare-number',
]);

function search(text: string, key = ''): readonly TextFinding[] {
  return searchText(engine, text, 'answer', key);
}

function typesIn(text: string, key = ''): readonly string[] {
  return search(text, key).map(({ type }) => type);
}

/** Asserts that the text holds this type exactly where its marks say. */
function assertFound(type: string, marked: string): void {
  const text = marked.replaceAll(/[‹›]/g, '');
  const found = search(text).map((finding) => `${finding.type} ${text.slice(finding.start, finding.end)}`);
  const wanted = `${type} ${marked.slice(marked.indexOf('‹') + 1, marked.indexOf('›'))}`;
  assert.ok(found.includes(wanted), `${marked}: found ${found.join(', ') || 'nothing'}`);
}

/** The same with another last digit or letter. */
function spoil(value: string): string {
  const at = value.search(/[0-9A-Za-z](?=[^0-9A-Za-z]*$)/);
  const last = value.charAt(at);
  const other = /[0-9]/.test(last) ? String((Number(last) + 1) % 10) : last === 'A' ? 'B' : 'A';
  return value.slice(0, at) + other + value.slice(at + 1);
}

describe('national numbers', () => {
  for (const [type, samples] of Object.entries(NATIONAL_SAMPLES)) {
    test(`${type}: as it is written`, () => {
      for (const sample of samples) assertFound(type, sample);
    });
    if (UNCHECKED.has(type)) continue;
    test(`${type}: with another check digit it is none`, () => {
      for (const sample of samples) {
        const text = sample.replace(/‹(.*)›/, (_, value: string) => spoil(value));
        assert.ok(!typesIn(text).includes(type), text);
      }
    });
  }

  test('numbers that prove little are none without a word that speaks of them', () => {
    for (const [type, samples] of Object.entries(NATIONAL_SAMPLES)) {
      const kind = NUMBERS.flatMap(({ finds }) => finds).find(({ name }) => name === type);
      if (kind?.confidence !== 'medium') continue;
      for (const sample of samples) {
        const bare = sample.slice(sample.indexOf('‹') + 1, sample.indexOf('›'));
        assert.ok(!typesIn(`value ${bare} here`).includes(type), `${type}: ${bare}`);
      }
    }
  });

  test('a social security number has no area 000, 666 or 9xx, no group 00 and no serial 0000', () => {
    for (const text of [
      '000-12-3456',
      '666-12-3456',
      '912-12-3456',
      '123-00-4567',
      '123-45-0000',
      '078-05-1120',
      '12-345-6789',
      '1123-45-6789',
    ]) {
      assert.ok(!typesIn(`SSN ${text}`).includes('us-ssn'), text);
    }
  });

  test('the name of a member speaks for its value', () => {
    assert.deepEqual(typesIn('536904399', 'employeeSsn'), ['us-ssn']);
    assert.deepEqual(typesIn('111222333', 'bsn'), ['nl-bsn']);
    assert.deepEqual(typesIn('111222333', 'count'), []);
  });

  test('every kind has a sample', () => {
    const kinds = NUMBERS.flatMap(({ finds }) => finds.map(({ name }) => name));
    const sampled = new Set([...Object.keys(NATIONAL_SAMPLES), ...Object.keys(PERSONAL_SAMPLES), 'iban']);
    assert.deepEqual(
      kinds.filter((name) => !sampled.has(name)),
      [],
    );
  });
});

describe('card numbers', () => {
  const random = createRandom(5);

  test('of every network, with the marks that people put between groups', () => {
    for (const network of NETWORKS) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const card = drawCard(random, network);
        for (const mark of ['', ' ', '-', '.'])
          assertFound('card-number', `a ‹${mark === '' ? card : grouped(card, network.groups, mark)}› b`);
      }
    }
  });

  test('of networks whose numbers are like others only where words speak of cards', () => {
    for (const network of DOUBTFUL_NETWORKS) {
      const card = grouped(drawCard(random, network), network.groups, ' ');
      assertFound('card-number', `my card ‹${card}› expires`);
      assert.ok(!typesIn(`value ${card} here`).includes('card-number'), card);
    }
  });

  test('in front of expiry and code, beside a quantity, and two of them', () => {
    const card = grouped(drawCard(random, { prefix: '4', length: 16, groups: [] }), [4, 4, 4, 4], ' ');
    assertFound('card-number', `‹${card}› 12/27 123`);
    assertFound('card-number', `‹${card}› 1227`);
    assertFound('card-number', `2 ‹${card}›`);
    assert.deepEqual(typesIn(`${card}, ${card}`), ['card-number', 'card-number']);
  });

  test('in digits of another width or style, with other spaces between, or with what nobody sees', () => {
    const card = grouped(drawCard(random, { prefix: '4', length: 16, groups: [] }), [4, 4, 4, 4], ' ');
    const spell = (zero: number): string => card.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
    for (const text of [
      spell(0xff10),
      spell(0x1d7ce),
      card.replaceAll(' ', '\u00a0'),
      card.replaceAll(' ', '\u2009'),
      card.replaceAll(' ', '\u200b'),
    ]) {
      assert.deepEqual(typesIn(`pay ${text}`), ['card-number'], text);
    }
  });

  test('no number with another check digit', () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const card = drawCard(random, { prefix: '4', length: 16, groups: [] });
      assert.ok(!typesIn(`card ${spoil(card)}`).includes('card-number'));
    }
  });

  test('of random numbers of sixteen digits few are taken for cards', () => {
    let taken = 0;
    for (let round = 0; round < 1000; round += 1) if (typesIn(`value ${drawDigits(random, 16)} end`).includes('card-number')) taken += 1;
    assert.ok(taken < 60, String(taken));
  });
});

describe('accounts', () => {
  const random = createRandom(7);

  test('IBANs of every country of the tests, plain, in groups of four and in small letters', () => {
    for (const country of Object.keys(IBAN_STRUCTURES)) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const iban = drawIban(random, country);
        const spaced = iban.replaceAll(/(.{4})(?=.)/g, '$1 ');
        for (const text of [iban, spaced, spaced.replaceAll(' ', '-'), iban.toLowerCase()]) assertFound('iban', `to ‹${text}›, please`);
      }
    }
  });

  test('no IBAN with other check digits, another length, or inside of something longer', () => {
    for (const country of Object.keys(IBAN_STRUCTURES)) {
      const iban = drawIban(random, country);
      for (const text of [spoil(iban), `${iban}1`, iban.slice(0, -1), `X${iban}`, `ZZ${iban.slice(2)}`]) {
        assert.ok(!typesIn(`IBAN ${text} x`).includes('iban'), text);
      }
    }
  });
});

describe('other payment and personal data', () => {
  for (const [type, samples] of Object.entries(PERSONAL_SAMPLES)) {
    test(`${type}: as it is written`, () => {
      for (const sample of samples) assertFound(type, sample);
    });
  }
  for (const [type, texts] of Object.entries(PERSONAL_NEAR_MISSES)) {
    test(`${type}: not what only looks like it`, () => {
      for (const text of texts) assert.ok(!typesIn(text).includes(type), text);
    });
  }
  for (const [type, members] of Object.entries(MEMBER_SAMPLES)) {
    test(`${type}: by the name of its member`, () => {
      for (const [key, value] of members) assert.ok(typesIn(value, key).includes(type), `${key}: ${value}`);
      for (const [key, value] of MEMBER_NEAR_MISSES[type] ?? []) assert.ok(!typesIn(value, key).includes(type), `${key}: ${value}`);
    });
  }

  test('every detector has samples and near misses', () => {
    const names = [...PAYMENT, ...PERSONAL].map(({ name }) => name);
    const sampled = new Set([...Object.keys(PERSONAL_SAMPLES), ...Object.keys(MEMBER_SAMPLES), ...Object.keys(NATIONAL_SAMPLES)]);
    const missed = new Set([...Object.keys(PERSONAL_NEAR_MISSES), ...Object.keys(MEMBER_NEAR_MISSES), ...Object.keys(NATIONAL_SAMPLES)]);
    assert.deepEqual(
      names.filter((name) => !sampled.has(name) || !missed.has(name)),
      [],
    );
  });
});

test('an identifier that a machine drew is nobody’s account and no card, whatever its digits add up to', () => {
  for (const id of [
    '8056a40c-8d0e-4e8c-be20-65793f764d5a',
    '5c6f5e22-85ac-428c-be36-2198a73eca1b/5',
    'be26e37e-9d34-4843-8f27-918304c00923',
    'defba742-cc4b-4078-9dbd-582961391031',
  ])
    assert.deepEqual(typesIn(id), [], id);
  // The same account outside of one, and in what only looks like one.
  assert.deepEqual(typesIn('be20-65793f764d5a'), ['iban']);
  assert.deepEqual(typesIn('8056a40c-8d0e-be20-65793f764d5a'), ['iban']);
});
