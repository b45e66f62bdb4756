// What one worker knows of the approved definitions: the pins that control published and the keeper signed, and what servers list now, as far
// as it has seen that. Everything a call needs is a look-up in maps.

import type { JsonValue } from '../mcp/index.ts';
import { createDefinitionShelf } from './definition-shelf.ts';
import type { ApprovedText } from './definition-shelf.ts';
import { DEFINITION_KINDS, digestOfPins, signedText } from './pins.ts';
import type { DefinitionKind, Pin, PinSet, ServerCatalogue, ToolGuess } from './pins.ts';

/**
 * How a named thing stands. `approved`: what the server listed last under this name is approved. `changed`: it was, and the server lists
 * something else now. `withheld`: it waits for a person, or was rejected. `unknown`: the server has listed nothing by this name.
 */
export type Standing = 'approved' | 'changed' | 'withheld' | 'unknown';

/** A definition that passed by on a list. */
export interface Sighting {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly fingerprint: string;
}

/** One approved shape of a thing. */
export interface Approved {
  readonly fingerprint: string;
  readonly definition: JsonValue;
}

/** An approved tool, for rules to go by. */
export interface ApprovedTool {
  /** Of the definition that was approved last. */
  readonly fingerprint: string | undefined;
  readonly guess: ToolGuess | undefined;
}

/** Something that can be used since, or cannot any more. */
export type ChangedThing = Pick<Sighting, 'kind' | 'name'>;

/** The catalogue of one worker. */
export interface Catalogue {
  /** Approved definitions in full, before or after they are pinned: what is pinned, `adopt` says. */
  learn(server: string, texts: readonly ApprovedText[]): void;
  /** Takes over what control says of a server; gives back why it cannot be believed, and then everything of that server is withheld. */
  adopt(said: ServerCatalogue): string | undefined;
  /** Whether things of this kind were ever seen of a server. */
  has(server: string, kind: DefinitionKind): boolean;
  /** Changes whenever anything of a server does; 0: nothing is known of it. */
  revisionOf(server: string): number;
  /** Why a server's pins cannot be used. */
  faultOf(server: string): string | undefined;
  standing(server: string, kind: DefinitionKind, name: string): Standing;
  isApproved(server: string, sighting: Sighting): boolean;
  /** The approved shapes of a thing, the one approved last at the end; none of which this worker has no text that its fingerprint proves. */
  approved(server: string, kind: DefinitionKind, name: string): readonly Approved[];
  /** The names of a kind that are approved, whether or not the server still lists them. */
  approvedNames(server: string, kind: DefinitionKind): readonly string[];
  /** The fingerprints approved under a name, the one approved last at the end. */
  fingerprints(server: string, kind: DefinitionKind, name: string): readonly string[];
  /** What rules may go by for a tool; undefined: it is not approved. The same object until something of its server changes. */
  tool(server: string, name: string): ApprovedTool | undefined;
  /** Whether control must hear of a sighting: it may be new to it, or what was withheld is as it was approved again. */
  isNews(server: string, sighting: Sighting): boolean;
  /** What was on the list of a kind when it was read last; undefined: not all of it was read. */
  listed(server: string, kind: DefinitionKind, names: ReadonlySet<string> | undefined): void;
  /** Whether something approved was not on the list of its server when that was read last, for whomever. */
  isGone(server: string, kind: DefinitionKind, name: string): boolean;
  /** Whether control knows that the first list of a kind is over. */
  hasBegun(server: string, kind: DefinitionKind): boolean;
  begun(server: string, kind: DefinitionKind): void;
  /** How often the list of a kind has been doubted. Taken before it is read, and given back with what was read. */
  doubtsOf(server: string, kind: DefinitionKind): number;
  /**
   * The whole list of a kind was read, and is good for so long. Not if it was doubted meanwhile: what was read may be older than the change. Where it
   * is not known since when it was read (`doubts` undefined), it takes no doubt away.
   */
  fresh(server: string, kind: DefinitionKind, ttlMs: number, doubts: number | undefined): void;
  isFresh(server: string, kind: DefinitionKind): boolean;
  /** The server says that a list changed, to this worker or to another: it is read again before the next call. */
  doubt(server: string, kind: DefinitionKind, saidTo: 'here' | 'elsewhere'): void;
  isDoubted(server: string, kind: DefinitionKind): boolean;
  /** Control cannot say what follows from these: what was approved by such a name counts as changed until it can, or until it is as it was again. */
  suspect(server: string, kind: DefinitionKind, sightings: readonly Sighting[]): void;
  /** These were seen, and control knows of them. */
  settled(server: string, sightings: readonly Sighting[]): void;
  /** Forgets servers that are not in the config any more. */
  retain(servers: ReadonlySet<string>): void;
}

