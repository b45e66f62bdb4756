// Messages made to be expensive to look into: a grammar of what sets detectors to work, and changes to its sentences, for a search that
// climbs towards whatever costs most. Deterministic: the same recipe gives the same bytes.

import { gzipSync } from 'node:zlib';

import type { Random } from '../inspection-eval/random.ts';
import { BASE64URL, createRandom, DIGITS, HEX, LOWER } from '../inspection-eval/random.ts';
import { bodyText } from '../inspection-eval/bodies.ts';
import { EVASIONS } from '../inspection-eval/evasions.ts';
import { generateValues } from '../inspection-eval/generated/personal.ts';
import { generateTokens } from '../inspection-eval/generated/secrets.ts';
import { order } from '../inspection-eval/generated/texts.ts';

/** A part of a text: what it is made of, the seed of its details, and how long one of it is before it begins again. */
interface Ingredient {
  readonly kind: Kind;
  readonly seed: number;
  readonly length: number;
}

/** How the text is spread over a message. */
const SHAPES = ['one string', 'many strings', 'held strings', 'strings far down', 'members', 'names', 'deep', 'numbers'] as const;
/** How it is written. */
const LAYERS = ['base64', 'hex', 'url', 'gzip', 'html', 'escaped'] as const;
const SPELLINGS = ['plain', 'escaped', 'half escaped'] as const;

/** A message, as it is made. */
export interface Recipe {
  readonly shape: (typeof SHAPES)[number];
  readonly spelling: (typeof SPELLINGS)[number];
  /** From the inside out. */
  readonly layers: readonly (typeof LAYERS)[number][];
  readonly ingredients: readonly Ingredient[];
  /** How long a string is where there are many. */
  readonly cut: number;
}

/** Texts that something in inspection begins to work at. `anchors` are those of the detectors. */
export interface Pantry {
  readonly anchors: readonly string[];
}

const TOKENS = [...generateTokens(41).values()];
const CARDS = generateValues(42, 'CREDIT_CARD', 40);
const IBANS = generateValues(43, 'IBAN_CODE', 40);
const ADDRESSES = generateValues(44, 'EMAIL_ADDRESS', 40);
/** As long as a piece of what may be one holds back what is found behind it (joins.ts), a little less. */
const HELD_BYTES = 1_900;
/** As deep as reading goes, nearly, under names as long as paths show. */
const FAR_DOWN = 60;
const LONG_NAME = 'n'.repeat(63);
const SEPARATORS = ['', ' ', '.', '-', ':', '=', '": "', '@', '/', '\n', ',', '_', '://', '" ', '\\', '\u200b', '&'];

