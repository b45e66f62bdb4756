// The one place that decides which definitions are approved: by trust on first use, or by what a person said. Workers report what they have not
// seen before; everything here happens one after the other for each server, so that two workers' reports cannot both be the first.

import type { DefinitionStore, SeenDefinition } from '../cluster/index.ts';
import type { Trust } from '../servers/index.ts';
import type { Log } from '../telemetry/index.ts';
import { bytesOfLarge, digestOfPins } from '../tools/index.ts';
import type { ApprovedText, DefinitionKind, Pin, PinSet, ServerCatalogue, Sighting } from '../tools/index.ts';
import { openBook } from './catalogue-book.ts';
import type { CatalogueBook } from './catalogue-book.ts';
import type { Publication } from './catalogue-files.ts';
import type { PinKeeping } from './pin-keeping.ts';
import { isSound, readAll, soundOf } from './sighted.ts';
import type { TakenReport } from './sighting-report.ts';
import { createToolGuesses } from './tool-guesses.ts';

/** What a person said about definitions of one server. */
export interface CatalogueDecision {
  readonly server: string;
  readonly decision: 'approve' | 'reject';
  /** Which of them; undefined: everything that is withheld. */
  readonly name: string | undefined;
  readonly kind: DefinitionKind | undefined;
  /** Only this shape. */
  readonly fingerprint: string | undefined;
  /** Only what was first seen with this version of the server. */
  readonly serverVersion: string | undefined;
  /** Whose decision it is, as it is kept with it. */
  readonly by: string;
  /** Says what it would be about, and decides nothing. */
  readonly isDryRun: boolean;
}

/** The catalogue as control has it. */
export interface CatalogueAuthority {
  /** Reads what is kept, and believes what the keeper signed. */
  load(): Promise<void>;
  all(): readonly ServerCatalogue[];
  /** Names of the servers of which anything is known. */
  servers(): readonly string[];
  /** Hands over what workers are to know of a server, while nothing about it changes. */
  tell(server: string, hand: (publication: Publication) => Promise<void>): Promise<void>;
  /** Takes a report; resolves when every worker knows what follows from it. */
  report(report: TakenReport): Promise<void>;
  /** Decides; gives back what it was decided about. */
  decide(decision: CatalogueDecision): Promise<readonly SeenDefinition[]>;
  /** Everything that was ever seen of a server, with its state as the signed pins have it. */
  seen(server: string): Promise<readonly SeenDefinition[]>;
}

export interface CatalogueAuthorityOptions {
  readonly store: DefinitionStore;
  readonly tenant: string;
  readonly keeping: PinKeeping;
  readonly log: Log;
  readonly now: () => Date;
  readonly trustOf: (server: string) => Trust | undefined;
  /** Whether nothing but a person may approve what a definition says, though its server is trusted on first use. */
  readonly isDoubtful: (definition: string) => boolean;
  /** `isNew`: whether workers do not have a definition yet. */
  readonly publish: (publication: Publication, isNew: (text: ApprovedText) => boolean) => Promise<void>;
  /** For what is true until it can be written: to workers only. */
  readonly announce: (catalogue: ServerCatalogue) => Promise<void>;
}