export interface CatalogueOptions {
  readonly nowMs: () => number;
  /** Whether the keeper has signed this. */
  readonly verify: (text: string, signature: string) => boolean;
  /** What was known of a server has changed so that agents would see something else. Not called for what was never known before. */
  readonly onChanged?: (server: string, changed: readonly ChangedThing[]) => void;
  /** A server has said here that a list changed; each time, since other workers may have read it in between. */
  readonly onDoubted?: (server: string, kind: DefinitionKind) => void;
}

interface Known {
  readonly revision: number;
  readonly version: number;
  readonly kinds: ReadonlySet<DefinitionKind>;
  readonly named: readonly Pin[];
  readonly tools: ReadonlyMap<string, ApprovedTool>;
  readonly pins: ReadonlyMap<string, readonly string[]>;
  /** What the server lists now and nobody has approved, by name. */
  readonly withheld: ReadonlyMap<string, string>;
  readonly fault: string | undefined;
}

interface Look {
  readonly untilMs: number;
  readonly doubted: boolean;
  readonly doubts: number;
}

/** A server that names no time is asked again this often, while it is used. */
const FRESH_MS = 60_000;
/** What a server may name: less would have its list read before every other call, more would let a change go unseen. */
const MIN_FRESH_MS = 10_000;
const MAX_FRESH_MS = 10 * 60_000;

/** An empty catalogue. */
export function createCatalogue({ nowMs, verify, onChanged, onDoubted }: CatalogueOptions): Catalogue {
  const servers = new Map<string, Known>();
  const looks = new Map<string, Look>();
  const begun = new Set<string>();
  /** What is approved and was not on a list. */
  const gone = new Map<string, ReadonlySet<string>>();
  /** By server: what was seen last of things that are approved in another shape, and that control has not heard of. */
  const suspects = new Map<string, Map<string, string>>();
  const shelf = createDefinitionShelf();
  let revisions = 0;
  const isPinned = (known: Known | undefined, { kind, name, fingerprint }: Sighting): boolean =>
    known?.pins.get(keyOf(kind, name))?.includes(fingerprint) === true;
  const fingerprints = (server: string, kind: DefinitionKind, name: string): readonly string[] =>
    servers.get(server)?.pins.get(keyOf(kind, name)) ?? [];
  const approvedNames = (server: string, kind: DefinitionKind): readonly string[] =>
    (servers.get(server)?.named ?? []).flatMap((pin) => (pin.kind === kind ? [pin.name] : []));
  /** What was read of a list, or is being read, is not good any more. */
  const outdate = (server: string, kind: DefinitionKind, isDoubt: boolean): void => {
    const before = looks.get(lookOf(server, kind));
    looks.set(lookOf(server, kind), {
      untilMs: 0,
      doubted: isDoubt || before?.doubted === true,
      doubts: (before?.doubts ?? 0) + 1,
    });
  };

  return {
    learn: (server, texts) => shelf.put(server, texts),
    adopt: (said) => {
      const before = servers.get(said.server);
      const fault = said.fault ?? faultIn(said, before, verify);
      const pins = fault === undefined ? (said.pins?.pins ?? []) : [];
      const known: Known = {
        revision: ++revisions,
        version: fault === undefined ? (said.pins?.version ?? 0) : (before?.version ?? 0),
        kinds: new Set([...pins, ...said.withheld].map(({ kind }) => kind)),
        named: pins,
        tools: toolsIn(pins, said.guesses),
        pins: new Map(pins.map(({ kind, name, fingerprints }) => [keyOf(kind, name), fingerprints])),
        withheld: new Map(said.withheld.map(({ kind, name, fingerprint }) => [keyOf(kind, name), fingerprint])),
        fault,
      };
      servers.set(said.server, known);
      shelf.retain(said.server, new Set(pins.flatMap((pin) => pin.fingerprints)));
      const changed = before === undefined || onChanged === undefined ? [] : changesOf(before, known);
      if (changed.length > 0) onChanged?.(said.server, changed);
      return fault;
    },
    has: (server, kind) => servers.get(server)?.kinds.has(kind) === true,
    revisionOf: (server) => servers.get(server)?.revision ?? 0,
    faultOf: (server) => servers.get(server)?.fault,
    standing: (server, kind, name) => {
      const known = servers.get(server);
      const key = keyOf(kind, name);
      const isListed = known?.withheld.has(key) === true;
      const pinned = known?.pins.get(key);
      if (pinned === undefined) return isListed || known?.fault !== undefined ? 'withheld' : 'unknown';
      const suspected = suspects.get(server)?.get(key);
      return isListed || (suspected !== undefined && !pinned.includes(suspected)) ? 'changed' : 'approved';
    },
    isApproved: (server, sighting) => isPinned(servers.get(server), sighting),
    approved: (server, kind, name) =>
      fingerprints(server, kind, name).flatMap((fingerprint) => {
        const definition = shelf.get(server, fingerprint);
        return definition === undefined ? [] : [{ fingerprint, definition }];
      }),
    approvedNames,
    fingerprints,
    tool: (server, name) => servers.get(server)?.tools.get(name),
    isNews: (server, sighting) => {
      const known = servers.get(server);
      if (known === undefined) return true;
      const withheld = known.withheld.get(keyOf(sighting.kind, sighting.name));
      return isPinned(known, sighting) ? withheld !== undefined : withheld !== sighting.fingerprint;
    },
    listed: (server, kind, names) => {
      const missing = names === undefined ? [] : approvedNames(server, kind).filter((name) => !names.has(name));
      if (missing.length === 0) gone.delete(lookOf(server, kind));
      else gone.set(lookOf(server, kind), new Set(missing));
    },
    isGone: (server, kind, name) => gone.get(lookOf(server, kind))?.has(name) === true,
    hasBegun: (server, kind) => begun.has(lookOf(server, kind)),
    begun: (server, kind) => void begun.add(lookOf(server, kind)),
    doubtsOf: (server, kind) => looks.get(lookOf(server, kind))?.doubts ?? 0,
    fresh: (server, kind, ttlMs, doubts) => {
      const before = looks.get(lookOf(server, kind)) ?? { doubted: false, doubts: 0 };
      if (doubts === undefined ? before.doubted : doubts !== before.doubts) return;
      const life = ttlMs > 0 ? Math.min(Math.max(ttlMs, MIN_FRESH_MS), MAX_FRESH_MS) : FRESH_MS;
      looks.set(lookOf(server, kind), { untilMs: nowMs() + life, doubted: false, doubts: before.doubts });
    },
    isFresh: (server, kind) => {
      const look = looks.get(lookOf(server, kind));
      return look !== undefined && !look.doubted && nowMs() < look.untilMs;
    },
    doubt: (server, kind, saidTo) => {
      outdate(server, kind, true);
      if (saidTo === 'here') onDoubted?.(server, kind);
    },
    isDoubted: (server, kind) => looks.get(lookOf(server, kind))?.doubted === true,
    suspect: (server, kind, sightings) => {
      outdate(server, kind, false);
      const known = servers.get(server);
      for (const sighting of sightings) {
        const key = keyOf(sighting.kind, sighting.name);
        if (known?.pins.has(key) !== true || isPinned(known, sighting)) continue;
        const suspected = suspects.get(server) ?? new Map<string, string>();
        suspects.set(server, suspected);
        suspected.set(key, sighting.fingerprint);
      }
    },
    settled: (server, sightings) => {
      const suspected = suspects.get(server);
      if (suspected === undefined) return;
      for (const { kind, name } of sightings) suspected.delete(keyOf(kind, name));
      if (suspected.size === 0) suspects.delete(server);
    },
    retain: (names) => {
      for (const key of looks.keys()) if (!names.has(key.slice(0, key.indexOf(' ')))) looks.delete(key);
      for (const key of gone.keys()) if (!names.has(key.slice(0, key.indexOf(' ')))) gone.delete(key);
      for (const key of begun) if (!names.has(key.slice(0, key.indexOf(' ')))) begun.delete(key);
      for (const server of suspects.keys()) if (!names.has(server)) suspects.delete(server);
    },
  };
}