const KINDS = {
  clean: ({ random, length }) => bodyText(random, length),
  anchor: ({ random, length, anchors }) => repeat(`${random.pick(anchors)}${random.pick(SEPARATORS)}`, length),
  anchors: ({ random, length, anchors }) => fill(length, () => `${random.pick(anchors)}${random.pick(SEPARATORS)}`),
  'anchor and run': ({ random, length, anchors }) =>
    fill(
      length,
      () =>
        `${random.pick(anchors)}${random.pick(['=', ': "', '_', ' '])}${random.text(random.pick([BASE64URL, HEX, DIGITS, 'a', 'a.', '@.']), random.below(90))}`,
    ),
  token: ({ random, length }) => repeat(`${random.pick(TOKENS)} `, length),
  tokens: ({ random, length }) => fill(length, () => `${random.pick(TOKENS)}${random.pick(SEPARATORS)}`),
  'nearly a token': ({ random, length }) => fill(length, () => `${spoiled(random, random.pick(TOKENS))} `),
  cards: ({ random, length }) => fill(length, () => `${random.pick(CARDS)} `),
  'nearly a card': ({ random, length }) => fill(length, () => `${spoiled(random, random.pick(CARDS))} `),
  accounts: ({ random, length }) => fill(length, () => `${spoiled(random, random.pick(IBANS))} `),
  addresses: ({ random, length }) => fill(length, () => `${random.pick(ADDRESSES)} `),
  'nearly addresses': ({ random, length }) => fill(length, () => random.pick(['a@', 'a.b-', '@a.b', 'x@y.', '.c@d'])),
  digits: ({ random, length }) => random.text(DIGITS, length),
  'spaced digits': ({ random, length }) =>
    fill(length, () => `${random.text(DIGITS, random.pick([1, 2, 3, 4, 7]))}${random.pick([' ', '-', '.'])}`),
  'same digit': ({ random, length }) => repeat(random.pick(['4', '0', '37', '4 ', '5-']), length),
  base64: ({ random, length }) => random.bytes(length).toString('base64').slice(0, length),
  'base64 pieces': ({ random, length }) =>
    fill(length, () => `${Buffer.from(random.text(LOWER, random.between(16, 90))).toString('base64')} `),
  hex: ({ random, length }) => random.text(HEX, length),
  percent: ({ random, length }) => fill(length, () => `%${random.text(HEX, 2)}`),
  entities: ({ random, length }) => fill(length, () => random.pick(['&#x41;', '&#97;', '&amp;', '&lt;', '&#0000', '&'])),
  addressed: ({ random, length }) =>
    fill(length, () => random.pick(['http://', 'https://a:b@', '//1.', 'http://127.', '0x7f.', '[::', '169.254.', 'http://[::ffff:'])),
  markup: ({ random, length }) =>
    fill(length, () => random.pick(['<!--', '![](', '](', '<a ', '<script', '<svg onload=', '[//]: # (', 'javascript:', 'data:', '<'])),
  wide: ({ random, length }) =>
    fill(length, () => random.pick(['\u0430', '\uff41', '\u{1d41a}', '\u0301', '\u4e2d', '\u{1f600}', 'a\u0301\u0301'])),
  hidden: ({ random, length }) =>
    fill(length, () => random.pick(['a\u200b', '\u202e', '\u{e0041}', '\ufe0f', '\u200d', '\u2066', '\u00ad', '\u001b[8m', '\r'])),
  spaced: ({ random, length }) => Array.from(bodyText(random, Math.ceil(length / 2), 'prose')).join(' '),
  orders: ({ random, length }) => fill(length, () => `${order(random)} `),
  'orders, written otherwise': ({ random, length }) => fill(length, () => `${random.pick(EVASIONS).write(order(random))} `),
  'nearly orders': ({ random, length }) => fill(length, () => `${order(random).split(' ').slice(0, random.between(1, 4)).join(' ')} `),
  quotes: ({ random, length }) => fill(length, () => random.pick(['"', '\\', '\\"', "'", '{', '[', ':', ','])),
  keyed: ({ random, length }) =>
    fill(
      length,
      () =>
        `${random.pick(['password', 'api_key', 'secret', 'token', 'pwd'])}${random.pick(['=', ': ', '": "'])}${random.text(BASE64URL, random.below(50))} `,
    ),
} as const satisfies Readonly<Record<string, (given: { readonly random: Random; readonly length: number } & Pantry) => string>>;

type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS).filter((name): name is Kind => name in KINDS);

/** The bytes of a message of about that length. */
export function cook(recipe: Recipe, pantry: Pantry, bytes: number): Buffer {
  const parts = recipe.ingredients.map(({ kind, seed, length }) => KINDS[kind]({ random: createRandom(seed), length, ...pantry }));
  const once = parts.join('');
  let text = repeat(once === '' ? 'x' : once, bytes);
  for (const layer of recipe.layers) text = wrap(layer, text);
  return Buffer.from(`{"jsonrpc":"2.0","id":1,"result":${serve(recipe, text.slice(0, bytes))}}`);
}

/** A message that nobody has thought of. */
export function invent(random: Random): Recipe {
  return {
    shape: random.next() < 0.6 ? 'one string' : random.pick(SHAPES),
    spelling: random.next() < 0.7 ? 'plain' : random.pick(SPELLINGS),
    layers: Array.from({ length: random.next() < 0.6 ? 0 : random.between(1, 3) }, () => random.pick(LAYERS)),
    ingredients: Array.from({ length: random.between(1, 3) }, () => ingredient(random)),
    cut: random.pick([1, 2, 8, 17, 64, 300, 4_000]),
  };
}

/** One of every ingredient, alone, and every shape with little in each string, in which something is found all the same: where a search begins. */
export function basics(): readonly Recipe[] {
  const alone = { shape: 'one string', spelling: 'plain', layers: [], cut: 64 } as const;
  return [
    ...KIND_NAMES.map((kind, seed) => ({ ...alone, ingredients: [{ kind, seed, length: 2_000 }] })),
    ...SHAPES.map((shape, seed) => ({ ...alone, shape, ingredients: [{ kind: 'hidden', seed, length: 2_000 } as const], cut: 1 })),
  ];
}

