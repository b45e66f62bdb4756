// What a server says, for a reader of an older revision of the legacy era: members and kinds of content that it does not have are left
// out or said in text (each revision's changelog). Everything else stays as the server wrote it, byte for byte.

import { isArray, isObject, valueAt } from './json-value.ts';
import { shapeBlocks, shapePromptMessage } from './shape-content.ts';
import { shapeImplementation, shapePrompt, shapeResource, shapeTool, WRAPPED } from './shape-listed.ts';
import type { WrappedTools } from './shape-listed.ts';
import { objectEdit, splice } from './splice.ts';
import type { Edit, MemberChanges } from './splice.ts';
import type { JsonDocument, JsonObject, JsonValue, MessageId } from './types.ts';

/** Who reads, and from whom. */
export interface Reader {
  /** The revision that the reader speaks. */
  readonly revision: string;
  /** Given where the server speaks the modern era. */
  readonly modern?: ModernSource | undefined;
}

/** What must be known about a server of the modern era to say its words in an older revision. */
export interface ModernSource {
  /** Tools whose structured results are wrapped, as their listed schemas were. */
  readonly wrapped: WrappedTools & { has(tool: string): boolean };
  /** The tool that was called, where one was. */
  readonly tool?: string | undefined;
  /** The id under which the reader asked, where the server was asked under another. */
  readonly id?: MessageId | undefined;
}

const MODERN_ONLY: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope']);
const RESERVED = 'io.modelcontextprotocol/';
const STRUCTURED = 'structuredContent';

/** A result of `method`, for its reader. */
export function shapeResult(document: JsonDocument, method: string, reader: Reader): Uint8Array {
  const result = valueAt(document.value, ['result']);
  if (!isObject(result)) return document.bytes;
  const set = new Map<string, Uint8Array | string>();
  const dropped = new Set<string>();
  if (reader.modern !== undefined) dropModern(result, set, dropped);
  switch (method) {
    case 'tools/list':
      setElements(document, 'tools', set, (tool) => shapeTool(tool, reader.revision, reader.modern?.wrapped));
      break;
    case 'prompts/list':
      setElements(document, 'prompts', set, (prompt) => shapePrompt(prompt, reader.revision));
      break;
    case 'resources/list':
      setElements(document, 'resources', set, (resource) => shapeResource(resource, reader.revision));
      break;
    case 'resources/templates/list':
      setElements(document, 'resourceTemplates', set, (template) => shapeResource(template, reader.revision));
      break;
    case 'prompts/get':
      setElements(document, 'messages', set, (message) => shapePromptMessage(message, reader.revision));
      break;
    case 'tools/call':
      shapeCall(document, result, reader, set, dropped);
      break;
    case 'initialize':
      shapeWelcome(result, reader.revision, set);
      break;
    default:
  }
  const edits: Edit[] = [];
  if (set.size > 0 || dropped.size > 0) edits.push(objectEdit(document, ['result'], changes(set, dropped)));
  const id = reader.modern?.id;
  const place = document.span(['id']);
  if (id !== undefined && place !== undefined) edits.push({ span: place, replacement: Buffer.from(JSON.stringify(id)) });
  return edits.length === 0 ? document.bytes : splice(document, edits);
}

/** A notification, for its reader. */
export function shapeNotification(document: JsonDocument, method: string, reader: Reader): Uint8Array {
  const params = valueAt(document.value, ['params']);
  if (!isObject(params)) return document.bytes;
  const set = new Map<string, string>();
  const dropped = new Set<string>();
  if (reader.modern !== undefined) dropMeta(params, set, dropped);
  if (method === 'notifications/progress' && reader.revision < '2025-03-26' && params['message'] !== undefined) dropped.add('message');
  if (set.size === 0 && dropped.size === 0) return document.bytes;
  return splice(document, [objectEdit(document, ['params'], changes(set, dropped))]);
}

/** The members of capabilities that a server has in a revision of the legacy era. Tasks are carried by nobody between the eras. */
export function shapeServerCapabilities(capabilities: JsonObject, revision: string): JsonObject {
  const known = ['experimental', 'logging', 'prompts', 'resources', 'tools', ...(revision >= '2025-03-26' ? ['completions'] : [])];
  return Object.fromEntries(Object.entries(capabilities).filter(([name, value]) => known.includes(name) && isObject(value)));
}

