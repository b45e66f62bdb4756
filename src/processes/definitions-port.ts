// The catalogue as people look through it: every thing that a server lists or has listed, page by page, and all that is known of one of them. Which things
// there are is known by heart; their texts are read from the store for those that are shown.

import type { AdminProblem, DefinitionPage, DefinitionQuery, DefinitionRow, DefinitionsPort } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { SeenDefinition } from '../cluster/index.ts';
import { DEFINITION_KINDS, guessTool } from '../tools/index.ts';
import type { DefinitionKind, ServerCatalogue } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import type { DefinitionStory } from './definition-story.ts';
import { presentOf, valueOf } from './definition-thing.ts';
import type { Thing } from './definition-thing.ts';
import type { FactsOf } from './tool-facts-view.ts';

export interface DefinitionsPortOptions {
  /** Undefined: control has not read yet what is approved. */
  readonly authority: () => CatalogueAuthority | undefined;
  readonly factsOf: FactsOf;
  readonly story: DefinitionStory;
}

export const STARTING: { readonly ok: false; readonly error: AdminProblem } = fail({
  code: 'unavailable',
  detail: 'The gateway is starting; try again.',
});

export function createDefinitionsPort({ authority, factsOf, story }: DefinitionsPortOptions): DefinitionsPort {
  const rowsOf = async (known: CatalogueAuthority, things: readonly Thing[]): Promise<DefinitionRow[]> => {
    const rows: DefinitionRow[] = [];
    for (const [server, same] of Map.groupBy(things, (thing) => thing.server)) {
      const shapes = Map.groupBy(await known.seen(server), (row) => `${row.kind} ${row.name}`);
      const catalogue = known.all().find((one) => one.server === server);
      for (const thing of same) rows.push(toRow(thing, shapes.get(`${thing.kind} ${thing.name}`) ?? [], { catalogue, factsOf }));
    }
    return rows;
  };
  return {
    list: async (query) => {
      const known = authority();
      if (known === undefined) return STARTING;
      const after = query.cursor === undefined ? ok(undefined) : readCursor(query.cursor);
      if (!after.ok) return after;
      const catalogues = known.all().toSorted((a, b) => (a.server < b.server ? -1 : 1));
      const { things, total } = findThings(catalogues, query, after.value);
      const last = things.length > query.limit ? things[query.limit - 1] : undefined;
      return ok({
        definitions: await rowsOf(known, things.slice(0, query.limit)),
        total,
        counts: countThings(catalogues),
        faults: catalogues.flatMap(({ server, fault }) => (fault === undefined ? [] : [{ server, fault }])),
        next: last === undefined ? null : writeCursor(last),
      });
    },
    read: async ({ server, kind, name }) => {
      const known = authority();
      if (known === undefined) return STARTING;
      const rows = (await known.seen(server)).filter((row) => row.kind === kind && row.name === name);
      const catalogue = known.all().find((one) => one.server === server);
      if (rows.length === 0 || catalogue === undefined) return fail(UNKNOWN);
      const thing = thingIn(catalogue, kind, name);
      const row = toRow(thing, rows, { catalogue, factsOf });
      return ok({ ...row, ...(await story.tell({ authority: known, catalogue, thing, rows })) });
    },
  };
}

const UNKNOWN: AdminProblem = { code: 'definition_unknown', detail: 'The server has never listed anything of this kind and name.' };

/** One of them. */
function thingIn({ server, pins, withheld }: ServerCatalogue, kind: DefinitionKind, name: string): Thing {
  const isIt = (one: { readonly kind: DefinitionKind; readonly name: string }): boolean => one.kind === kind && one.name === name;
  return { server, kind, name, withheld: withheld.find(isIt)?.fingerprint, approved: pins?.pins.find(isIt)?.fingerprints ?? [] };
}

/** Everything of a server: what is withheld, and what is approved. What is both is withheld. */
function* thingsOf({ server, pins, withheld }: ServerCatalogue): Generator<Thing> {
  const approved = new Map((pins?.pins ?? []).map((pin) => [`${pin.kind} ${pin.name}`, pin]));
  for (const { kind, name, fingerprint } of withheld) {
    const key = `${kind} ${name}`;
    yield { server, kind, name, withheld: fingerprint, approved: approved.get(key)?.fingerprints ?? [] };
    approved.delete(key);
  }
  for (const { kind, name, fingerprints } of approved.values()) yield { server, kind, name, withheld: undefined, approved: fingerprints };
}

