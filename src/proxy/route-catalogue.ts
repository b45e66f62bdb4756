// Which server of a route a name or a URI belongs to. Names say it themselves, or the lists of the servers do; URIs belong to the first server,
// in the order of the config, that lists them, else to the first with a template that they fit, else to nobody. Only servers that
// the agent may use are looked at. What is not known is asked for first, and where several are asked nobody waits longer than the route says.

import type { AggregateRoute } from '../config/index.ts';
import { matchesTemplate, qualifiedName, readQualifiedName } from '../tools/index.ts';
import type { OwnName } from '../tools/index.ts';
import type { KnownList, Listed, ListKind } from './bridge/index.ts';
import type { Ports } from './exchange.ts';
import { readList } from './member-lists.ts';
import type { Asker, Reading } from './member-lists.ts';
import type { Refused } from './rescue.ts';
import { usableMembers } from './usable-members.ts';
import { mayEver } from './verdicts.ts';

/** Somebody who looks for something on a route. */
export interface Looking {
  readonly route: AggregateRoute;
  readonly asker: Asker;
}

/** A look-up under way. */
export interface Finding {
  giveUp(): void;
}

/** Whose it is; undefined: nobody's that this agent may use. Or why that cannot be said. */
export type Owner = OwnName | Refused | undefined;

/** Enough for 10 000 tools; what a server lists beyond it cannot be called here. */
const MAX_PAGES = 100;

/** Somebody who asks for what there is not makes a server list what it has this often, and not oftener. */
const RECENT_MS = 1_000;

const DONE: Finding = { giveUp: () => {} };

/** Finds the tool or prompt that a name on the route means. */
export function findNamed(looking: Looking, kind: 'tools' | 'prompts', text: string, ports: Ports, done: (owner: Owner) => void): Finding {
  const { route, asker } = looking;
  const { principal, snapshot } = asker.arrival;
  const members = usableMembers(route, asker.arrival);
  const read = readQualifiedName(text, members);
  if (read === undefined && route.names === 'prefixed') {
    done(undefined);
    return DONE;
  }
  if (read?.kind === 'whole') {
    const isDenied = kind === 'tools' && !mayEver(principal, read.server, { kind: 'tool', name: read.name }, snapshot);
    // Only of tools there are some that are not for everybody. A denied one is denied and recorded as what it is.
    if (kind === 'prompts' || isDenied) {
      done({ server: read.server, name: read.name });
      return DONE;
    }
  }
  const servers = read === undefined ? members : read.kind === 'whole' ? [read.server] : read.servers;
  const fits = (server: string, name: string): boolean =>
    read === undefined ? name === text : read.kind === 'whole' ? name === read.name : qualifiedName(server, name) === text;
  const look = (): { readonly server: string; readonly listed: Listed } | undefined => {
    for (const server of servers) {
      const listed = listOf(looking, server, kind, ports)?.elements.find(({ name }) => fits(server, name));
      if (listed !== undefined) return { server, listed };
    }
    return undefined;
  };
  return lookTwice(looking, wantsOf(servers, [kind]), look, ports, (found, faults) => {
    // An app of one server must not reach the tools that another keeps for its own: here nobody can tell whose app it is.
    if (found !== undefined) return done(found.listed.appOnly ? undefined : { server: found.server, name: found.listed.name });
    const [only] = servers;
    done(only === undefined || servers.length > 1 ? undefined : faults.get(only));
  });
}

/** Finds the servers of URIs, or of templates; those without one are left out. */
export function findOwners(
  looking: Looking,
  uris: readonly string[],
  ports: Ports,
  done: (owners: ReadonlyMap<string, string>) => void,
): Finding {
  if (uris.length === 0) {
    done(new Map());
    return DONE;
  }
  const members = usableMembers(looking.route, looking.asker.arrival);
  const kinds: ListKind[] = [
    'resources',
    'resourceTemplates',
    ...(uris.some((uri) => uri.startsWith('ui://')) ? (['tools'] as const) : []),
  ];
  const owners = new Map<string, string>();
  const look = (): true | undefined => {
    for (const uri of uris) {
      if (owners.has(uri)) continue;
      const owner = ownerOf(looking, uri, members, ports);
      if (owner !== undefined) owners.set(uri, owner);
    }
    return owners.size === uris.length ? true : undefined;
  };
  return lookTwice(looking, wantsOf(members, kinds), look, ports, () => done(owners));
}

