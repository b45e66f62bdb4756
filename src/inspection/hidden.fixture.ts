// Texts for tests of what is hidden: one sentence written in every way that hides it, and ordinary texts of many scripts that hide nothing.

const CARRIER = 'Returns the weather';

/** Ways of writing a text so that who reads it does not see it, or sees another. */
export const HIDINGS: Readonly<Record<string, (text: string) => string>> = {
  tags: (text) => CARRIER + mapped(text, (code) => 0xe0000 + code),
  'variation selectors': (text) =>
    CARRIER + Array.from(Buffer.from(text), (byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join(''),
  'variation selectors behind an emoji': (text) =>
    `Sunny \u{1f600}${Array.from(Buffer.from(text), (byte) => String.fromCodePoint(0xe0100 + (byte & 0xef))).join('')}`,
  'zero-width bits': (text) => CARRIER + bits(text, '\u200b', '\u200c'),
  'joiner bits': (text) => `${CARRIER} ${bits(text, '\u2060', '\u200d')} today`,
  'invisible operator bits': (text) => CARRIER + bits(text, '\u2062', '\u2064'),
  'mark bits': (text) => CARRIER + bits(text, '\u200e', '\u200f'),
  'zero-width bits between words': (text) =>
    Array.from(bits(text, '\u200b', '\u200d'))
      .map((bit) => `word${bit} `)
      .join(''),
  'zero-width spaces between letters': (text) => Array.from(text).join('\u200b'),
  'word joiners between letters': (text) => Array.from(text).join('\u2060'),
  'joiners between letters': (text) => Array.from(text).join('\u200d'),
  'soft hyphens between letters': (text) => Array.from(text).join('\u00ad'),
  'invisible separators between letters': (text) => Array.from(text).join('\u2063'),
  'byte order marks between letters': (text) => Array.from(text).join('\ufeff'),
  'hangul fillers between letters': (text) => Array.from(text).join('\u3164'),
  'selectors between letters': (text) => Array.from(text).join('\ufe0f'),
  'right-to-left override': (text) => `Weather \u202e${Array.from(text).toReversed().join('')}\u202c for a city`,
  'unclosed right-to-left override': (text) => `Weather \u202e${Array.from(text).toReversed().join('')}`,
  'right-to-left isolate': (text) => `Weather \u2067${text}\u2069 for a city`,
  'interlinear annotation': (text) => `Weather \ufff9shown\ufffa${text}\ufffb for a city`,
  'deprecated format characters': (text) => `Weather \u206a${text}\u206b`,
  conceal: (text) => `ok \u001b[8m${text}\u001b[0m done`,
  'conceal among colours': (text) => `ok \u001b[1;32;8m${text}\u001b[28m done`,
  'black on black': (text) => `ok \u001b[30;40m${text}\u001b[0m done`,
  'one colour of 256 on itself': (text) => `ok \u001b[38;5;16m\u001b[38;5;16;48;5;16m${text}\u001b[m done`,
  'conceal by C1': (text) => `ok \u009b8m${text}\u009b0m done`,
  'erased line': (text) => `${text}\u001b[2K\u001b[1GReturns the weather`,
  'moved cursor': (text) => `${text}\u001b[1A\u001b[JReturns the weather`,
  'window title': (text) => `ok\u001b]0;${text}\u0007`,
  hyperlink: (text) => `see \u001b]8;;https://example.com/?q=${text.replaceAll(' ', '+')}\u001b\\here\u001b]8;;\u001b\\`,
  'device control string': (text) => `ok\u001bP${text}\u001b\\`,
  'carriage return': (text) => `${text}\rReturns the weather${' '.repeat(80)}`,
  backspaces: (text) => text + '\b'.repeat(text.length) + 'Weather',
  'cyrillic letters': (text) => replaced(text, 'aceopxyis', '\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0455'),
  'cyrillic letters that resemble': (text) => replaced(text, 'kmtbh', '\u043a\u043c\u0442\u0432\u043d'),
  'greek letters': (text) => replaced(text, 'oviAEH', '\u03bf\u03bd\u03b9\u0391\u0395\u0397'),
  cherokee: (text) => replaced(text.toUpperCase(), 'ADEGT', '\u13aa\u13a0\u13ac\u13c0\u13a2'),
  fullwidth: (text) => mapped(text.replaceAll(' ', '\u3000'), (code) => (code > 0x20 && code < 0x7f ? code + 0xfee0 : code)),
  'mathematical bold': (text) => styled(text, 0x1d400, 0x1d41a),
  'mathematical monospace': (text) => styled(text, 0x1d670, 0x1d68a),
  circled: (text) => styled(text, 0x24b6, 0x24d0),
  'small capitals': (text) =>
    replaced(
      text,
      'abcdeghijklmnoprtuvwz',
      '\u1d00\u0299\u1d04\u1d05\u1d07\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\u1d1b\u1d1c\u1d20\u1d21\u1d22',
    ),
};

/** Texts that hide nothing, whatever characters they need. */
export const HONEST: Readonly<Record<string, string>> = {
  'families and flags':
    'Team \u{1f469}\u{1f3fd}\u200d\u{1f4bb} \u{1f468}\u200d\u{1f469}\u200d\u{1f466} \u{1f3f4}\u200d\u2620\ufe0f \u{1f1e8}\u{1f1ed} \u{1f3f3}\ufe0f\u200d\u{1f308}',
  'flag of a part of a country':
    'from \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} and \u{1f3f4}\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}',
  keycaps: 'press 1\ufe0f\u20e3 then #\ufe0f\u20e3 \u2764\ufe0f\u200d\u{1f525} \u26a0\ufe0f careful',
  'what is left of an emoji': ' \ufe0fWarning: \u2139\ufe0f\u200d read this',
  persian:
    '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06a9\u062a\u0627\u0628\u200c\u0647\u0627 \u0631\u0627 \u0628\u0628\u06cc\u0646\u0645 \u0628\u0631\u0646\u0627\u0645\u0647\u200c\u200c\u0646\u0648\u06cc\u0633\u06cc',
  hindi: '\u0930\u094d\u200d\u092f \u0915\u094d\u200c\u0937 \u0928\u092e\u0938\u094d\u0924\u0947',
  bengali: '\u09b0\u200d\u09cd\u09af\u09be\u09ac \u0986\u09ae\u09bf',
  malayalam: '\u0d05\u0d35\u0d28\u0d4d\u200d \u0d2a\u0d3e\u0d32\u0d4d\u200d',
  sinhala: '\u0dc1\u0dca\u200d\u0dbb\u0dd3 \u0dbd\u0d82\u0d9a\u0dcf',
  thai: '\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u200b\u0e04\u0e23\u0e31\u0e1a\u200b\u0e1c\u0e21',
  khmer: '\u1781\u17d2\u1789\u17bb\u17c6\u200b\u1791\u17c5\u200b\u1795\u17d2\u179f\u17b6\u179a',
  burmese: '\u1019\u103c\u1014\u103a\u200b\u1019\u102c\u200b\u1005\u102c',
  tibetan: '\u0f56\u0f7c\u0f51\u0f0b\u0f61\u0f72\u0f42\u200b\u0f0b',
  mongolian: '\u182e\u1823\u1829\u182d\u1823\u182f\u180e\u1820 \u1820\u180b',
  arabic: '\u0645\u0631\u062d\u0628\u0627 \u200fAPI v2\u200e \u0628\u0643\u0645\u061c!',
  'hebrew with a Latin name':
    '\u05d4\u05ea\u05e7\u05df \u05d0\u05ea \u2067GitHub\u2069 \u05d5\u05d0\u05ea \u2066Node.js\u2069 \u05d5\u05d4\u05e4\u05e2\u05dc',
  'hebrew embedded': 'The word \u202b\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd\u202c means peace',
  'a telephone number in isolation': 'Call \u202a+49 30 1234567\u202c or \u2066+49 40 7654321\u2069 today',
  'a path from a properties dialog': '\u202aC:\\Users\\me\\report.docx',
  'japanese full-width':
    '\uff21\uff30\uff29\u30ad\u30fc\u3092\u3000\uff2d\uff49\uff43\uff52\uff4f\uff53\uff4f\uff46\uff54\u3000\uff2f\uff46\uff46\uff49\uff43\uff45\u3000\u3067\u53d6\u5f97\u3057\u307e\u3059\uff08\uff11\uff12\uff13\uff09',
  'han variants': '\u845b\u{e0100}\u98fe\u533a \u9089\u{e0101} \u795e\ufe00',
  korean: '\ud55c\uad6d\uc5b4 \uc785\ub825 \u3131\u3164\u3134 \u115f\u1161',
  chinese: '\u83b7\u53d6\u5929\u6c14\u4fe1\u606f\uff0c\u652f\u6301 API \u548c JSON\u3002\u200b\u4e0b\u4e00\u53e5',
  'long words':
    'Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesell\u00adschaft und Rind\u00adfleisch\u00adeti\u00adket\u00adtie\u00adrung',
  russian:
    '\u0412\u043e\u0437\u0432\u0440\u0430\u0449\u0430\u0435\u0442 \u0441\u043f\u0438\u0441\u043e\u043a API-\u043a\u043b\u044e\u0447\u0435\u0439, IT-\u043e\u0442\u0434\u0435\u043b, PDF\u0435, 2\u04454 \u0438 USB',
  'russian with a Latin letter by mistake':
    'c\u0442\u0440\u0430\u043d\u0438\u0446\u0430 \u0438 p\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439',
  serbian: '\u0408\u0430 \u0458\u0435\u0441\u0430\u043c Nikola \u0438 \u0458\u0430',
  greek: '\u0397 \u03c4\u03b9\u03bc\u03ae \u03c4\u03bf\u03c5 API \u03b5\u03af\u03bd\u03b1\u03b9 \u03ba\u03b1\u03bb\u03ae',
  science: 'TNF\u03b1 and IFN\u03b3, NF-\u03baB, h\u03bd, 10 k\u03a9, 5 \u03bcm, \u0394x, PPAR\u03b3, \u03b1-helix, \u03b2-blocker',
  formula: '\u2211 x\u00b2 \u2264 \u221e, 2\u2062x, sin\u2061(x), f\u2061x, a\u2063b, \ud835\udefc and \u{1d465}, \u211d, \u210f',
  'first of a file': '\ufeffid;name\r\n1;Ann\r\n',
  colours: '\u001b[1;31merror\u001b[0m: \u001b[38;2;10;20;30mfile\u001b[39m \u001b[48;5;22mok\u001b[49m \u001b(B\u001b[m done',
  progress: 'Loading 10%\rLoading 55%\rLoading 100%\nready\r\n',
  'manual page': 'N\bNA\bAM\bME\bE and _\bo_\bp_\bt',
  'old code page': 'it\u0092s a \u0093quote\u0094 \u0096 fine',
  'preview of a mail': 'Your order has shipped ' + '\u034f \u200c \u00ad '.repeat(60) + ' Hello Ann,',
  'colours of a search': 'a.ts:\u001b[01;31m\u001b[Kmatch\u001b[m\u001b[K in it',
  'progress in colours':
    '\u001b[?25l\u001b[1m\u001b[36m  Building\u001b[0m [=> ] 1/3\r\u001b[K\u001b[1m\u001b[36m  Building\u001b[0m [==>] 2/3\u001b[?25h\n',
  'marks of a shell': '\u001b]133;A\u0007$ ls\u001b]133;C\u0007file\n\u001b]133;D;0\u001b\\',
  'page breaks': 'one\ftwo\u000bthree\u0085four\u2028five',
  spaces: '10\u00a0km, 5\u202f%, a\u2009b, \u3000indent',
  'a break in a web address': 'https://\u200bexample.com/\u200bsome/\u200bpath',
  'a stray space': 'Summary:\u200b the list\u200b.',
  braille: '\u2813\u2811\u2807\u2807\u2815\u2800\u283a\u2815\u2817\u2807\u2819',
  vietnamese: 'Ti\u1ebfng Vi\u1ec7t r\u1ea5t hay, c\u1ea3m \u01a1n b\u1ea1n',
  accents: 'e\u0301te\u0301 nai\u0308ve r\u00e9sum\u00e9 \u0141\u00f3d\u017a \u010ce\u0161tina \u00df \u00f8re',
  phonetics: '/\u02c8\u026a\u014b\u0261l\u026a\u0283/ and [t\u02b0i\u02d0]',
  ordinals: '1\u1d49\u02b3 2\u207f\u1d48 x\u207f H\u2082O \u24d8 \u2122 \u33a5',
  georgian: '\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0 API',
  armenian: '\u0532\u0561\u0580\u0587 \u0541\u0565\u0566 API',
};

function mapped(text: string, map: (code: number) => number): string {
  return Array.from(text, (one) => String.fromCodePoint(map(one.codePointAt(0) ?? 0))).join('');
}

function bits(text: string, zero: string, one: string): string {
  return Array.from(Buffer.from(text), (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .replaceAll('0', zero)
    .replaceAll('1', one);
}

function replaced(text: string, letters: string, by: string): string {
  return Array.from(text, (one) => by[letters.indexOf(one)] ?? one).join('');
}

function styled(text: string, capital: number, small: number): string {
  return mapped(text, (code) => (code >= 97 && code < 123 ? small + code - 97 : code >= 65 && code < 91 ? capital + code - 65 : code));
}