function toolsIn(pins: readonly Pin[], guesses: readonly ToolGuess[]): ReadonlyMap<string, ApprovedTool> {
  const guessed = new Map(guesses.map((guess) => [guess.name, guess]));
  return new Map(
    pins.flatMap(({ kind, name, fingerprints }) =>
      kind === 'tool' ? [[name, { fingerprint: fingerprints.at(-1), guess: guessed.get(name) }]] : [],
    ),
  );
}

/** What can be used in the one and not in the other, or in another shape; what was neither pinned nor withheld before is no news to anybody. */
function changesOf(before: Known, after: Known): readonly ChangedThing[] {
  const shown = ({ pins, withheld }: Known, key: string): string => (withheld.has(key) ? '' : (pins.get(key)?.join() ?? ''));
  return [...new Set([...before.pins.keys(), ...before.withheld.keys()])].flatMap((key) => {
    const kind = DEFINITION_KINDS.find((one) => key.startsWith(`${one} `));
    return kind === undefined || shown(before, key) === shown(after, key) ? [] : [{ kind, name: key.slice(kind.length + 1) }];
  });
}

/** Why signed pins cannot be believed. */
function faultIn({ server, pins }: ServerCatalogue, before: Known | undefined, verify: CatalogueOptions['verify']): string | undefined {
  if (pins === undefined) return undefined;
  if (pins.server !== server) return 'they are the pins of another server';
  if (before !== undefined && pins.version < before.version) return 'they are older than those in force';
  return isSigned(pins, verify) ? undefined : 'they are not as the keeper signed them';
}

/** Whether a set is as the keeper signed it. */
export function isSigned(pins: PinSet, verify: (text: string, signature: string) => boolean): boolean {
  return digestOfPins(pins.pins) === pins.digest && verify(signedText(pins), pins.signature);
}

function keyOf(kind: DefinitionKind, name: string): string {
  return `${kind} ${name}`;
}

/** Names of servers hold no space. */
function lookOf(server: string, kind: DefinitionKind): string {
  return `${server} ${kind}`;
}