/** The same with something changed. */
export function change(random: Random, recipe: Recipe): Recipe {
  const { ingredients, layers } = recipe;
  const which = random.below(ingredients.length);
  switch (random.below(7)) {
    case 0:
      return { ...recipe, shape: random.pick(SHAPES), cut: random.pick([1, 2, 8, 17, 64, 300, 4_000]) };
    case 1:
      return { ...recipe, spelling: random.pick(SPELLINGS) };
    case 2:
      return { ...recipe, layers: layers.length > 0 && random.next() < 0.5 ? layers.slice(1) : [...layers, random.pick(LAYERS)].slice(-3) };
    case 3:
      return { ...recipe, ingredients: [...ingredients, ingredient(random)].slice(-4) };
    case 4:
      return { ...recipe, ingredients: ingredients.length > 1 ? ingredients.toSpliced(which, 1) : [ingredient(random)] };
    default:
      return {
        ...recipe,
        ingredients: ingredients.with(which, {
          ...(ingredients[which] ?? ingredient(random)),
          seed: random.below(1e6),
          length: random.pick([3, 20, 90, 500, 4_000]),
        }),
      };
  }
}

function ingredient(random: Random): Ingredient {
  return { kind: random.pick(KIND_NAMES), seed: random.below(1e6), length: random.pick([3, 20, 90, 500, 4_000]) };
}

function wrap(layer: (typeof LAYERS)[number], text: string): string {
  switch (layer) {
    case 'base64':
      return Buffer.from(text).toString('base64');
    case 'hex':
      return Buffer.from(text).toString('hex');
    case 'url':
      return Array.from(Buffer.from(text.slice(0, 20_000)), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    case 'gzip':
      // Many small ones, so that each has to be opened.
      return (text.match(/[\s\S]{1,20000}/g) ?? [])
        .slice(0, 400)
        .map((part) => gzipSync(part, { level: 1 }).toString('base64'))
        .join(' ');
    case 'html':
      return Array.from(Buffer.from(text.slice(0, 20_000)), (byte) => `&#${byte};`).join('');
    case 'escaped':
      return JSON.stringify(text);
    default:
      throw new Error(layer satisfies never);
  }
}

function serve({ shape, spelling, cut }: Recipe, text: string): string {
  const spell = (part: string): string => spelled(part, spelling);
  const pieces = (): readonly string[] => {
    const all: string[] = [];
    for (let at = 0; at < text.length; at += cut) all.push(text.slice(at, at + cut));
    return all;
  };
  switch (shape) {
    case 'one string':
      return spell(text);
    case 'many strings':
      return `[${pieces().map(spell).join(',')}]`;
    case 'held strings':
      return `[${inRows(pieces().map(spell))
        .map((row) => `["x1y2",[${row.join(',')}]]`)
        .join(',')}]`;
    case 'strings far down':
      return `${`{"${LONG_NAME}":`.repeat(FAR_DOWN)}[${pieces().map(spell).join(',')}]${'}'.repeat(FAR_DOWN)}`;
    case 'members':
      return `{${pieces()
        .map((piece, n) => `${spell(`${piece.slice(0, 12)}${n}`)}:${spell(piece)}`)
        .join(',')}}`;
    case 'names':
      return `{${pieces()
        .map((piece, n) => `${spell(`${n}${piece}`)}:1`)
        .join(',')}}`;
    case 'deep': {
      const opened = pieces().slice(0, 20_000);
      return `${opened.map((piece) => `{${spell(piece)}:`).join('')}0${'}'.repeat(opened.length)}`;
    }
    case 'numbers':
      return `[${(text.match(/[1-9]\d{0,60}/g) ?? ['1']).join(',')}]`;
    default:
      throw new Error(shape satisfies never);
  }
}

/** Strings in rows, each of about as many bytes as are held back. */
function inRows(strings: readonly string[]): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let left = 0;
  for (const one of strings) {
    left -= Buffer.byteLength(one) + 1;
    if (left < 0 || rows.length === 0) {
      rows.push([]);
      left = HELD_BYTES - Buffer.byteLength(one) - 1;
    }
    rows.at(-1)?.push(one);
  }
  return rows;
}

function spelled(text: string, spelling: (typeof SPELLINGS)[number]): string {
  if (spelling === 'plain') return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, n) => text.charCodeAt(n));
  const escape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
  if (spelling === 'escaped') return `"${units.map(escape).join('')}"`;
  return `"${units.map((unit, n) => (n % 2 === 0 ? escape(unit) : JSON.stringify(String.fromCharCode(unit)).slice(1, -1))).join('')}"`;
}

/** With one character changed, or without its end. */
function spoiled(random: Random, text: string): string {
  const at = random.below(text.length);
  return random.next() < 0.5 ? text.slice(0, at) : `${text.slice(0, at)}${random.text(BASE64URL, 1)}${text.slice(at + 1)}`;
}

function repeat(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

function fill(length: number, make: () => string): string {
  const parts: string[] = [];
  for (let have = 0; have < length;) {
    const part = make();
    parts.push(part);
    have += Math.max(1, part.length);
  }
  return parts.join('').slice(0, length);
}
