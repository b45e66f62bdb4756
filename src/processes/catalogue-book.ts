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
/** And names that nobody has approved. */
const MAX_UNDECIDED = 5_000;

/** Opens the page. */
export function openBook(rows: readonly SeenDefinition[], pins: readonly Pin[]): CatalogueBook {
  const things = Map.groupBy(rows, thingOf);
  const pinned = new Map(pins.map((pin) => [thingOf(pin), pin]));
  let undecided = rows.filter((row) => row.state === 'quarantined').length;

  const isPinned = (sighting: Sighting): boolean => pinned.get(thingOf(sighting))?.fingerprints.includes(sighting.fingerprint) === true;
  const all = (): SeenDefinition[] => [...things.values()].flat();
  const put = (sighting: Sighting, shapes: readonly SeenDefinition[]): void => {
    const before = things.get(thingOf(sighting)) ?? [];
    undecided += countOpen(shapes) - countOpen(before);
    things.set(thingOf(sighting), [...shapes]);
  };

  return {
    rows: all,
    pins: () => [...pinned.values()],
    isPinned,
    see: ({ server, kind, name, fingerprint, definition, at, serverVersion }) => {
      const shapes = things.get(thingOf({ kind, name })) ?? [];
      const known = shapes.find((row) => row.fingerprint === fingerprint);
      if (known === undefined && undecided >= MAX_UNDECIDED) return;
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
