// tools/list and its like on a route with several servers: each is asked for its own, and their answers become one list in the order of the
// config. Names are qualified; everything else of a definition stays as its server wrote it.

import type { AggregateRoute } from '../config/index.ts';
import { memberEdits, memberEdit, parseJson, rereadMessage, splice, writeError } from '../mcp/index.ts';
import type { Edit, JsonDocument, MessageId } from '../mcp/index.ts';
import { bareNames, qualifiedName } from '../tools/index.ts';
import type { OwnName } from '../tools/index.ts';
import { GatewayError } from '../base/index.ts';
import type { Ask, Asking, CursorOwner, Hearing, Listed, ListKind, ListPosition } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { readList } from './member-lists.ts';
import type { Pages, Reading } from './member-lists.ts';
import type { Looking } from './route-catalogue.ts';
import { mayEver } from './verdicts.ts';

/** The gateway, where it speaks for itself. Self-asserted, for display. */
export const SELF = { name: 'sallyport', version: '1' } as const;
/** On a definition that is shown as it was last, because its server does not answer. */
const STALE = 'io.github.sallyport/stale';
/** On a list: servers of which nothing is known. */
const UNAVAILABLE = 'io.github.sallyport/unavailable';

/** Pages of one server in one page of ours. */
const PAGES_AT_ONCE = 16;
/** A list that never ends is somebody's mistake, or somebody's attack. */
const MAX_PAGES = 100;
const INVALID_PARAMS = -32602;

interface Share {
  readonly server: string;
  readonly cursor: string | undefined;
  reading: Reading | undefined;
  /** All that there will be. */
  pages: Pages | undefined;
  /** Nobody waits for it any more, but it goes on: it may be there for the next time. */
  isLate: boolean;
}

/** A server that left the config while it was asked. */
const GONE: Pages = { elements: [], rest: undefined, ttlMs: 0, fault: { code: 'upstream_unreachable' } };

interface Shown {
  readonly server: string;
  readonly listed: Listed;
  readonly stale: boolean;
}

/** Asks the members of a route for a list. */
export function askLists(wanted: Ask, { route, asker }: Looking, kind: ListKind, hearing: Hearing, ports: Ports): Asking {
  const { call, request, message } = wanted;
  const { principal, snapshot } = call.arrival;
  const owner: CursorOwner = { principal, route: route.key, method: request.method };
  const position = positionOf(message.params?.['cursor'], call, owner, ports);
  if (position === undefined) {
    hearing.final(writeError(message.id, INVALID_PARAMS, 'This cursor is not valid, or not any more; begin the list anew.'));
    return { giveUp: () => {}, resume: () => {} };
  }
  const isFirst = position.page === 1;
  const { known } = ports.aggregates;
  let taken = 0;
  let waitingFor = position.rest.length;
  let over = false;

  const shares: readonly Share[] = position.rest.map((from) => ({ ...from, reading: undefined, pages: undefined, isLate: false }));
  const settle = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    for (const share of shares) {
      if (share.pages !== undefined) continue;
      share.isLate = isFirst && known.claim(principal, share.server, kind);
      if (!share.isLate) share.reading?.giveUp();
    }
    hearing.final(rereadMessage('result', merge({ id: message.id, kind, route, position, shares, owner, call }, ports)));
  };
  // The first page always fits, or nobody would get any further.
  const take = (bytes: number): boolean => {
    const fits = taken === 0 || taken + bytes <= snapshot.limits.maxListBytes;
    if (fits) taken += bytes;
    return fits;
  };
  const timer = setTimeout(settle, route.waitMs);
  for (const share of shares) {
    const done = (pages: Pages): void => {
      share.pages = pages;
      if (isFirst && pages.fault === undefined && pages.rest === undefined) known.put(principal, share.server, kind, pages.elements);
      if (share.isLate) known.release(principal, share.server, kind);
      if (--waitingFor === 0) settle();
    };
    const server = ports.servers.get(share.server);
    if (server === undefined) done(GONE);
    else share.reading = readList(asker, server, kind, { cursor: share.cursor, maxPages: PAGES_AT_ONCE, take }, ports, done);
  }
  if (waitingFor === 0) settle();
  return {
    giveUp: () => {
      if (over) return; // What goes on is for the next time.
      over = true;
      clearTimeout(timer);
      for (const share of shares) share.reading?.giveUp();
    },
    resume: () => {},
  };
}

function positionOf(cursor: unknown, { members = [] }: Call, owner: CursorOwner, ports: Ports): ListPosition | undefined {
  if (cursor === undefined) return { page: 1, rest: members.map((server) => ({ server, cursor: undefined })) };
  const position = typeof cursor === 'string' ? ports.aggregates.openCursor(cursor, owner) : undefined;
  // Since it was given, the agent may have lost its leave for one of them.
  return position && { ...position, rest: position.rest.filter(({ server }) => members.includes(server)) };
}

interface Merging {
  readonly id: MessageId;
  readonly kind: ListKind;
  readonly route: AggregateRoute;
  readonly position: ListPosition;
  readonly shares: readonly Share[];
  readonly owner: CursorOwner;
  readonly call: Call;
}

