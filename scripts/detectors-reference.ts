// docs/reference/detectors.md: everything that is looked for without a config, from the detectors themselves.

import { BUILT_IN, BUILT_IN_TYPES, FINDING_CLASSES } from '../src/inspection/index.ts';
import type { Detector, FindingClass, Sought } from '../src/inspection/index.ts';

/** What the types of a class are, in a sentence; classes without types of their own are told of below the tables. */
const CLASSES: Readonly<Record<FindingClass, string>> = {
  secret: 'What grants access: keys, tokens, passwords, connection strings.',
  payment: 'Card numbers, and what verifies or stands for a card.',
  personal: 'What names, numbers or reaches a person.',
  hidden: 'Characters nobody sees, and such as change what a terminal or a page shows.',
  directive: 'Text that gives orders to a model.',
  active: 'What is run, or fetched, by showing it.',
  target: 'Addresses that a server should not be sent to, in requests.',
  canary: 'Values that an operator planted: the type is the name of the canary.',
  custom: 'Detectors of an operator without a class of these.',
  unscanned:
    'What was not looked into: `over-budget` (looking would have cost too much), `too-deep` (codes in codes, or compressed too much, to be looked under), `unparsable` (it is not what it says), `binary` (images, sounds, other bytes), `encrypted`, `failed` (a detector, or the process it runs in).',
};

const DETECTORS: ReadonlyMap<string, Detector> = new Map(BUILT_IN.map((detector) => [detector.name, detector]));
/** Enough to tell what a detector goes by; some have hundreds. */
const MAX_SHOWN = 4;

/** The page, in Markdown. */
export function renderDetectorsReference(): string {
  const parts = [
    '# Detectors',
    'Generated from the source; do not edit.',
    `What is looked for in every message, whatever the config says: ${BUILT_IN_TYPES.length} types of findings. [Inspection](../inspection.md) says how that works, what is done about
findings, and how to add detectors of your own or leave some of these out.

What a detector is not sure of (\`low\`) is put on record and nothing more. *Where* is empty for what is looked for in every kind of message: requests, answers, what servers ask, and
what they say of their tools. *Goes by* shows what makes it worth looking; what is found then depends on a pattern and, mostly, on a check.`,
    ...FINDING_CLASSES.flatMap(renderClass),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderClass(of: FindingClass): readonly string[] {
  const types = BUILT_IN_TYPES.filter((sought) => sought.class === of).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (types.length === 0) return [`## ${of}`, CLASSES[of]];
  return [`## ${of}`, CLASSES[of], ['| type | sure | where | goes by |', '|---|---|---|---|', ...types.map(renderRow)].join('\n')];
}

function renderRow({ name, confidence, surfaces }: Sought): string {
  return `| \`${name}\` | ${confidence} | ${surfaces?.join(', ') ?? ''} | ${goesBy(DETECTORS.get(name))} |`;
}

function goesBy(detector: Detector | undefined): string {
  if (detector === undefined) return '';
  const { anchors } = detector;
  if (anchors.kind === 'run') return `a run of at least ${anchors.min}: ${anchors.run}`;
  const { literals } = anchors;
  const shown = literals.slice(0, MAX_SHOWN).map((text) => `\`${cell(text)}\``);
  const more = literals.length > MAX_SHOWN ? `, and ${literals.length - MAX_SHOWN} more` : '';
  return `${anchors.kind === 'name' ? 'names of members: ' : ''}${shown.join(', ')}${more}`;
}

/** Inside of code in a table: no bar, no backtick, and marks that are seen. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('`', '\u2018')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(' ', '\u00a0');
}
