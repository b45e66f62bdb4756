// One server's page of the catalogue while it is being changed: what was seen, and what is pinned. Looked up by name, because a server may list
// thousands of things at once.

import type { SeenDefinition } from '../cluster/index.ts';
import type { DefinitionKind, Pin, Sighting, Withheld } from '../tools/index.ts';

/** A definition that a worker saw. */
export interface NewSighting extends Sighting {
  readonly server: string;
  /** Canonical JSON. */
  readonly definition: string;
  readonly at: string;
  readonly serverVersion: string;
}

/** Who decided, and when. */
export interface Decision {
  readonly state: 'pinned' | 'rejected';
  readonly decidedBy: string;
  readonly decidedAt: string;
}

export interface CatalogueBook {
  rows(): readonly SeenDefinition[];
  pins(): readonly Pin[];
  isPinned(sighting: Sighting): boolean;
  /** Whether any shape of a thing is. */
  hasPin(thing: Pick<Sighting, 'kind' | 'name'>): boolean;
  /** Whether a name was left out because so many wait already. */
  readonly isFull: boolean;
  /** This is what the server lists under this name now. */
  see(sighting: NewSighting): void;
  /** The server lists these, and nothing else of this kind. */
  retain(kind: DefinitionKind, names: ReadonlySet<string>): void;
  /** Approves it, or takes the approval back. */
  decide(sighting: Sighting, decision: Decision): void;
  /** What the server lists now and nobody has approved. */
  withheld(): readonly Withheld[];
}

const UNDECIDED = { state: 'quarantined', decidedBy: null, decidedAt: null } as const;
/** Shapes of one thing that nobody decided about: a server may show another each time it is asked. */
const MAX_UNDECIDED_SHAPES = 4;
/** And altogether, before a name that was never seen is left out: nothing by that name can be used anyway. What is known is always followed. */
const MAX_UNDECIDED = 5_000;

/** Opens the page. */
export function openBook(rows: readonly SeenDefinition[], pins: readonly Pin[]): CatalogueBook {
  const things = Map.groupBy(rows, thingOf);
  const pinned = new Map(pins.map((pin) => [thingOf(pin), pin]));
  let undecided = countOpen(rows);
  let isFull = false;
  /** What nobody decided about and the server does not list any more, the oldest first; looked up when there is no room left. */
  let outdated: SeenDefinition[] | undefined;

  const isPinned = (sighting: Sighting): boolean => pinned.get(thingOf(sighting))?.fingerprints.includes(sighting.fingerprint) === true;
  const all = (): SeenDefinition[] => [...things.values()].flat();
  const put = (sighting: Sighting, shapes: readonly SeenDefinition[]): void => {
    const before = things.get(thingOf(sighting)) ?? [];
    undecided += countOpen(shapes) - countOpen(before);
    things.set(thingOf(sighting), [...shapes]);
  };
  /** Makes room for a name that was never seen by what matters least. */
  const makeRoom = (): boolean => {
    outdated ??= all()
      .filter((row) => row.state === 'quarantined' && !row.current && !pinned.has(thingOf(row)))
      .toSorted((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1));
    for (let oldest = outdated.pop(); oldest !== undefined; oldest = outdated.pop()) {
      const shapes = things.get(thingOf(oldest)) ?? [];
      const rest = shapes.filter((row) => row !== oldest);
      if (rest.length === shapes.length) continue; // It is listed again, or was decided about.
      put(oldest, rest);
      return true;
    }
    return false;
  };

  return {
    rows: all,
    pins: () => [...pinned.values()],
    isPinned,
    hasPin: (thing) => pinned.has(thingOf(thing)),
    get isFull() {
      return isFull;
    },
    see: ({ server, kind, name, fingerprint, definition, at, serverVersion }) => {
      const shapes = things.get(thingOf({ kind, name })) ?? [];
      const known = shapes.find((row) => row.fingerprint === fingerprint);
      if (shapes.length === 0 && !pinned.has(thingOf({ kind, name })) && undecided >= MAX_UNDECIDED && !makeRoom()) {
        isFull = true;
        return;
      }
      const fresh = { server, kind, name, fingerprint, definition, serverVersion, firstSeen: at, ...UNDECIDED };
      const others = shapes.filter((row) => row !== known).map((row) => (row.current ? { ...row, current: false } : row));
      const open = others.filter((row) => row.state === 'quarantined');
      const excess = new Set(open.slice(0, Math.max(0, open.length - MAX_UNDECIDED_SHAPES)));
      put({ kind, name, fingerprint }, [
        ...others.filter((row) => !excess.has(row)),
        { ...(known ?? fresh), definition, lastSeen: at, current: true },
      ]);
    },
    retain: (kind, names) => {
      for (const [thing, shapes] of things) {
        if (!shapes.some((row) => row.current && row.kind === kind && !names.has(row.name))) continue;
        things.set(
          thing,
          shapes.map((row) => (row.current ? { ...row, current: false } : row)),
        );
      }
    },
    decide: (sighting, decision) => {
      const { kind, name, fingerprint } = sighting;
      const shapes = things.get(thingOf(sighting)) ?? [];
      const others = (pinned.get(thingOf(sighting))?.fingerprints ?? []).filter((one) => one !== fingerprint);
      const fingerprints = decision.state === 'pinned' ? [...others, fingerprint] : others;
      if (fingerprints.length === 0) pinned.delete(thingOf(sighting));
      else pinned.set(thingOf(sighting), { kind, name, fingerprints });
      put(
        sighting,
        shapes.map((row) => (row.fingerprint === fingerprint ? { ...row, ...decision } : row)),
      );
    },
    withheld: () =>
      all()
        .filter((row) => row.current && !isPinned(row))
        .map(({ kind, name, fingerprint }) => ({ kind, name, fingerprint })),
  };
}

function countOpen(rows: readonly SeenDefinition[]): number {
  return rows.filter((row) => row.state === 'quarantined').length;
}

function thingOf({ kind, name }: Pick<Sighting, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