function merge({ id, kind, route, position, shares, owner, call }: Merging, ports: Ports): Uint8Array {
  const isFirst = position.page === 1;
  const shown: Shown[] = [];
  const rest: ListPosition['rest'][number][] = [];
  const unavailable: string[] = [];
  let ttlMs = Number.POSITIVE_INFINITY;
  for (const share of shares) {
    const { server } = share;
    const pages = share.pages ?? share.reading?.sofar();
    const isThere = pages !== undefined && (pages.elements.length > 0 || (share.pages !== undefined && pages.fault === undefined));
    const known = isThere || !isFirst ? undefined : ports.aggregates.known.get(call.arrival.principal, server, kind);
    for (const listed of (isThere ? pages.elements : known?.elements) ?? []) shown.push({ server, listed, stale: !isThere });
    if (isThere && pages.rest !== undefined) rest.push({ server, cursor: pages.rest.cursor });
    else if (!isFirst && share.pages === undefined) rest.push({ server, cursor: share.cursor }); // It may answer the next time.
    if (!isThere && known === undefined) unavailable.push(server);
    // What is missing now may be there at once.
    ttlMs = Math.min(ttlMs, isThere ? pages.ttlMs : 0);
  }
  const names = namesOf(shown, kind, route, isFirst);
  const visible = shown.filter((one) => isVisible(one, kind, call));
  const texts = visible.flatMap((one) => textOf(one, names(one), kind));
  const next =
    rest.length > 0 && position.page < MAX_PAGES ? ports.aggregates.sealCursor({ page: position.page + 1, rest }, owner) : undefined;
  const tail = {
    ttlMs: Number.isFinite(ttlMs) ? ttlMs : 0,
    cacheScope: 'private',
    nextCursor: next,
    _meta: { 'io.modelcontextprotocol/serverInfo': SELF, ...(unavailable.length > 0 && { [UNAVAILABLE]: unavailable }) },
  };
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","${kind}":[`;
  const parts: Uint8Array[] = [Buffer.from(head)];
  for (const [index, text] of texts.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(text);
  }
  parts.push(Buffer.from(`],${JSON.stringify(tail).slice(1)}}`));
  return Buffer.concat(parts);
}

const COMMA = Buffer.from(',');

/** Judged by the server's own names, as calls are. What only an app may call is for hosts that know whose app it is: here none does. */
function isVisible({ server, listed }: Shown, kind: ListKind, { arrival: { principal, snapshot } }: Call): boolean {
  const subject = kind === 'tools' ? 'tool' : kind === 'prompts' ? 'prompt' : 'resource';
  return !listed.appOnly && mayEver(principal, server, { kind: subject, name: listed.name }, snapshot);
}

/** How things are called on the route; undefined: it was shown already, and what is asked by that name would be the first. */
function namesOf(shown: readonly Shown[], kind: ListKind, route: AggregateRoute, isFirst: boolean): (one: Shown) => string | undefined {
  const given = new Set<string>();
  const once = (name: string | undefined): string | undefined => {
    if (name === undefined || given.has(name)) return undefined;
    given.add(name);
    return name;
  };
  if (kind === 'resources' || kind === 'resourceTemplates') return ({ listed }) => once(listed.name);
  // Of a later page nobody knows here what is on the first: everything on it is qualified, which always leads to the same.
  if (route.names === 'prefixed' || !isFirst) return ({ server, listed }) => once(qualifiedName(server, listed.name));
  const bare = shownNames(bareNames(listsOf(shown)));
  return ({ server, listed }) => once(bare.get(`${server} ${listed.name}`));
}

function listsOf(shown: readonly Shown[]): readonly { readonly server: string; readonly names: readonly string[] }[] {
  const lists = new Map<string, string[]>();
  for (const { server, listed } of shown) {
    const names = lists.get(server) ?? [];
    names.push(listed.name);
    lists.set(server, names);
  }
  return [...lists].map(([server, names]) => ({ server, names }));
}

function shownNames(names: ReadonlyMap<string, OwnName>): ReadonlyMap<string, string> {
  return new Map([...names].map(([text, { server, name }]) => [`${server} ${name}`, text]));
}

function textOf({ listed, stale }: Shown, name: string | undefined, kind: ListKind): readonly Uint8Array[] {
  if (name === undefined) return [];
  const isNamed = kind === 'tools' || kind === 'prompts';
  if (!stale && (!isNamed || name === listed.name)) return [listed.bytes];
  const parsed = parseJson(listed.bytes);
  if (!parsed.ok) throw new GatewayError('internal', { cause: new Error('a listed definition is not valid JSON') });
  const edits = stale ? [...staleEdits(parsed.value)] : [];
  if (isNamed) edits.push(memberEdit(parsed.value, [], 'name', JSON.stringify(name)));
  return [splice(parsed.value, edits)];
}

function staleEdits(document: JsonDocument): readonly Edit[] {
  const { value } = document;
  const meta = typeof value === 'object' && value !== null && '_meta' in value ? value['_meta'] : undefined;
  return typeof meta === 'object' && meta !== null && !Array.isArray(meta)
    ? memberEdits(document, ['_meta'], [[STALE, 'true']])
    : memberEdits(document, [], [['_meta', `{"${STALE}":true}`]]);
}
