// What holds of looking into messages, whatever they are: it never throws; how a message is cut into pieces changes nothing; what is taken out is
// gone, and what is left is as valid as it was; and what is found as it is, is found in other spellings as well, but for those that are listed.
// SALLYPORT_FUZZ_RUNS sets the number of runs per property; failures print their seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { createScan, editsFor, FINDING_CLASSES, hasPlace } from '../../src/inspection/index.ts';
import type { Found, Surface } from '../../src/inspection/index.ts';
import { parseJson, splice } from '../../src/mcp/index.ts';
import { bodyText } from '../inspection-eval/bodies.ts';
import { ANCHORS, engine } from '../inspection-eval/engine.ts';
import { EVASIONS } from '../inspection-eval/evasions.ts';
import { generateValues } from '../inspection-eval/generated/personal.ts';
import { generateTokens } from '../inspection-eval/generated/secrets.ts';
import { order } from '../inspection-eval/generated/texts.ts';
import { createProbe } from '../inspection-eval/probe.ts';
import { createRandom } from '../inspection-eval/random.ts';
import { cook, invent } from './hostile-bodies.ts';

const numRuns = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 300);
const probe = createProbe((surface) => createScan(engine, { surface }));

const surface = fc.constantFrom<Surface>('request', 'answer', 'question', 'definition');
/** Where a message is cut, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const hostile = fc
  .record({ seed: fc.nat(), bytes: fc.integer({ min: 1, max: 6_000 }) })
  .map(({ seed, bytes }) => cook(invent(createRandom(seed)), { anchors: ANCHORS }, bytes));

/** What is planted: the types of things that must never get through. */
const PLANTED = {
  secret: [...generateTokens(51).values()],
  payment: generateValues(52, 'CREDIT_CARD', 12),
  iban: generateValues(53, 'IBAN_CODE', 8),
  address: generateValues(54, 'EMAIL_ADDRESS', 8),
  order: Array.from({ length: 24 }, (_, seed) => order(createRandom(seed))),
} as const;

/** Those that are found by themselves. */
const SEEN_SECRETS = PLANTED.secret.filter((value) => sees(value) && !value.includes('\n'));
/** As scans have them. */
const WINDOW_BYTES = 16_384;

/** Text around what is planted that neither hides it nor belongs to it. */
const filler = fc.constantFrom('', ' ', 'the answer is ', '\n', 'é ', '\u4e2d\u6587 ', '" ', '\\ ', '😀 ', '; ', 'x'.repeat(300) + ' ');
const planted = fc.constantFrom(...PLANTED.secret, ...PLANTED.payment, ...PLANTED.iban, ...PLANTED.address);
const text = fc.tuple(filler, planted, fc.constantFrom('', ' ', '\n', ' 😀', '; more', '"')).map((parts) => parts.join(''));
/** Any JSON with such texts in it, as values and as names. */
const document = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, filler, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.dictionary(fc.oneof(fc.string({ maxLength: 8 }), planted), tie('value'), { maxKeys: 5 }),
})).value;
const message = fc.record({ result: document, escape: fc.boolean() }).map(({ result, escape }) => {
  const spelling = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
  return Buffer.from(
    escape
      ? spelling.replace(/[A-Za-z](?=[^"\\]*")/g, (char, at: number) => (at % 3 === 0 && spelling[at - 1] !== '\\' ? escapeOf(char) : char))
      : spelling,
  );
});

test('any bytes, in any pieces: it never throws, and what is found lies in the message', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((string) => Buffer.from(string)),
    hostile,
  );
  fc.assert(
    fc.property(bytes, cuts, surface, (given, places, on) => {
      const { found, decided } = inPieces(given, places, on);
      assert.ok(decided.every((offset, n) => offset <= given.length && offset >= (decided[n - 1] ?? 0)));
      for (const one of found) {
        assert.ok(one.path.length <= 200);
        if (hasPlace(one)) assert.ok(0 <= one.start && one.start < one.end && one.end <= given.length, JSON.stringify(one));
      }
    }),
    { numRuns, endOnFailure: true },
  );
});

test('any bytes, however they are written in a text: no detector fails', () => {
  const spellings = [
    (bytes: Buffer) => bytes.toString('base64'),
    (bytes: Buffer) => bytes.toString('base64url'),
    (bytes: Buffer) => bytes.toString('hex'),
    (bytes: Buffer) => Buffer.from(bytes.toString('base64')).toString('base64'),
    (bytes: Buffer) => bytes.toString('hex').replaceAll(/../g, '%$&'),
    (bytes: Buffer) => bytes.toString('hex').replaceAll(/../g, String.raw`\x$&`),
  ];
  const mixed = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 }).map((one) => Buffer.from(one)),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(mixed, fc.constantFrom(...spellings), surface, (bytes, spell, on) => {
      const given = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: `see ${spell(bytes)} there` } }));
      assert.ok(inPieces(given, [], on).found.every(({ type }) => type !== 'failed'));
    }),
    { numRuns, endOnFailure: true },
  );
});

test('any division into pieces gives what the whole gives', () => {
  fc.assert(
    fc.property(fc.oneof(message, hostile), cuts, surface, (given, places, on) => {
      assert.deepEqual(inPieces(given, places, on).found, inPieces(given, [], on).found);
    }),
    { numRuns, endOnFailure: true },
  );
});

