// What is withheld, told so that a person can decide: what it says against what is approved, since when, what it may be instead of, what stands
// out in it, and what it may be mistaken for.

import type { AdminPorts, ApprovedView, CatalogueView, LookAlikesView, WithheldView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { ServerConfig } from '../servers/index.ts';
import {
  bytesOfLarge,
  createLookAlikes,
  diffDefinitions,
  fetchedPackage,
  guessTool,
  MAX_DEFINITION_BYTES,
  printChanges,
  resembles,
  resemblesPublished,
} from '../tools/index.ts';
import type { LookAlike, ServerCatalogue, Withheld } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import type { DefinitionInspection } from './definition-inspection.ts';
import { valueOf } from './definition-thing.ts';
import { pause } from './pause.ts';
import { createFactsOf } from './tool-facts-view.ts';
import type { FactsOf } from './tool-facts-view.ts';

export interface CatalogueReviewOptions {
  /** Undefined: control has not read yet what is approved. */
  readonly authority: () => CatalogueAuthority | undefined;
  /** Of the config in force. */
  readonly servers: () => readonly ServerConfig[];
  readonly inspection: DefinitionInspection;
}

/** Whose decisions those are that come by the socket: it does not say who. */
const SOCKET_OWNER = 'admin';
/** What one answer holds of withheld things: more than a person reads at once. */
const MAX_AT_ONCE = 200;
/** Vanished things that a new one is compared with. */
const MAX_VANISHED = 500;

/** The catalogue as the admin API has it. */
export function createCataloguePort({ authority, servers, inspection }: CatalogueReviewOptions): AdminPorts['catalogue'] {
  const factsOf = createFactsOf(servers);
  const unavailable = fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' } as const);
  return {
    withheld: async (server) => {
      const known = authority();
      return known === undefined ? unavailable : ok(await review({ authority: known, factsOf, inspection }, server));
    },
    approved: async (server) => {
      const known = authority();
      return known === undefined ? unavailable : ok(await approvedOf(known, factsOf, server));
    },
    lookAlikes: async () => {
      const known = authority();
      return known === undefined ? unavailable : ok(await compareAll(known, servers()));
    },
    decide: async ({ server, decision, name, kind, fingerprint, serverVersion }, { by = SOCKET_OWNER, isDryRun = false } = {}) => {
      const known = authority();
      if (known === undefined) return unavailable;
      const decided = await known.decide({
        server,
        decision,
        name: name ?? undefined,
        kind: kind ?? undefined,
        fingerprint: fingerprint ?? undefined,
        serverVersion: serverVersion ?? undefined,
        by,
        isDryRun,
      });
      return ok({
        decided: decided.map(({ kind: which, name: called, fingerprint: print }) => ({ kind: which, name: called, fingerprint: print })),
      });
    },
  };
}

/** What a review is made with. */
interface Reviewer {
  readonly authority: CatalogueAuthority;
  readonly factsOf: FactsOf;
  readonly inspection: DefinitionInspection;
}

async function review(reviewer: Reviewer, server: string | undefined): Promise<CatalogueView> {
  const { authority } = reviewer;
  const catalogues = authority.all().filter((one) => server === undefined || one.server === server);
  const withheld: WithheldView[] = [];
  let left = MAX_AT_ONCE;
  for (const catalogue of catalogues) {
    const items = catalogue.withheld.slice(0, left);
    left -= items.length;
    if (items.length > 0) withheld.push(...(await describe(reviewer, catalogue, items)));
  }
  const alike = withheld.length === 0 ? [] : await lookAlikesOf(authority, withheld);
  return {
    faults: catalogues.flatMap(({ server: name, fault }) => (fault === undefined ? [] : [{ server: name, fault }])),
    counts: catalogues.map(({ server: name, pins, withheld: items }) => ({
      server: name,
      approved: pins?.pins.length ?? 0,
      withheld: items.length,
    })),
    withheld: withheld.map((one) => ({
      ...one,
      lookAlikes: alike.filter(({ one: first, other }) => isSame(first, one) || isSame(other, one)),
    })),
    omitted: catalogues.reduce((sum, { withheld: items }) => sum + items.length, 0) - withheld.length,
  };
}

async function describe(
  { authority, factsOf, inspection }: Reviewer,
  { server }: ServerCatalogue,
  items: readonly Withheld[],
): Promise<readonly WithheldView[]> {
  const rows = await authority.seen(server);
  const things = Map.groupBy(rows, ({ kind, name }) => `${kind} ${name}`);
  const vanished = [...things.values()]
    .flatMap((shapes) => (shapes.some((row) => row.current) ? [] : (shapes.findLast((row) => row.state === 'pinned') ?? [])))
    .slice(0, MAX_VANISHED)
    .map((row) => ({ kind: row.kind, name: row.name, definition: valueOf(row) }));
  return items.flatMap(({ kind, name, fingerprint }): readonly WithheldView[] => {
    const shapes = things.get(`${kind} ${name}`) ?? [];
    const row = shapes.find((one) => one.fingerprint === fingerprint);
    if (row === undefined) return [];
    const before = shapes.findLast((one) => one.state === 'pinned');
    const definition = valueOf(row);
    const largeBytes = bytesOfLarge(row);
    const like =
      before === undefined
        ? resembles(
            { name, definition },
            vanished.filter((one) => one.kind === kind),
          )
        : undefined;
    return [
      {
        server,
        kind,
        name,
        fingerprint,
        change: row.state === 'rejected' ? 'rejected' : before === undefined ? 'new' : 'changed',
        since: row.firstSeen,
        serverVersion: row.serverVersion,
        diff:
          largeBytes === undefined
            ? [...printChanges(diffDefinitions(before === undefined ? {} : valueOf(before), definition))]
            : [sayLarge(largeBytes)],
        resembles: like === undefined ? null : { name: like.name, likeness: Math.round(like.score * 100) / 100 },
        hints: inspection.hints(definition).map(({ span, ...hint }) => ({ ...hint, span: [span[0], span[1]] })),
        lookAlikes: [],
        facts: kind === 'tool' ? factsOf(server, name, guessTool(name, [definition])) : null,
      },
    ];
  });
}

/** What withheld things could be mistaken for, by their names and by what they speak of. Of approved things the names are enough for that. */
async function lookAlikesOf(
  authority: CatalogueAuthority,
  withheld: readonly WithheldView[],
): Promise<readonly LookAlikesView['lookAlikes'][number][]> {
  const found = createLookAlikes();
  for (const server of new Set(withheld.map((one) => one.server))) {
    const rows = await authority.seen(server);
    const shown = new Set(withheld.flatMap((one) => (one.server === server ? [one.fingerprint] : [])));
    for (const row of rows) if (shown.has(row.fingerprint)) found.add({ server, name: row.name, definition: valueOf(row) });
  }
  for (const { server, pins } of authority.all()) {
    for (const { name } of pins?.pins ?? []) found.add({ server, name, definition: null });
    await pause();
  }
  return found.report().map(toRow);
}

async function approvedOf(authority: CatalogueAuthority, factsOf: FactsOf, server: string): Promise<ApprovedView> {
  const catalogue = authority.all().find((one) => one.server === server);
  const things = Map.groupBy(await authority.seen(server), ({ kind, name }) => `${kind} ${name}`);
  const guesses = new Map(catalogue?.guesses.map((guess) => [guess.name, guess]));
  const approved = (catalogue?.pins?.pins ?? []).map(({ kind, name, fingerprints }): ApprovedView['approved'][number] => {
    const shapes = things.get(`${kind} ${name}`) ?? [];
    const last = shapes.findLast((row) => row.fingerprint === fingerprints.at(-1));
    return {
      kind,
      name,
      fingerprints: [...fingerprints],
      decidedBy: last?.decidedBy ?? null,
      decidedAt: last?.decidedAt ?? null,
      listed: shapes.some((row) => row.current),
      facts: kind === 'tool' ? factsOf(server, name, guesses.get(name)) : null,
    };
  });
  return { server, fault: catalogue?.fault ?? null, approved };
}

/** Over everything that servers list or that is approved. A large catalogue takes some seconds, in which others are answered. */
async function compareAll(authority: CatalogueAuthority, servers: readonly ServerConfig[]): Promise<LookAlikesView> {
  const found = createLookAlikes();
  for (const { server } of authority.all()) {
    for (const row of await authority.seen(server))
      if (row.kind === 'tool' && (row.current || row.state === 'pinned')) found.add({ server, name: row.name, definition: valueOf(row) });
    await pause();
  }
  const packages = servers.flatMap((server) => {
    const name = server.kind === 'stdio' ? fetchedPackage(server.command, server.args) : undefined;
    const published = name === undefined ? undefined : resemblesPublished(name);
    return name === undefined || published === undefined ? [] : [{ server: server.name, package: name, resembles: published }];
  });
  return { lookAlikes: found.report().map(toRow), packages };
}

function toRow({ kind, one, other, prefersItself }: LookAlike): LookAlikesView['lookAlikes'][number] {
  return { kind, one: { ...one }, other: { ...other }, prefersItself };
}

function isSame(
  one: { readonly server: string; readonly name: string },
  other: { readonly server: string; readonly name: string },
): boolean {
  return one.server === other.server && one.name === other.name;
}

function sayLarge(bytes: number): string {
  return `! It has ${bytes} bytes of JSON. More than ${MAX_DEFINITION_BYTES} cannot be reviewed, and not be approved: it stays withheld.`;
}
