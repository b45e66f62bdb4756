// The lists of one server on a route with several, read page after page, each page a recorded call of its own.

import { METHODS, writeRequest } from '../mcp/index.ts';
import type { JsonDocument, JsonObject, JsonValue, ModernRequest } from '../mcp/index.ts';
import type { Subject } from '../policies/index.ts';
import type { Server } from '../servers/index.ts';
import type { DefinitionKind } from '../tools/index.ts';
import { OVER } from './bridge/index.ts';
import { approve } from './approved.ts';
import type { Ask, Asking, FinalMessage, Hearing, Listed, ListKind } from './bridge/index.ts';
import type { Arrival, Ports } from './exchange.ts';
import type { Refused } from './rescue.ts';

/** Asks one server, in a recorded call of its own: ask.ts. */
export type AskMember = (
  arrival: Arrival,
  server: Server,
  member: Pick<Ask, 'message' | 'request' | 'scope'> & { readonly subject: Subject },
  hearing: Hearing,
  ports: Ports,
) => Asking;

/** For whom servers are asked, and how: the agent's request, and what it says about the agent. */
export interface Asker {
  readonly arrival: Arrival;
  readonly request: ModernRequest;
  readonly scope: string;
  readonly askMember: AskMember;
}

/** What was read of a list. */
export interface Pages {
  readonly elements: readonly Listed[];
  /** Where it goes on: the cursor to ask with, undefined for the beginning. */
  readonly rest: { readonly cursor: string | undefined } | undefined;
  /** The shortest of the pages; 0 where none was said. */
  readonly ttlMs: number;
  /** Why there is not more. */
  readonly fault: Refused | undefined;
}

/** A list that is being read. */
export interface Reading {
  /** What is there by now. */
  sofar(): Pages;
  giveUp(): void;
}

export interface ReadingOptions {
  readonly cursor: string | undefined;
  readonly maxPages: number;
  /** Whether there is room for so many bytes more; asked once a page. */
  readonly take: (bytes: number) => boolean;
}

/** The method that gives each list. */
export const LIST_METHODS: Readonly<Record<ListKind, string>> = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
};

const KEYS: Readonly<Record<ListKind, string>> = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' };
/** What of each list is approved one by one; of resources only what they are made from. */
const KINDS: Readonly<Record<ListKind, DefinitionKind | undefined>> = {
  tools: 'tool',
  prompts: 'prompt',
  resources: undefined,
  resourceTemplates: 'template',
};
const METHOD_UNKNOWN = -32601;
/** A cursor is sealed into one of ours, beside those of the other servers. */
const MAX_CURSOR_CHARS = 4096;
const APP_ONLY = 'app';

/** Reads a list until it ends, or as much of it as was asked for. `done` is not called after `giveUp`. */
export function readList(
  asker: Asker,
  server: Server,
  kind: ListKind,
  options: ReadingOptions,
  ports: Ports,
  done: (pages: Pages) => void,
): Reading {
  const elements: Listed[] = [];
  const listed = KINDS[kind];
  const doubts = listed === undefined ? 0 : ports.catalogue.doubtsOf(server.name, listed);
  const kept = options.cursor === undefined ? { earlier: new Set<string>(), doubts } : {};
  let rest: Pages['rest'] = { cursor: options.cursor };
  let ttlMs = Number.POSITIVE_INFINITY;
  let fault: Refused | undefined;
  let pages = 0;
  let over = false;
  let asking: Asking = OVER;
  let newest = 0;

  const sofar = (): Pages => ({ elements, rest, ttlMs: Number.isFinite(ttlMs) ? ttlMs : 0, fault });
  const finish = (): void => {
    if (over) return;
    over = true;
    done(sofar());
  };
  const stop = (refused: Refused | undefined): void => {
    fault = refused;
    // What broke off in the middle may go on another time.
    if (refused === undefined || pages === 0) rest = undefined;
    finish();
  };
  const ask = (cursor: string | undefined): void => {
    const mine = ++newest;
    const made = askOf(asker, server, { method: LIST_METHODS[kind], params: cursor === undefined ? {} : { cursor } }, hearing, ports);
    if (mine === newest) asking = made;
  };
  const hearing: Hearing = {
    full: false,
    note: () => {},
    final: (said) => {
      if (over) return;
      if (said.kind === 'error') {
        // It has no such list, or a cursor of an earlier page is over: there is nothing more.
        if (said.error['code'] === METHOD_UNKNOWN || pages > 0) return stop(undefined);
        return stop({ code: 'upstream_malformed', say: `The MCP server '${server.name}' answered with an error.` });
      }
      approve(
        { server: server.name, method: LIST_METHODS[kind], final: said, isFirst: pages === 0 && options.cursor === undefined, ...kept },
        ports,
        take,
      );
    },
    fail: (refused) => stop(refused),
  };
  const take = (said: FinalMessage): void => {
    if (over) return;
    if (!options.take(said.document.bytes.length)) return finish();
    const page = readPage(said.document, kind);
    if (page === undefined) return stop({ code: 'upstream_malformed' });
    pages++;
    for (const one of page.elements) {
      elements.push(one.listed);
    }
    ttlMs = Math.min(ttlMs, page.ttlMs);
    if (page.next === undefined || page.next.length > MAX_CURSOR_CHARS) return stop(undefined);
    rest = { cursor: page.next };
    if (pages >= options.maxPages) finish();
    else ask(page.next);
  };
  ask(options.cursor);
  return {
    sofar,
    giveUp: () => {
      over = true;
      asking.giveUp();
    },
  };
}

