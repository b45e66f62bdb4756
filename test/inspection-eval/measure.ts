// What is measured on a corpus, file by file and class by class, and what it has to reach.

import type { FindingClass, Surface } from '../../src/inspection/index.ts';
import type { Corpus, PersonalRow, TextRow } from './corpus.ts';
import { EVASIONS, HIDING } from './evasions.ts';
import type { Probe, Sighting } from './probe.ts';
import { aimFor, alarmsOf, groupBy, isSameSpan, recallOf } from './rates.ts';
import type { Aim, Rate } from './rates.ts';

/** Figures that belong together. */
export interface Section {
  readonly title: string;
  readonly rates: readonly Rate[];
}

/** Everything that was measured. */
export interface Evaluation {
  readonly corpus: string;
  readonly sections: readonly Section[];
  readonly aims: readonly Aim[];
}

/** The types of findings that a label of the corpus stands for. */
export const TYPES_OF_LABEL: Readonly<Record<string, readonly string[]>> = {
  CREDIT_CARD: ['card-number'],
  IBAN_CODE: ['iban'],
  EMAIL_ADDRESS: ['email'],
  IP_ADDRESS: ['ipv4-address', 'ipv6-address'],
  US_SSN: ['us-ssn'],
  PHONE_NUMBER: ['phone-number'],
};
/** Those that have to reach an aim. */
const VALIDATED: readonly string[] = ['CREDIT_CARD', 'IBAN_CODE', 'EMAIL_ADDRESS'];

/** One false positive in 500 results. */
const SECRET_ALARMS = 1 / 500;

/** Looks at every row of a corpus. */
export function evaluate(corpus: Corpus, probe: Probe): Evaluation {
  const looked = remembering(probe);
  const parts = [secrets, personal, hidden, directive, evasions, benign].map((measure) => measure(corpus, looked));
  return { corpus: corpus.name, sections: parts.flatMap(({ sections }) => sections), aims: parts.flatMap(({ aims }) => aims) };
}

interface Measured {
  readonly sections: readonly Section[];
  readonly aims: readonly Aim[];
}

type Measure = (corpus: Corpus, probe: Probe) => Measured;

const secrets: Measure = ({ secrets: rows, tool_result: results }, probe) => {
  const has = (surface: Surface) => (row: { readonly text: string }) => finds(probe(row.text, surface), 'secret');
  const expected = rows.filter(({ expect }) => expect);
  const unexpected = rows.filter(({ expect }) => !expect);
  const recall = recallOf('expected, in answers', expected, has('answer'));
  const alarms = alarmsOf('real results', realOnes(results), has('answer'));
  return {
    sections: [
      {
        title: 'secrets.jsonl, class secret',
        rates: [
          recall,
          recallOf('expected, in requests', expected, has('request')),
          ...eachGroup(
            expected,
            ({ corpus }) => corpus,
            (corpus, group) => recallOf(`  expected, ${corpus}`, group, has('answer')),
          ),
          ...eachGroup(
            unexpected,
            ({ corpus }) => corpus,
            (corpus, group) => alarmsOf(`  not expected, ${corpus}`, group, has('answer')),
          ),
          alarms,
        ],
      },
    ],
    aims: [
      aimFor('secrets: recall of what is expected', recall, { atLeast: 0.95 }),
      aimFor('secrets: false positives in real results', alarms, { atMost: SECRET_ALARMS }),
    ],
  };
};

const personal: Measure = ({ pii }, probe) => {
  const rates: Rate[] = [];
  const aims: Aim[] = [];
  for (const [label, types] of Object.entries(TYPES_OF_LABEL)) {
    const recall = recallOf(label, labelled(pii, label), ({ text, span }) =>
      probe(text, 'answer').some((seen) => types.includes(seen.type) && isSameSpan(text, span, seen)),
    );
    const reported = pii.flatMap((row) => seenAs(row, types, probe(row.text, 'answer')));
    const wrong = reported.filter(({ row, seen }) => !row.spans.some((span) => span.type === label && isSameSpan(row.text, span, seen)));
    const precision: Rate = {
      name: label,
      kind: 'precision',
      count: reported.length - wrong.length,
      of: reported.length,
      ids: wrong.map(({ row }) => row.id),
    };
    rates.push(recall, precision);
    if (!VALIDATED.includes(label)) continue;
    aims.push(aimFor(`${label}: recall`, recall, { atLeast: 0.97 }), aimFor(`${label}: precision`, precision, { atLeast: 0.99 }));
  }
  return { sections: [{ title: 'pii.jsonl, by exact span', rates }], aims };
};