function ownerOf(looking: Looking, uri: string, members: readonly string[], ports: Ports): string | undefined {
  const has = (server: string, kind: ListKind, fits: (one: Listed) => boolean): boolean =>
    listOf(looking, server, kind, ports)?.elements.some(fits) === true;
  const lists = (server: string): boolean =>
    has(server, 'resources', ({ name }) => name === uri) ||
    has(server, 'resourceTemplates', ({ name }) => name === uri) ||
    has(server, 'tools', ({ ui }) => ui === uri);
  return members.find(lists) ?? members.find((server) => has(server, 'resourceTemplates', ({ name }) => matchesTemplate(name, uri)));
}

interface Want {
  readonly server: string;
  readonly kind: ListKind;
}

function wantsOf(servers: readonly string[], kinds: readonly ListKind[]): readonly Want[] {
  return servers.flatMap((server) => kinds.map((kind) => ({ server, kind })));
}

function listOf({ asker }: Looking, server: string, kind: ListKind, ports: Ports): KnownList | undefined {
  return ports.aggregates.known.get(asker.arrival.principal, server, kind);
}

type Faults = ReadonlyMap<string, Refused>;

/** Looks at what is known, and once more, if that is in vain, when everything has been asked for anew that was not just now. */
function lookTwice<Found>(
  looking: Looking,
  wants: readonly Want[],
  look: () => Found | undefined,
  ports: Ports,
  done: (found: Found | undefined, faults: Faults) => void,
): Finding {
  const known = (want: Want): KnownList | undefined => listOf(looking, want.server, want.kind, ports);
  const unknown = wants.filter((want) => known(want) === undefined);
  const found = unknown.length === 0 ? look() : undefined;
  if (found !== undefined) {
    for (const want of wants) if (known(want)?.outdated === true) readBehind(looking, want, ports);
    done(found, new Map());
    return DONE;
  }
  // Another worker may have heard of a change that this one has not: what is not on a list is looked for on a newer one.
  const missing = wants.filter((want) => (known(want)?.atMs ?? 0) <= ports.nowMs() - RECENT_MS);
  return readAll(looking, missing, ports, (faults) => done(look(), faults));
}

function readAll(looking: Looking, wants: readonly Want[], ports: Ports, done: (faults: Faults) => void): Finding {
  const { principal } = looking.asker.arrival;
  const { known } = ports.aggregates;
  const faults = new Map<string, Refused>();
  const readings: { readonly want: Want; readonly reading: Reading }[] = [];
  const late = new Set<Want>();
  const open = new Set(wants);
  let over = false;
  const settle = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    for (const want of open) faults.set(want.server, { code: 'upstream_timeout' });
    for (const { want, reading } of readings) {
      if (!open.has(want)) continue;
      // It goes on for the next one who asks, unless somebody reads it already.
      if (known.claim(principal, want.server, want.kind)) late.add(want);
      else reading.giveUp();
    }
    done(faults);
  };
  // Nobody else is kept waiting by the one server that this is about, and it has a time limit of its own.
  const isAboutOne = wants.every(({ server }) => server === wants[0]?.server);
  const timer = isAboutOne ? undefined : setTimeout(settle, looking.route.waitMs);
  for (const want of wants) {
    const reading = read(looking, want, ports, (fault) => {
      open.delete(want);
      if (fault !== undefined) faults.set(want.server, fault);
      if (late.has(want)) known.release(principal, want.server, want.kind);
      if (open.size === 0) settle();
    });
    if (reading !== undefined) readings.push({ want, reading });
  }
  if (open.size === 0) settle();
  return {
    giveUp: () => {
      if (over) return; // What goes on is for the next one who asks.
      over = true;
      clearTimeout(timer);
      for (const { reading } of readings) reading.giveUp();
    },
  };
}

/** Brings a list up to date that is still good for what it has. */
function readBehind(looking: Looking, want: Want, ports: Ports): void {
  const { principal } = looking.asker.arrival;
  const { known } = ports.aggregates;
  if (!known.claim(principal, want.server, want.kind)) return;
  read(looking, want, ports, () => known.release(principal, want.server, want.kind));
}

function read(
  { asker }: Looking,
  { server: name, kind }: Want,
  ports: Ports,
  done: (fault: Refused | undefined) => void,
): Reading | undefined {
  const { principal, snapshot } = asker.arrival;
  const server = ports.servers.get(name);
  if (server === undefined) {
    done({ code: 'upstream_unreachable' });
    return undefined;
  }
  let taken = 0;
  const take = (bytes: number): boolean => (taken += bytes) <= snapshot.limits.maxListBytes;
  return readList(asker, server, kind, { cursor: undefined, maxPages: MAX_PAGES, take }, ports, ({ elements, fault }) => {
    if (fault === undefined) ports.aggregates.known.put(principal, name, kind, elements);
    done(fault);
  });
}