test('one byte at a time gives what the whole gives', () => {
  fc.assert(
    fc.property(message, surface, (given, on) => {
      const places = Array.from({ length: given.length }, (_, n) => n / given.length);
      assert.deepEqual(inPieces(given, places, on).found, inPieces(given, [], on).found);
    }),
    { numRuns, endOnFailure: true },
  );
});

test('a secret across the edges of windows is found, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.nat(), cuts, fc.boolean(), (seed, places, wide) => {
      const random = createRandom(seed);
      const secret = random.pick(SEEN_SECRETS);
      // Where windows begin, and wherever a wide text has moved that to.
      const text = [1, 2, 3].reduce(
        (whole, edge) => {
          const at = edge * WINDOW_BYTES - random.below(secret.length + 20);
          return `${whole.slice(0, at)} ${secret} ${whole.slice(at)}`;
        },
        `${wide ? '\u4e2d'.repeat(random.below(40)) : ''}${bodyText(random, 3.5 * WINDOW_BYTES, 'prose')}`,
      );
      const given = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text } }));
      const found = inPieces(given, places, 'answer').found.filter((one) => one.class === 'secret');
      assert.equal(found.length, 3, JSON.stringify(found));
      assert.deepEqual(
        found,
        inPieces(given, [], 'answer').found.filter((one) => one.class === 'secret'),
      );
    }),
    { numRuns: Math.ceil(numRuns / 5), endOnFailure: true },
  );
});

test('what is taken out is gone, and what is left is JSON', () => {
  fc.assert(
    fc.property(message, surface, (given, on) => {
      const read = parseJson(given);
      fc.pre(read.ok);
      if (!read.ok) return;
      const found = inPieces(given, [], on).found.filter((one) => hasPlace(one) && one.class !== 'unscanned');
      const edited = splice(read.value, editsFor(found.map((one) => ({ found: one }))));
      const again = parseJson(edited);
      assert.ok(again.ok, 'what is left is not JSON');
      // Not only is it no longer found: none of it is there, in any spelling.
      const left = JSON.stringify(again.ok ? again.value.value : null);
      for (const value of valuesOf(given, found)) assert.ok(value.length < 8 || !left.includes(value), 'something of a finding is left');
      assert.deepEqual(lasting(inPieces(Buffer.from(edited), [], on).found), []);
    }),
    { numRuns, endOnFailure: true },
  );
});

function escapeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Looks into a message that is cut at these places. */
function inPieces(given: Uint8Array, places: readonly number[], on: Surface): { found: readonly Found[]; decided: readonly number[] } {
  const scan = createScan(engine, { surface: on });
  const offsets = [...places.map((share) => Math.floor(share * given.length)), given.length].sort((a, b) => a - b);
  const found: Found[] = [];
  const decided: number[] = [];
  let from = 0;
  for (const to of offsets) {
    const progress = scan.push(Buffer.from(given.subarray(from, to)));
    found.push(...progress.found);
    decided.push(progress.decided);
    from = to;
  }
  const last = scan.end();
  return { found: [...found, ...last.found], decided: [...decided, last.decided] };
}

/** What stood where something was found. */
function valuesOf(given: Uint8Array, found: readonly Found[]): readonly string[] {
  return found
    .filter(({ kind }) => kind !== 'number')
    .map(({ start, end }) => String(JSON.parse(`"${Buffer.from(given.subarray(start, end)).toString()}"`)));
}

/** What may not be found any more in a message from which everything was taken out; a marker beside a host may well look like an address. */
function lasting(found: readonly Found[]): readonly string[] {
  return found.filter((one) => one.class === 'secret' || one.class === 'payment').map(({ type, path }) => `${type} at ${path}`);
}

/**
 * Encodings in which something that is found as it is, is not found, by what it is. A line is an admission: the test fails as well when it is not true
 * any more.
 */
const UNSEEN: Readonly<Record<string, readonly (keyof typeof PLANTED)[]>> = {
  // Only orders are read as if they were written otherwise: with letters moved, swapped or apart, what grants access does so no more.
  leet: ['secret', 'iban', 'address'],
  rot13: ['secret', 'iban'],
  spaced: ['secret', 'payment', 'iban', 'address'],
  homoglyph_cyrillic: ['iban'],
  fullwidth: ['payment', 'iban'],
  math_bold: ['iban'],
  // Digits are shown in their own order, whatever stands around them.
  bidi_override: ['payment'],
};

for (const kind of ['secret', 'payment', 'iban', 'address', 'order'] as const) {
  test(`whatever is found as it is, is found in other spellings, or is listed: ${kind}`, () => {
    const seen = PLANTED[kind].filter((value) => sees(value));
    assert.ok(seen.length > 0, 'nothing is found as it is');
    for (const { name, write } of EVASIONS) {
      const unseen = seen.filter((value) => !sees(write(value)));
      const isListed = UNSEEN[name]?.includes(kind) === true;
      assert.equal(
        unseen.length > 0,
        isListed,
        `${name}: ${unseen.length} of ${seen.length} are not found, and that is ${isListed ? '' : 'not '}listed`,
      );
    }
  });
}

/** As anything: what is hidden is found as hidden. */
function sees(value: string): boolean {
  return probe(value, 'answer').some((one) => FINDING_CLASSES.includes(one.class) && one.class !== 'unscanned');
}