type Place = Pick<Thing, 'server' | 'kind' | 'name'>;

/** One more than a page of what is wanted, behind a place; and how much of it there is. */
function findThings(
  catalogues: readonly ServerCatalogue[],
  { state, server, kind, search, limit }: DefinitionQuery,
  after: Place | undefined,
): { readonly things: readonly Thing[]; readonly total: number } {
  const wanted = search?.toLowerCase();
  const isWanted = (thing: Thing): boolean =>
    (state === 'all' || (state === 'withheld') === (thing.withheld !== undefined)) &&
    (kind === undefined || thing.kind === kind) &&
    (wanted === undefined || thing.name.toLowerCase().includes(wanted) || thing.server.toLowerCase().includes(wanted));
  const things: Thing[] = [];
  let total = 0;
  for (const catalogue of catalogues) {
    if (server !== undefined && catalogue.server !== server) continue;
    const found = [...thingsOf(catalogue)].filter(isWanted);
    total += found.length;
    // Only the servers of this page are put in order.
    if (things.length > limit || (after !== undefined && catalogue.server < after.server)) continue;
    const behind = after?.server === catalogue.server ? found.filter((thing) => isBehind(thing, after)) : found;
    things.push(...behind.toSorted((a, b) => (isBehind(a, b) ? 1 : -1)).slice(0, limit + 1 - things.length));
  }
  return { things, total };
}

/** Of things of one server. */
function isBehind(thing: Place, other: Place): boolean {
  const [at, otherAt] = [DEFINITION_KINDS.indexOf(thing.kind), DEFINITION_KINDS.indexOf(other.kind)];
  return at === otherAt ? thing.name > other.name : at > otherAt;
}

function countThings(catalogues: readonly ServerCatalogue[]): DefinitionPage['counts'] {
  const counts = { withheld: 0, approved: 0 };
  for (const catalogue of catalogues)
    for (const { withheld } of thingsOf(catalogue)) counts[withheld === undefined ? 'approved' : 'withheld'] += 1;
  return counts;
}

/** What a thing is now, by what was seen of it. */
function toRow(
  { server, kind, name, withheld, approved }: Thing,
  shapes: readonly SeenDefinition[],
  { catalogue, factsOf }: { readonly catalogue: ServerCatalogue | undefined; readonly factsOf: FactsOf },
): DefinitionRow {
  const present = presentOf(shapes, withheld);
  const definition = present === undefined ? null : valueOf(present);
  const guess = withheld === undefined ? catalogue?.guesses.find((one) => one.name === name) : guessTool(name, [definition]);
  const facts = kind === 'tool' ? factsOf(server, name, guess) : undefined;
  return {
    server,
    kind,
    name,
    title: titleOf(definition),
    state: stateOf(shapes, present, withheld),
    fingerprint: withheld ?? present?.fingerprint ?? approved.at(-1) ?? '',
    since: present?.firstSeen ?? new Date(0).toISOString(),
    decidedBy: present?.decidedBy ?? null,
    decidedAt: present?.decidedAt ?? null,
    labels: facts === undefined ? [] : [...facts.labels],
    class: facts?.class ?? null,
  };
}

function stateOf(
  shapes: readonly SeenDefinition[],
  present: SeenDefinition | undefined,
  withheld: string | undefined,
): DefinitionRow['state'] {
  if (withheld === undefined) return shapes.some((row) => row.current) ? 'approved' : 'gone';
  if (present?.state === 'rejected') return 'rejected';
  return shapes.some((row) => row.state === 'pinned') ? 'changed' : 'new';
}

function titleOf(definition: unknown): string | null {
  if (typeof definition !== 'object' || definition === null || !('title' in definition)) return null;
  return typeof definition.title === 'string' ? definition.title : null;
}

/** A page goes on behind the thing that the one before ended with, whatever came or went in between. */
function writeCursor({ server, kind, name }: Place): string {
  return Buffer.from(JSON.stringify([server, kind, name])).toString('base64url');
}

function readCursor(cursor: string): Result<Place, AdminProblem> {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [server, kind, name]: readonly unknown[] = Array.isArray(parts) ? parts : [];
    const known = DEFINITION_KINDS.find((one) => one === kind);
    if (typeof server === 'string' && known !== undefined && typeof name === 'string') return ok({ server, kind: known, name });
  } catch {
    // Said below.
  }
  return fail({ code: 'malformed', detail: 'This cursor was not given out here.' });
}
