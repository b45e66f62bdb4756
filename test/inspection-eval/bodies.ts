// Texts as servers really answer with, and nothing in them that inspection should report: rows of a database, prose, source, logs, figures,
// changes. What they cost is what a clean body costs; what is found in them is a false positive. Pure: a seed gives the same text.

import { BASE62, DIGITS, HEX, LOWER } from './random.ts';
import type { Random } from './random.ts';

/** What a text is made of. */
export const BODY_KINDS = ['rows', 'prose', 'source', 'log', 'figures', 'changes'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];

const WORDS =
  `the a of to in and is for that with on as by it from at are was be this not or which has have more each other when than its into can will one two
  report table region corner basket harbour meter garden bridge station winter summer record worker engine letter market signal border harvest window
  paper branch filter update delay price weight total average draft review release change team plan field value source result index queue cache page
  shows holds takes gives moves keeps reads writes finds opens closes begins ends grows falls counts checks sends waits returns uses needs covers joins`.split(
    /\s+/,
  );
const NAMES = [
  'Marta Ellingsen',
  'Joao Prates',
  'Ines Okonkwo',
  'Piotr Halvard',
  'Lena Achterberg',
  'Kofi Brandt',
  'Yuki Tanabe',
  'Ravi Solberg',
];
const CITIES = ['Bergen', 'Porto', 'Łódź', 'Gent', 'Tromsø', 'Málaga', 'Graz', 'Århus', 'Nantes', '長野', 'Zürich', 'Cork'];
const STATES = ['open', 'closed', 'waiting', 'shipped', 'returned', 'draft'];
const LEVELS = ['INFO', 'INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR'];
const MODULES = ['http.server', 'db.pool', 'queue.worker', 'cache.lru', 'scheduler', 'auth.session', 'metrics.push'];

const WRITERS: Readonly<Record<BodyKind, (random: Random) => string>> = {
  rows: (random) =>
    `${JSON.stringify({
      id: random.between(1, 9_999_999),
      uuid: uuid(random),
      name: random.pick(NAMES),
      city: random.pick(CITIES),
      state: random.pick(STATES),
      total: random.below(1_000_000) / 100,
      created_at: instant(random),
      tags: [random.pick(WORDS), random.pick(WORDS)],
      note: sentence(random, 3, 9),
      active: random.next() < 0.5,
      parent: random.next() < 0.3 ? null : random.between(1, 9_999),
    })},\n`,
  prose: (random) =>
    `${Array.from({ length: random.between(3, 7) }, () => sentence(random, 6, 22)).join(' ')}${random.next() < 0.2 ? `\n\n## ${title(random)}\n\n` : '\n\n'}`,
  source: (random) => {
    const [name, input, item] = [identifier(random), identifier(random), random.pick(WORDS)];
    return random.pick([
      `export function ${name}(${input}: readonly string[], limit = ${random.below(500)}): number {\n  // ${sentence(random, 4, 10)}\n  let ${item}Count = 0;\n  for (const ${item} of ${input}) {\n    if (${item}.length > limit && !${item}.startsWith('${random.pick(WORDS)}-')) ${item}Count += 1;\n  }\n  return ${item}Count;\n}\n\n`,
      `def ${name}(self, ${input}=None):\n    """${sentence(random, 4, 12)}"""\n    ${item} = {k: v for k, v in (${input} or {}).items() if v is not None}\n    return [x["${random.pick(WORDS)}"] for x in sorted(${item}.values())][:${random.below(90)}]\n\n`,
      `.${random.pick(WORDS)}-${random.pick(WORDS)} { margin: ${random.below(40)}px auto; color: #${random.text(HEX, 6)}; transition: all 0.${random.below(9)}s; }\n`,
      `SELECT ${random.pick(WORDS)}_id, COUNT(*) AS n FROM ${random.pick(WORDS)}s WHERE created_at > '${instant(random)}' GROUP BY 1 ORDER BY n DESC LIMIT ${random.below(100)};\n`,
    ]);
  },
  log: (random) =>
    `${instant(random)} ${random.pick(LEVELS).padEnd(5)} [${random.pick(MODULES)}] request_id=${random.text(HEX, 16)} took=${random.below(900)}ms status=${random.pick(['200', '201', '304', '404'])} path=/v${random.below(4)}/${random.pick(WORDS)}/${random.below(99_999)} ${sentence(random, 3, 8)}\n`,
  figures: (random) =>
    `${Array.from({ length: 8 }, () => random.pick([() => (random.next() * 1000 - 300).toFixed(random.below(7)), () => String(random.below(10 ** 6)), () => String(1_700_000_000_000 + random.below(10 ** 10)), () => `${random.below(99)}.${random.below(99)}.${random.below(999)}`])()).join(random.pick([', ', '\t', ' | ']))}\n`,
  changes: (random) =>
    random.pick([
      `diff --git a/src/${identifier(random)}.ts b/src/${identifier(random)}.ts\nindex ${random.text(HEX, 7)}..${random.text(HEX, 7)} 100644\n--- a/src/${random.pick(WORDS)}.ts\n+++ b/src/${random.pick(WORDS)}.ts\n@@ -${random.below(300)},7 +${random.below(300)},9 @@\n-  const ${random.pick(WORDS)} = ${random.below(99)};\n+  const ${random.pick(WORDS)} = ${random.below(99)};\n`,
      `commit ${random.text(HEX, 40)}\nDate:   ${instant(random)}\n\n    ${sentence(random, 4, 9)}\n\n`,
      `    "node_modules/${random.pick(WORDS)}-${random.pick(WORDS)}": { "version": "${random.below(9)}.${random.below(30)}.${random.below(9)}", "integrity": "sha512-${random.text(`${BASE62}+/`, 86)}==" },\n`,
      `sha256:${random.text(HEX, 64)}  ${random.pick(WORDS)}-${random.below(9)}.${random.below(9)}.tar.gz\n`,
    ]),
};

/** A text of one kind, or of all in turns, of at least so many characters; cut there. */
export function bodyText(random: Random, length: number, kind?: BodyKind): string {
  const parts: string[] = [];
  let have = 0;
  // One kind goes on for a while, as it does where results of several tools stand in one answer.
  for (let part = 0; have < length; part++) {
    const one = kind ?? BODY_KINDS[Math.floor(part / 12) % BODY_KINDS.length] ?? 'prose';
    const text = WRITERS[one](random);
    parts.push(text);
    have += text.length;
  }
  return parts.join('').slice(0, length);
}

/** A sentence of common words. */
export function sentence(random: Random, least: number, most: number): string {
  const words = Array.from({ length: random.between(least, most) }, () => random.pick(WORDS)).join(' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function title(random: Random): string {
  return `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.below(20)}`;
}

function identifier(random: Random): string {
  const second = random.pick(WORDS);
  return `${random.pick(WORDS)}${second.charAt(0).toUpperCase()}${second.slice(1)}${random.text(LOWER, random.below(3))}`;
}

/** A point in time, as logs write it. */
export function instant(random: Random): string {
  const two = (below: number): string => String(random.below(below)).padStart(2, '0');
  return `20${random.between(19, 26)}-0${random.between(1, 9)}-1${random.below(9)}T${two(24)}:${two(60)}:${two(60)}.${random.text(DIGITS, 3)}Z`;
}

/** A random UUID: the commonest thing in answers that looks like a key and is none. */
export function uuid(random: Random): string {
  const hex = (length: number): string => random.text(HEX, length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}