/** A first list that comes in pages is one list; a server that never ends it does not stay trusted. */
const FIRST_LIST_MS = 60_000;
/** The authority over what `store` holds. */
export function createCatalogueAuthority(options: CatalogueAuthorityOptions): CatalogueAuthority {
  const { store, tenant, keeping, log, now, trustOf, isDoubtful, publish, announce } = options;
  const catalogues = new Map<string, ServerCatalogue>();
  const queues = new Map<string, Promise<unknown>>();
  const guessing = createToolGuesses();
  /** First lists of which more pages are to come, and until when. */
  const open = new Map<string, number>();
  /** The kinds of which the first list is over, of servers that somebody has reported about. */
  const begun = new Map<string, ReadonlySet<DefinitionKind>>();

  /** One after the other for each server. */
  const inTurn = <T>(server: string, action: () => Promise<T>): Promise<T> => {
    const result = (queues.get(server) ?? Promise.resolve()).then(action);
    const settled = result.catch(() => {});
    queues.set(server, settled);
    void settled.then(() => (queues.get(server) === settled ? queues.delete(server) : false));
    return result;
  };
  const pinsOf = (server: string): readonly Pin[] => {
    const known = catalogues.get(server);
    return known?.fault === undefined ? (known?.pins?.pins ?? []) : [];
  };
  const read = async (server: string): Promise<void> => {
    let pins: PinSet | undefined;
    let fault: string | undefined;
    try {
      pins = await store.pins(tenant, server);
      fault = keeping.faultIn(server, pins);
    } catch (error) {
      fault = `they cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
    }
    const rows = await soundOf(await store.definitions(tenant, server).catch(() => []));
    if (fault === undefined && pins !== undefined) fault = await readyFault(pins, rows);
    if (fault !== undefined) log.error('the pins of a server cannot be trusted: everything of it is withheld', { server, fault });
    const believed = fault === undefined ? pins : undefined;
    const guesses = await guessing.of(believed?.pins ?? [], rows);
    catalogues.set(server, { server, pins: believed, withheld: openBook(rows, believed?.pins ?? []).withheld(), guesses, fault });
  };
  /** Pins say what is approved; without the very definitions that they are of, nobody could hold a call against them. */
  const readyFault = async (pins: PinSet, rows: readonly SeenDefinition[]): Promise<string | undefined> => {
    const texts = new Set(rows.flatMap((row) => (bytesOfLarge(row) === undefined ? [row.fingerprint] : [])));
    if (!pins.pins.every(({ fingerprints }) => fingerprints.every((one) => texts.has(one))))
      return 'definitions that were approved are not in the store as they were';
    await keeping.kept(pins);
    return undefined;
  };
  /** Writes, signs and publishes what has changed. */
  const settle = async (server: string, before: readonly SeenDefinition[], book: CatalogueBook, ended?: DefinitionKind): Promise<void> => {
    const known = catalogues.get(server);
    const next = book.pins();
    const digest = digestOfPins(next);
    const isSame = digest === (known?.pins?.digest ?? digestOfPins([]));
    let pins = known?.pins;
    if (!isSame) {
      const version = keeping.nextVersion(server);
      pins = { server, version, pins: next, digest, signature: await keeping.sign({ server, version, digest }) };
    }
    const after = book.rows();
    const [was, is] = [new Set(before), new Set(after.map(sightingKey))];
    const definitions = after.filter((row) => !was.has(row));
    const dropped = before.filter((row) => !is.has(sightingKey(row)));
    await store.change({ server, definitions, dropped, pins: isSame ? undefined : pins, begun: ended }, tenant);
    if (ended !== undefined) begun.set(server, new Set(begun.get(server)).add(ended));
    if (!isSame && pins !== undefined) await keeping.kept(pins);
    // Pins that were signed anew are sound again.
    const fault = isSame ? known?.fault : undefined;
    const guesses = await guessing.of(fault === undefined ? (pins?.pins ?? []) : [], after);
    const catalogue: ServerCatalogue = { server, pins, withheld: book.withheld(), guesses, fault };
    catalogues.set(server, catalogue);
    const had = fingerprintsIn(known?.fault === undefined ? known?.pins : undefined);
    await publish({ catalogue, texts: textsOf(catalogue, after) }, ({ fingerprint: print }) => !had.has(print));
  };

  const begunOf = async (server: string): Promise<ReadonlySet<DefinitionKind>> => {
    const known = begun.get(server) ?? (await store.begun(tenant, server));
    begun.set(server, known);
    return known;
  };
  const isFirst = ({ server, kind, isLast }: TakenReport, rows: readonly SeenDefinition[]): boolean => {
    if (trustOf(server) !== 'first-use' || catalogues.get(server)?.fault !== undefined || begun.get(server)?.has(kind) === true)
      return false;
    const key = `${server} ${kind}`;
    const until = open.get(key);
    const nowMs = now().getTime();
    if (until === undefined ? rows.some((row) => row.kind === kind) : nowMs > until) return false;
    if (isLast) open.delete(key);
    else if (until === undefined) open.set(key, nowMs + FIRST_LIST_MS);
    return true;
  };

  /**
   * What was seen cannot be judged, because the store or the keeper fails. What is approved stays approved; the rest is withheld on every worker,
   * also where everything would have been trusted.
   */
  const withhold = async ({ server, definitions }: TakenReport): Promise<void> => {
    const known = catalogues.get(server);
    const approved = fingerprintsIn(known?.fault === undefined ? known?.pins : undefined);
    const seen: Sighting[] = [];
    for await (const { sighting } of readAll(definitions)) if (!approved.has(sighting.fingerprint)) seen.push(sighting);
    const names = new Set(seen.map(({ kind, name }) => `${kind} ${name}`));
    const others = (known?.withheld ?? []).filter(({ kind, name }) => !names.has(`${kind} ${name}`));
    const catalogue: ServerCatalogue = {
      server,
      pins: known?.pins,
      withheld: [...others, ...seen],
      guesses: known?.guesses ?? [],
      fault: known?.fault,
    };
    catalogues.set(server, catalogue);
    await announce(catalogue);
  };

  const take = async (report: TakenReport): Promise<void> => {
    const { server } = report;
    if (trustOf(server) === undefined) return; // It has left the config.
    if ((await begunOf(server)).has(report.kind) && report.definitions.length === 0) return; // Another worker has said so.
    const before = await store.definitions(tenant, server);
    const isTrusted = isFirst(report, before);
    const at = now().toISOString();
    const book = openBook(await soundOf(before), pinsOf(server));
    const known = new Set(book.withheld().map(sightingKey));
    // Before what is new comes in: what is not listed any more makes room for it.
    if (report.whole !== undefined) book.retain(report.whole.kind, new Set(report.whole.names));
    for await (const { sighting, definition, isLarge } of readAll(report.definitions)) {
      // A large one that was approved before there was a limit keeps its text.
      const text = isLarge && book.isPinned(sighting) ? before.find((row) => sightingKey(row) === sightingKey(sighting)) : undefined;
      book.see({ ...sighting, server, definition: text?.definition ?? definition, at, serverVersion: report.serverVersion });
      // A second shape of one thing is a change, also on the first list.
      if (isLarge || !isTrusted || sighting.kind !== report.kind || book.hasPin(sighting) || isDoubtful(definition)) continue;
      book.decide(sighting, { state: 'pinned', decidedBy: 'first-use', decidedAt: at });
    }
    if (book.isFull) log.warn('a server lists more that is new than is kept for review: sallyport tools review', { server });
    const news = book.withheld().filter((one) => !known.has(sightingKey(one)));
    if (news.length > 0)
      log.warn('definitions are withheld until they are approved: sallyport tools review', {
        server,
        count: news.length,
        first: `${news[0]?.kind} ${news[0]?.name}`,
      });
    await settle(server, before, book, report.isLast || !isTrusted ? report.kind : undefined);
  };

  const judge = async (wanted: CatalogueDecision): Promise<readonly SeenDefinition[]> => {
    const { server, decision, name, kind, fingerprint: shape, serverVersion, by: decidedBy, isDryRun } = wanted;
    const before = await store.definitions(tenant, server);
    const book = openBook(before, pinsOf(server));
    const isMeant = (row: SeenDefinition): boolean =>
      (name === undefined || row.name === name) &&
      (kind === undefined || row.kind === kind) &&
      (shape === undefined || row.fingerprint === shape) &&
      (serverVersion === undefined || row.serverVersion === serverVersion);
    const named = before.filter(isMeant);
    const waiting = named.filter((row) => row.current && !book.isPinned(row));
    // What is named and approved can be rejected: an approval that is taken back.
    const isTakenBack = waiting.length === 0 && decision === 'reject' && name !== undefined;
    const meant = isTakenBack ? named.filter((row) => book.isPinned(row)) : waiting;
    // Who approves a text must have seen that text: one that does not have its fingerprint was edited in the store.
    const sound = meant.filter((row) => decision === 'reject' || isSound(row));
    if (sound.length === 0 || isDryRun) return sound;
    const decidedAt = now().toISOString();
    for (const row of sound) book.decide(row, { state: decision === 'approve' ? 'pinned' : 'rejected', decidedBy, decidedAt });
    log.info('definitions were decided about', { server, decision, count: sound.length, first: sound[0]?.name ?? '' });
    await settle(server, before, book);
    return sound;
  };

  return {
    load: async () => {
      await keeping.load();
      const known = await store.servers(tenant).catch((error: unknown) => {
        log.error('the store cannot say what was approved', { error: error instanceof Error ? error : new Error(String(error)) });
        return [];
      });
      for (const server of known) await read(server);
      // A server that the store has never heard of, but the keeper has.
      for (const server of keeping.signed()) if (!catalogues.has(server)) await read(server);
    },
    all: () => [...catalogues.values()],
    servers: () => [...catalogues.keys()],
    tell: (server, hand) =>
      inTurn(server, async () => {
        const catalogue = catalogues.get(server);
        if (catalogue === undefined) return;
        const rows = await store.definitions(tenant, server).catch(() => undefined);
        const fault = catalogue.fault ?? (rows === undefined ? 'the definitions cannot be read' : undefined);
        if (fault === undefined) await hand({ catalogue, texts: textsOf(catalogue, rows ?? []) });
        else await hand({ catalogue: { ...catalogue, pins: undefined, guesses: [], fault }, texts: [] });
      }),
    report: (report) =>
      inTurn(report.server, () =>
        take(report).catch(async (error: unknown) => {
          await withhold(report);
          throw error;
        }),
      ),
    decide: (decision) => inTurn(decision.server, () => judge(decision)),
    seen: async (server) => {
      const rows = await store.definitions(tenant, server);
      const book = openBook(rows, pinsOf(server));
      return rows.map((row) => ({ ...row, state: book.isPinned(row) ? 'pinned' : row.state === 'pinned' ? 'quarantined' : row.state }));
    },
  };
}

function fingerprintsIn(pins: PinSet | undefined): ReadonlySet<string> {
  return new Set((pins?.pins ?? []).flatMap(({ fingerprints }) => fingerprints));
}

/** The definitions that are approved. */
function textsOf({ pins }: ServerCatalogue, rows: readonly SeenDefinition[]): readonly ApprovedText[] {
  const approved = fingerprintsIn(pins);
  return rows.flatMap((row) => (approved.has(row.fingerprint) ? [{ fingerprint: row.fingerprint, text: row.definition }] : []));
}

function sightingKey({ kind, name, fingerprint: print }: Sighting): string {
  return `${kind} ${name} ${print}`;
}
