// Definitions as control reads them: from a worker, and from the store. There may be as many as a hostile server likes.

import type { SeenDefinition } from '../cluster/index.ts';
import { canonicalText } from '../mcp/index.ts';
import { bytesOfLarge, fingerprintOfCanonical, MAX_DEFINITION_BYTES, placeOfLarge } from '../tools/index.ts';
import type { Sighting } from '../tools/index.ts';
import { pause } from './pause.ts';
import type { SightedDefinition } from './sighting-report.ts';

/** Definitions that are looked at in one go: between two goes, others are answered. */
const AT_ONCE = 200;

/** What a worker saw. */
export interface ReadSighting {
  readonly sighting: Sighting;
  /** Canonical JSON; of a large one, what is kept in its place. */
  readonly definition: string;
  readonly isLarge: boolean;
}

/** All that a worker saw, some at a time. */
export async function* readAll(seen: readonly SightedDefinition[]): AsyncGenerator<ReadSighting> {
  for (const [index, one] of seen.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await pause();
    const read = readSighted(one);
    if (read !== undefined) yield read;
  }
}

/** What the worker says the fingerprint of a text is does not matter: what is approved is what is kept. Of a large one nothing can be approved. */
function readSighted(one: SightedDefinition): ReadSighting | undefined {
  const { kind, name } = one;
  if (!('text' in one))
    return { sighting: { kind, name, fingerprint: one.fingerprint }, definition: placeOfLarge(one.bytes), isLarge: true };
  const definition = canonicalText(Buffer.from(one.text));
  if (definition === undefined) return undefined;
  const sighting = { kind, name, fingerprint: fingerprintOfCanonical(definition) };
  const bytes = Buffer.byteLength(definition);
  const isLarge = bytes > MAX_DEFINITION_BYTES;
  return { sighting, definition: isLarge ? placeOfLarge(bytes) : definition, isLarge };
}

/** The rows that can be believed, and those in whose place nothing can be. */
export async function soundOf(rows: readonly SeenDefinition[]): Promise<readonly SeenDefinition[]> {
  const sound: SeenDefinition[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await pause();
    if (isSound(row) || bytesOfLarge(row) !== undefined) sound.push(row);
  }
  return sound;
}

/** Whether a row says what its fingerprint says. One that was edited in the store is as good as none. */
export function isSound({ definition, fingerprint: print }: SeenDefinition): boolean {
  return fingerprintOfCanonical(definition) === print;
}
