// What a subscriptions/listen asks to be told of (MCP 2026-07-28 basic/patterns/subscriptions), as something that can be compared and put together
// with what others ask for.

import { metaOf } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';

/** A wish, or what a server granted of one. */
export interface ListenFilter {
  /** Which lists, a bit for each: `bitOf`. */
  readonly lists: number;
  /** Resources, none of them twice. */
  readonly uris: readonly string[];
}

/** What the flags are called, and what is said when one of the lists has changed. The place in this list is the bit. */
const LISTS: readonly { readonly flag: string; readonly method: string }[] = [
  { flag: 'toolsListChanged', method: 'notifications/tools/list_changed' },
  { flag: 'promptsListChanged', method: 'notifications/prompts/list_changed' },
  { flag: 'resourcesListChanged', method: 'notifications/resources/list_changed' },
];
const RESOURCES = 'resourceSubscriptions';
const KNOWN_FILTERS: ReadonlySet<string> = new Set([...LISTS.map(({ flag }) => flag), RESOURCES]);
const KNOWN_PARAMS: ReadonlySet<string> = new Set(['notifications', '_meta']);
/** What a request says of itself that changes nothing about what is told on a stream. */
const KNOWN_META: ReadonlySet<string> = new Set([
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/clientInfo',
  'io.modelcontextprotocol/logLevel',
  'progressToken',
  'traceparent',
  'tracestate',
  'baggage',
]);
const NO_URIS: readonly string[] = Object.freeze([]);
/** A resource below another begins with its URI and one of these, unless that ends with one. */
const BOUNDARIES: ReadonlySet<string> = new Set(['/', '?', '#']);
/** Of the resources that one lies below, the nearest. */
const MAX_ABOVE = 32;

/**
 * What a request asks for; undefined where it asks for more than what is understood here, which nobody could put together with what others ask for.
 * Tasks are among that: they are their agent's alone, and what is told of them depends on what it declared.
 */
export function readWish(params: JsonObject | undefined): ListenFilter | undefined {
  const wished = params?.['notifications'];
  if (!isObject(wished) || !hasOnly(params, KNOWN_PARAMS) || !hasOnly(metaOf(params), KNOWN_META) || !hasOnly(wished, KNOWN_FILTERS))
    return undefined;
  for (const { flag } of LISTS) if (typeof (wished[flag] ?? false) !== 'boolean') return undefined;
  const uris = wished[RESOURCES] ?? NO_URIS;
  return isTexts(uris) ? readFilter(wished) : undefined;
}

/** What is understood of a filter, whatever else is in it. */
export function readFilter(filter: JsonValue | undefined): ListenFilter {
  if (!isObject(filter)) return NOTHING;
  let lists = 0;
  for (let bit = 0; bit < LISTS.length; bit += 1) if (filter[LISTS[bit]?.flag ?? ''] === true) lists |= 1 << bit;
  const uris = filter[RESOURCES];
  if (!Array.isArray(uris) || uris.length === 0) return { lists, uris: NO_URIS };
  return { lists, uris: [...new Set(uris.filter((uri: JsonValue): uri is string => typeof uri === 'string'))] };
}

const NOTHING: ListenFilter = Object.freeze({ lists: 0, uris: NO_URIS });

/** The filter as it is written. */
export function writeFilter({ lists, uris }: ListenFilter): JsonObject {
  const written: Record<string, JsonValue> = {};
  LISTS.forEach(({ flag }, bit) => {
    if ((lists & (1 << bit)) !== 0) written[flag] = true;
  });
  if (uris.length > 0) written[RESOURCES] = uris;
  return written;
}

/** The bit of the list that a notification says has changed; 0 where it says something else. */
export function bitOf(method: string): number {
  const place = LISTS.findIndex((one) => one.method === method);
  return place < 0 ? 0 : 1 << place;
}

/** What is wished and was granted. `granted`: the URIs that were, of all who share. */
export function grantedOf(wish: ListenFilter, lists: number, granted: ReadonlySet<string>): ListenFilter {
  const isAll = wish.uris.every((uri) => granted.has(uri));
  if (isAll && (wish.lists & ~lists) === 0) return wish;
  return { lists: wish.lists & lists, uris: isAll ? wish.uris : wish.uris.filter((uri) => granted.has(uri)) };
}

/** The URIs that somebody may watch who is to hear of this one: itself, and those that it lies below. */
export function watchableAs(uri: string): readonly string[] {
  const found = [uri];
  for (let end = uri.length - 1; end > 0 && found.length <= MAX_ABOVE; end -= 1) {
    if (!BOUNDARIES.has(uri.charAt(end))) continue;
    if (end + 1 < uri.length) found.push(uri.slice(0, end + 1));
    found.push(uri.slice(0, end));
  }
  return found;
}

function hasOnly(object: JsonObject | undefined, known: ReadonlySet<string>): boolean {
  for (const key in object) if (!known.has(key)) return false;
  return true;
}

function isTexts(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