function changes(set: ReadonlyMap<string, Uint8Array | string>, dropped: ReadonlySet<string>): MemberChanges {
  return { set, drop: (name) => dropped.has(name) };
}

function dropModern(result: JsonObject, set: Map<string, Uint8Array | string>, dropped: Set<string>): void {
  for (const name of MODERN_ONLY) if (result[name] !== undefined) dropped.add(name);
  dropMeta(result, set, dropped);
}

/** What the modern era says about itself in `_meta` means nothing here. */
function dropMeta(object: JsonObject, set: Map<string, Uint8Array | string>, dropped: Set<string>): void {
  const meta = object['_meta'];
  if (!isObject(meta)) return;
  const entries = Object.entries(meta);
  const kept = entries.filter(([name]) => !name.startsWith(RESERVED));
  if (kept.length === 0) dropped.add('_meta');
  else if (kept.length < entries.length) set.set('_meta', JSON.stringify(Object.fromEntries(kept)));
}

/** Sets the array `member` of the result, if an element changes; those that do not are copied as they are. */
function setElements(
  document: JsonDocument,
  member: string,
  set: Map<string, Uint8Array | string>,
  shape: (element: JsonValue) => JsonValue,
): void {
  const values = valueAt(document.value, ['result', member]);
  if (!isArray(values)) return;
  const shaped = values.map(shape);
  if (shaped.some((element, index) => element !== values[index])) set.set(member, arrayText(document, member, values, shaped));
}

function arrayText(document: JsonDocument, member: string, values: readonly JsonValue[], shaped: readonly JsonValue[]): Uint8Array {
  const spans = document.elements(['result', member]) ?? [];
  const parts: Uint8Array[] = [];
  for (const [index, element] of shaped.entries()) {
    parts.push(Buffer.from(index === 0 ? '[' : ','));
    const span = spans[index];
    const asItWas = span !== undefined && element === values[index];
    parts.push(asItWas ? document.bytes.subarray(span.start, span.end) : Buffer.from(JSON.stringify(element), 'utf8'));
  }
  parts.push(Buffer.from(parts.length === 0 ? '[]' : ']'));
  return Buffer.concat(parts);
}

/** The result of a tool: its blocks, and its structured content as far as the revision has it. */
function shapeCall(
  document: JsonDocument,
  result: JsonObject,
  { revision, modern }: Reader,
  set: Map<string, Uint8Array | string>,
  dropped: Set<string>,
): void {
  const content = isArray(result['content']) ? result['content'] : [];
  let blocks = shapeBlocks(content, revision);
  const structured = result[STRUCTURED];
  const span = structured === undefined ? undefined : document.span(['result', STRUCTURED]);
  if (span !== undefined) {
    const raw = Buffer.from(document.bytes.subarray(span.start, span.end)).toString('utf8');
    if (revision < '2025-06-18') {
      dropped.add(STRUCTURED);
      // Servers should say in text as well what they structured; from one that did not, the structure is the text.
      if (!blocks.some((block) => isObject(block) && block['type'] === 'text')) blocks = [...blocks, { type: 'text', text: raw }];
    } else if (!isObject(structured) || (modern?.tool !== undefined && modern.wrapped.has(modern.tool)))
      set.set(STRUCTURED, `{${JSON.stringify(WRAPPED)}:${raw}}`);
  }
  // Before 2026-07-28 a result of a tool always has content.
  if (blocks !== content || !isArray(result['content'])) set.set('content', arrayText(document, 'content', content, blocks));
}

function shapeWelcome(result: JsonObject, revision: string, set: Map<string, Uint8Array | string>): void {
  const { capabilities, serverInfo } = result;
  if (isObject(capabilities) && revision < '2025-03-26' && capabilities['completions'] !== undefined)
    set.set('capabilities', JSON.stringify(shapeServerCapabilities(capabilities, revision)));
  if (!isObject(serverInfo)) return;
  const shaped = shapeImplementation(serverInfo, revision);
  if (shaped !== serverInfo) set.set('serverInfo', JSON.stringify(shaped));
}
