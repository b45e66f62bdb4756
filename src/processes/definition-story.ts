// All that is known of one definition, for the person who decides about it: what it is against what is approved, what stands out in it, what it could be
// mistaken for, and who could call it.

import type { DefinitionDiffLine, DefinitionRow, DefinitionView } from '../admin/index.ts';
import { diffLines } from '../base/index.ts';
import type { SeenDefinition } from '../cluster/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { bytesOfLarge, createLookAlikes, diffDefinitions, guessTool, outlineDefinition, printChanges, resembles } from '../tools/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import type { DefinitionInspection } from './definition-inspection.ts';
import type { DefinitionReach } from './definition-reach.ts';
import { presentOf, valueOf } from './definition-thing.ts';
import type { Thing } from './definition-thing.ts';
import { pause } from './pause.ts';
import type { FactsOf } from './tool-facts-view.ts';

/** What a story is told of. */
export interface Told {
  readonly authority: CatalogueAuthority;
  readonly catalogue: ServerCatalogue;
  readonly thing: Thing;
  /** Everything that was seen of the thing. */
  readonly rows: readonly SeenDefinition[];
}

export interface DefinitionStory {
  tell(told: Told): Promise<Omit<DefinitionView, keyof DefinitionRow>>;
}

export interface DefinitionStoryOptions {
  readonly inspection: DefinitionInspection;
  readonly factsOf: FactsOf;
  readonly reach: DefinitionReach;
}

/** Lines that stay, shown around those that changed. */
const CONTEXT_LINES = 3;
const MAX_VANISHED = 500;

export function createDefinitionStory({ inspection, factsOf, reach }: DefinitionStoryOptions): DefinitionStory {
  return {
    tell: async ({ authority, catalogue, thing, rows }) => {
      const { server, kind, name, withheld } = thing;
      const present = presentOf(rows, withheld);
      const approved = rows.findLast((one) => one.state === 'pinned');
      const large = present === undefined ? undefined : bytesOfLarge(present);
      const definition = present === undefined || large !== undefined ? null : valueOf(present);
      const before = approved === undefined || bytesOfLarge(approved) !== undefined ? undefined : valueOf(approved);
      const guess = withheld === undefined ? catalogue.guesses.find((one) => one.name === name) : guessTool(name, [definition]);
      const facts = kind === 'tool' ? factsOf(server, name, guess) : null;
      const isReviewed = withheld !== undefined && large === undefined;
      return {
        serverVersion: present?.serverVersion ?? '',
        present: present === undefined || large !== undefined ? null : pretty(definition),
        approved: before === undefined ? null : pretty(before),
        bytes: large ?? Buffer.byteLength(present?.definition ?? ''),
        tooLarge: large !== undefined,
        diff: isReviewed ? toDiff(before, definition) : [],
        changes: isReviewed ? [...printChanges(diffDefinitions(before ?? {}, definition))] : [],
        findings: inspection.hints(definition).map(({ span: [from, to], ...hint }) => ({ ...hint, span: [from, to] })),
        lookAlikes: isReviewed ? await lookAlikesOf(authority, { server, name, definition }) : [],
        resembles: isReviewed && approved === undefined ? await resembled(authority, thing, definition) : null,
        facts,
        shapes: rows.toReversed().map(toShape),
        fault: catalogue.fault ?? null,
        reach: await reach.of({ server, kind, name, facts }),
      };
    },
  };
}

function pretty(definition: JsonValue): string {
  return JSON.stringify(definition, null, 2);
}

/** Lines that came and went, with some of those around them. */
function toDiff(before: JsonValue | undefined, after: JsonValue): DefinitionDiffLine[] {
  const lines = diffLines(before === undefined ? [] : outlineDefinition(before), outlineDefinition(after));
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries())
    if (kind !== 'same') for (let by = -CONTEXT_LINES; by <= CONTEXT_LINES; by += 1) near.add(at + by);
  const shown: DefinitionDiffLine[] = [];
  let skipped = 0;
  const skip = (): void => {
    if (skipped > 0) shown.push({ kind: 'skipped', before: null, after: null, text: `${skipped} ${skipped === 1 ? 'line' : 'lines'}` });
    skipped = 0;
  };
  for (const [at, line] of lines.entries()) {
    if (!near.has(at)) skipped += 1;
    else {
      skip();
      shown.push({ ...line });
    }
  }
  skip();
  return shown;
}

function toShape({
  fingerprint,
  state,
  current,
  firstSeen,
  lastSeen,
  serverVersion,
  decidedBy,
  decidedAt,
}: SeenDefinition): DefinitionView['shapes'][number] {
  return { fingerprint, state, isListed: current, firstSeen, lastSeen, serverVersion, decidedBy, decidedAt };
}

/** What of other servers it could be mistaken for, or speaks of. Of approved things the names are enough for that. */
async function lookAlikesOf(
  authority: CatalogueAuthority,
  thing: { readonly server: string; readonly name: string; readonly definition: JsonValue },
): Promise<DefinitionView['lookAlikes']> {
  const found = createLookAlikes();
  found.add(thing);
  for (const { server, pins } of authority.all()) {
    for (const { name } of pins?.pins ?? []) found.add({ server, name, definition: null });
    await pause();
  }
  const isIt = (place: { readonly server: string; readonly name: string }): boolean =>
    place.server === thing.server && place.name === thing.name;
  return found.report().flatMap(({ kind, one, other, prefersItself }) => {
    if (isIt(one)) return [{ kind, server: other.server, name: other.name, prefersItself }];
    return isIt(other) ? [{ kind, server: one.server, name: one.name, prefersItself: false }] : [];
  });
}

/** What the server had approved and does not list any more, and this may be under another name. */
async function resembled(
  authority: CatalogueAuthority,
  { server, kind, name }: Thing,
  definition: JsonValue,
): Promise<DefinitionView['resembles']> {
  const things = Map.groupBy(await authority.seen(server), (row) => `${row.kind} ${row.name}`);
  const vanished = [...things.values()]
    .flatMap((shapes) => (shapes.some((row) => row.current) ? [] : (shapes.findLast((row) => row.state === 'pinned') ?? [])))
    .filter((row) => row.kind === kind)
    .slice(0, MAX_VANISHED)
    .map((row) => ({ name: row.name, definition: valueOf(row) }));
  const like = resembles({ name, definition }, vanished);
  return like === undefined ? null : { name: like.name, likeness: Math.round(like.score * 100) / 100 };
}