/** Asks a server for something of the gateway's own wording, in the agent's name. */
export function askOf(
  { arrival, request, scope, askMember }: Asker,
  server: Server,
  { method, params }: { readonly method: string; readonly params: JsonObject },
  hearing: Hearing,
  ports: Ports,
): Asking {
  const rule = METHODS.get(method);
  if (rule === undefined) return OVER;
  // A server's progress on its share would be told as progress on the whole.
  const { progressToken: _, ...meta } = isObject(request.params?.['_meta']) ? request.params['_meta'] : {};
  const message = writeRequest(request.id, method, { ...params, _meta: meta });
  const share = { ...request, method, rule, name: undefined, progressToken: undefined, params: message.params };
  return askMember(arrival, server, { message, request: share, subject: { kind: 'server' }, scope }, hearing, ports);
}

interface Page {
  readonly elements: readonly { readonly listed: Listed; readonly value: JsonObject }[];
  readonly next: string | undefined;
  readonly ttlMs: number;
}

function readPage(document: JsonDocument, kind: ListKind): Page | undefined {
  const result = isObject(document.value) ? document.value['result'] : undefined;
  const values = isObject(result) ? result[kind] : undefined;
  const spans = document.elements(['result', kind]);
  if (!isObject(result) || !Array.isArray(values) || spans === undefined) return undefined;
  const elements = spans.flatMap(({ start, end }, index) => {
    const value: JsonValue | undefined = values[index];
    const name = isObject(value) ? value[KEYS[kind]] : undefined;
    // What has no name can be neither judged nor called.
    if (!isObject(value) || typeof name !== 'string') return [];
    return [{ value, listed: { name, bytes: Buffer.from(document.bytes.subarray(start, end)), ...readUi(value, kind) } }];
  });
  const { nextCursor, ttlMs } = result;
  return {
    elements,
    next: typeof nextCursor === 'string' ? nextCursor : undefined,
    ttlMs: typeof ttlMs === 'number' && ttlMs > 0 ? Math.floor(ttlMs) : 0,
  };
}

/** Whether a tool is for apps only, and not for a model. */
export function isForApps(tool: JsonObject): boolean {
  return readUi(tool, 'tools').appOnly;
}

/** What a tool says about its app (the Apps extension, io.modelcontextprotocol/ui). */
function readUi(tool: JsonObject, kind: ListKind): Pick<Listed, 'appOnly' | 'ui'> {
  const meta = kind === 'tools' && isObject(tool['_meta']) ? tool['_meta'] : {};
  const ui = isObject(meta['ui']) ? meta['ui'] : {};
  const { visibility, resourceUri = meta['ui/resourceUri'] } = ui;
  return {
    appOnly: Array.isArray(visibility) && visibility.length > 0 && visibility.every((one) => one === APP_ONLY),
    // Of other schemes it may name nothing: no server gets another's files by saying that they are its page.
    ui: typeof resourceUri === 'string' && resourceUri.startsWith('ui://') ? resourceUri : undefined,
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