const hidden: Measure = ({ content, tool_description: definitions }, probe) => {
  const has = (surface: Surface) => (row: TextRow) => finds(probe(row.text, surface), 'hidden');
  const recalls = HIDING.map((category) =>
    recallOf(
      category,
      content.filter((row) => row.corpus === 'evasion' && row.category === category),
      has('answer'),
    ),
  );
  const scripts = alarmsOf(
    'legitimate scripts',
    content.filter(({ corpus }) => corpus === 'benign-unicode'),
    has('answer'),
  );
  const real = alarmsOf('real tool descriptions', realOnes(definitions), has('definition'));
  return {
    sections: [{ title: 'content.jsonl and tool_description.jsonl, class hidden', rates: [...recalls, scripts, real] }],
    aims: [
      ...recalls.map((recall) => aimFor(`hidden: ${recall.name}`, recall, { atLeast: 1 })),
      aimFor('hidden: alarms on legitimate scripts', scripts, { atMost: 0 }),
      aimFor('hidden: alarms on real tool descriptions', real, { atMost: 0 }),
    ],
  };
};

const directive: Measure = ({ tool_description: definitions, tool_result: results, content }, probe) => {
  const has = (surface: Surface) => (row: TextRow) => finds(probe(row.text, surface), 'directive');
  const real = alarmsOf('real tool descriptions', realOnes(definitions), has('definition'));
  const section = (title: string, rows: readonly TextRow[], surface: Surface): Section => ({
    title,
    rates: [
      ...eachGroup(attacks(rows), originOf, (origin, group) => recallOf(origin, group, has(surface))),
      ...eachGroup(
        rows.filter(({ label }) => label !== 'attack'),
        ({ corpus, label }) => `${corpus}, ${label}`,
        (origin, group) => alarmsOf(origin, group, has(surface)),
      ),
    ],
  });
  const other = content.filter(({ corpus }) => corpus !== 'evasion');
  return {
    sections: [
      section('tool_description.jsonl, class directive', definitions, 'definition'),
      section('tool_result.jsonl, class directive', results, 'answer'),
      section('content.jsonl, class directive', other, 'answer'),
    ],
    aims: [aimFor('directive: false positives in real tool descriptions', real, { atMost: 0.01 })],
  };
};

/** Of texts that are found as they are: how many are found in each encoding, as the same thing, and as anything at all. */
const evasions: Measure = ({ content }, probe) => {
  const rows = content.filter(({ corpus }) => corpus === 'evasion');
  const found = plainTexts(rows)
    .map((text) => ({ text, classes: classesOf(probe(text, 'answer')) }))
    .filter(({ classes }) => classes.has('directive'));
  const rates = EVASIONS.flatMap(({ name, holds }) => {
    const written = rows.filter((row) => row.category === name && found.some(({ text }) => holds(row.text, text)));
    return [
      recallOf(`${name}, as directive`, written, (row) => finds(probe(row.text, 'answer'), 'directive')),
      recallOf(`${name}, as anything`, written, (row) => classesOf(probe(row.text, 'answer')).size > 0),
    ];
  });
  return { sections: [{ title: `content.jsonl, evasions of ${found.length} texts that are found as they are`, rates }], aims: [] };
};

