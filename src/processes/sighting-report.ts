// A worker's report of definitions, on its way to control. Strangers decide how much it is: it goes in parts that control can take between other
// things, and what is too large to be read by a person goes by its fingerprint alone.

import type { SightingReport } from '../proxy/index.ts';
import { DEFINITION_KINDS, fingerprintOfCanonical, isFingerprint, MAX_DEFINITION_BYTES } from '../tools/index.ts';
import type { Catalogue, DefinitionKind } from '../tools/index.ts';
import type { Links } from './child.ts';

/** A definition as control is told of it: its text, or what it would be, where it is too large. */
export type SightedDefinition =
  | { readonly kind: DefinitionKind; readonly name: string; readonly text: string }
  | { readonly kind: DefinitionKind; readonly name: string; readonly fingerprint: string; readonly bytes: number };

/** A report, or one of its parts, as control takes it. */
export type TakenReport = Omit<SightingReport, 'definitions'> & { readonly definitions: readonly SightedDefinition[] };

/** Longer than control needs for the largest part; whoever waits for a list waits no longer than this for what is approved of it. */
const TIMEOUT_MS = 5_000;
/** One part: written as JSON it is at most some 20 MiB, far below what a frame may have. */
const PART_BYTES = 8 * 1024 * 1024;
const PART_DEFINITIONS = 5_000;
/** What is reported of one list beside what has an approved name: more than the gateway carries tools, and four times what waits for review. */
const MAX_NEW = 20_000;
/** Nothing that is called by its name has a longer one. */
const MAX_NAME_CHARS = 1_024;

/** Tells control; resolves once it has been judged and this worker knows the outcome. Rejects when nobody can say. */
export async function reportSightings(
  links: Pick<Links, 'request'>,
  report: SightingReport,
  catalogue: Pick<Catalogue, 'fingerprints'>,
): Promise<void> {
  for (const part of partsOf(report, catalogue)) {
    const { fields } = await links.request('control', 'sightings', { report: part }, TIMEOUT_MS);
    if (typeof fields['error'] === 'string') throw new Error(fields['error']);
  }
}

/** The parts are to control what the pages of a list are: only the last one ends it. What is gone makes room first. */
function* partsOf(report: SightingReport, catalogue: Pick<Catalogue, 'fingerprints'>): Generator<TakenReport> {
  const isKnown = (kind: DefinitionKind, name: string): boolean => catalogue.fingerprints(report.server, kind, name).length > 0;
  const mayBeNamed = (kind: DefinitionKind, name: string): boolean => name.length <= MAX_NAME_CHARS || isKnown(kind, name);
  const { kind: listed, names = [] } = report.whole ?? {};
  let whole = listed === undefined ? undefined : { kind: listed, names: names.filter((name) => mayBeNamed(listed, name)) };
  const named = report.definitions.filter(({ kind, name }) => mayBeNamed(kind, name));
  // A change of what is approved is told in any case, and first.
  const changed = named.filter(({ kind, name }) => isKnown(kind, name));
  const definitions = [...changed, ...named.filter(({ kind, name }) => !isKnown(kind, name)).slice(0, MAX_NEW)];
  let part: SightedDefinition[] = [];
  let bytes = 0;
  for (const { kind, name, text } of definitions) {
    const size = Buffer.byteLength(text);
    const isLarge = size > MAX_DEFINITION_BYTES;
    const cost = name.length + (isLarge ? 0 : size);
    if (part.length >= PART_DEFINITIONS || bytes + cost > PART_BYTES) {
      yield { ...report, isLast: false, whole, definitions: part };
      [whole, part, bytes] = [undefined, [], 0];
    }
    part.push(isLarge ? { kind, name, fingerprint: fingerprintOfCanonical(text), bytes: size } : { kind, name, text });
    bytes += cost;
  }
  yield { ...report, whole, definitions: part };
}

/** Reads a report; undefined: it is none. */
export function readReport(value: unknown): TakenReport | undefined {
  if (!isRecord(value) || !Array.isArray(value['definitions'])) return undefined;
  const { server, serverVersion, isLast } = value;
  const kind = DEFINITION_KINDS.find((known) => known === value['kind']);
  if (kind === undefined || typeof server !== 'string' || typeof serverVersion !== 'string' || typeof isLast !== 'boolean')
    return undefined;
  const definitions = value['definitions'].flatMap((one: unknown) => readSighted(one) ?? []);
  return { server, serverVersion, kind, isLast, whole: readWhole(value['whole']), definitions };
}

function readSighted(value: unknown): SightedDefinition | undefined {
  if (!isRecord(value)) return undefined;
  const { name, text, fingerprint, bytes } = value;
  const kind = DEFINITION_KINDS.find((known) => known === value['kind']);
  if (kind === undefined || typeof name !== 'string') return undefined;
  if (typeof text === 'string') return { kind, name, text };
  const isLarge = typeof fingerprint === 'string' && isFingerprint(fingerprint) && typeof bytes === 'number' && Number.isSafeInteger(bytes);
  return isLarge ? { kind, name, fingerprint, bytes } : undefined;
}

function readWhole(value: unknown): SightingReport['whole'] {
  if (!isRecord(value) || !Array.isArray(value['names'])) return undefined;
  const kind = DEFINITION_KINDS.find((known) => known === value['kind']);
  return kind === undefined ? undefined : { kind, names: value['names'].filter((name): name is string => typeof name === 'string') };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