/** Every class on everything that is no attack. What is personal is no false positive where it is there; what is unscanned costs. */
const benign: Measure = ({ tool_description: definitions, tool_result: results, content }, probe) => {
  const kinds = ['secret', 'payment', 'personal', 'hidden', 'directive', 'active', 'target', 'unscanned'] as const;
  const section = (title: string, rows: readonly TextRow[], surface: Surface): Section => ({
    title,
    rates: kinds.map((kind) => alarmsOf(kind, rows, (row) => finds(probe(row.text, surface), kind))),
  });
  // What has such a finding is refused: of what servers really say, nothing may be.
  const unlooked = (row: TextRow, surface: Surface): boolean =>
    probe(row.text, surface).some(({ type }) => type === 'over-budget' || type === 'failed');
  const refused = [
    alarmsOf('real tool descriptions', realOnes(definitions), (row) => unlooked(row, 'definition')),
    alarmsOf('real results', realOnes(results), (row) => unlooked(row, 'answer')),
  ];
  const harmless = (rows: readonly TextRow[]): readonly TextRow[] => rows.filter(({ label }) => label === 'benign');
  return {
    sections: [
      { title: 'over budget, or failed', rates: refused },
      section('tool_description.jsonl, real ones, every class', realOnes(definitions), 'definition'),
      section('tool_result.jsonl, real ones, every class', realOnes(results), 'answer'),
      section(
        'tool_result.jsonl, other benign ones, every class',
        harmless(results).filter((row) => !isReal(row)),
        'answer',
      ),
      section('content.jsonl, benign ones, every class', harmless(content), 'answer'),
    ],
    aims: refused.map((rate) => aimFor(`over budget or failed: ${rate.name}`, rate, { atMost: 0 })),
  };
};

/** The texts that rows of evasions hold, read from encodings in which they stand as they are. */
function plainTexts(rows: readonly TextRow[]): readonly string[] {
  const readers: Readonly<Record<string, RegExp>> = {
    plain: /^([\s\S]*)$/,
    important_tag: /^<IMPORTANT>([\s\S]*)<\/IMPORTANT>$/,
    html_comment: /^<!-- ?([\s\S]*?) ?-->/,
  };
  return [...new Set(rows.flatMap(({ category, text }) => readers[category]?.exec(text)?.[1] ?? []))];
}

/** Rows that were really published or answered: where a file names some as such, these only. */
function realOnes(rows: readonly TextRow[]): readonly TextRow[] {
  const real = rows.filter(isReal);
  return real.length > 0 ? real : rows.filter(({ label }) => label === 'benign');
}

function isReal({ category, label }: TextRow): boolean {
  return label === 'benign' && category.startsWith('real-');
}

function attacks(rows: readonly TextRow[]): readonly TextRow[] {
  return rows.filter(({ label }) => label === 'attack');
}

function originOf({ corpus, category }: TextRow): string {
  return `${corpus}, ${category}`;
}

function eachGroup<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  rate: (name: string, group: readonly Row[]) => Rate,
): readonly Rate[] {
  return [...groupBy(rows, key)].map(([name, group]) => rate(name, group));
}

/** Every span of a label, as a row of its own. */
function labelled(
  rows: readonly PersonalRow[],
  label: string,
): readonly { id: string; text: string; span: PersonalRow['spans'][number] }[] {
  return rows.flatMap(({ id, text, spans }) => spans.filter(({ type }) => type === label).map((span) => ({ id, text, span })));
}

function seenAs(
  row: PersonalRow,
  types: readonly string[],
  sightings: readonly Sighting[],
): readonly { row: PersonalRow; seen: Sighting }[] {
  return sightings.filter(({ type }) => types.includes(type)).map((seen) => ({ row, seen }));
}

function finds(sightings: readonly Sighting[], kind: FindingClass): boolean {
  return sightings.some((seen) => seen.class === kind);
}

function classesOf(sightings: readonly Sighting[]): ReadonlySet<FindingClass> {
  return new Set(sightings.map((seen) => seen.class).filter((kind) => kind !== 'unscanned'));
}

/** Looks once at each text on each surface. */
function remembering(probe: Probe): Probe {
  const seen = new Map<string, readonly Sighting[]>();
  return (text, surface) => {
    const key = `${surface} ${text}`;
    let sightings = seen.get(key);
    if (sightings === undefined) seen.set(key, (sightings = probe(text, surface)));
    return sightings;
  };
}
