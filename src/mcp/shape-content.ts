// Blocks of content for an older reader: what its revision has no type for is said in text, so that nothing is lost without a word
// (2025-03-26 brought audio, 2025-06-18 resource links; 2025-11-25 several blocks and tools in sampling).

import { isArray, isObject } from './json-value.ts';
import type { JsonObject, JsonValue } from './types.ts';

/** The first revision that has a type of block; the others have been there from the beginning. */
const SINCE: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['text', ''],
  ['image', ''],
  ['resource', ''],
  ['audio', '2025-03-26'],
  ['resource_link', '2025-06-18'],
]);

/** More of a server's words than this are not repeated in a note. */
const MAX_NOTE_CHARS = 2_000;

/** The block itself, or a text in its place. Unknown types are left to those who know all that there are. */
export function shapeBlock(block: JsonValue, revision: string): JsonValue {
  if (!isObject(block)) return block;
  const since = SINCE.get(block['type']);
  if (since !== undefined && since <= revision) return block;
  return text(noteOf(block, revision));
}

/** The blocks of a result; the same array where none changes. */
export function shapeBlocks(blocks: readonly JsonValue[], revision: string): readonly JsonValue[] {
  return mapChanged(blocks, (block) => shapeBlock(block, revision));
}

/** A message of a prompt: its one block. */
export function shapePromptMessage(message: JsonValue, revision: string): JsonValue {
  if (!isObject(message)) return message;
  const { content } = message;
  const shaped = content === undefined ? content : shapeBlock(content, revision);
  return shaped === content || shaped === undefined ? message : { ...message, content: shaped };
}

/** A message for sampling: several blocks are said as one text to those who know only one. */
export function shapeSamplingMessage(message: JsonValue, revision: string): JsonValue {
  if (!isObject(message) || revision >= '2025-11-25') return message;
  const { content } = message;
  if (!isArray(content)) return shapePromptMessage(message, revision);
  const [first, ...more] = shapeBlocks(content, revision);
  if (first !== undefined && more.length === 0) return { ...message, content: first };
  const texts = content.map((block) => {
    const shaped = shapeBlock(block, revision);
    return isObject(shaped) && typeof shaped['text'] === 'string' ? shaped['text'] : isObject(block) ? noteOf(block, revision) : '';
  });
  return { ...message, content: text(texts.join('\n')) };
}

/** The array with each element mapped; the same one where none changes. */
export function mapChanged(values: readonly JsonValue[], map: (value: JsonValue) => JsonValue): readonly JsonValue[] {
  let changed: JsonValue[] | undefined;
  for (const [index, value] of values.entries()) {
    const mapped = map(value);
    if (mapped === value) continue;
    changed ??= [...values];
    changed[index] = mapped;
  }
  return changed ?? values;
}

function text(words: string): JsonObject {
  return { type: 'text', text: words };
}

function noteOf(block: JsonObject, revision: string): string {
  const { type, uri, name, title, description, mimeType, data } = block;
  const kind = typeof mimeType === 'string' ? ` (${mimeType})` : '';
  if (type === 'resource_link') {
    const label = typeof title === 'string' ? title : typeof name === 'string' ? name : 'resource';
    const more = typeof description === 'string' ? `: ${description}` : '';
    return `[${label}](${typeof uri === 'string' ? uri : ''})${kind}${more}`.slice(0, MAX_NOTE_CHARS);
  }
  if (typeof data === 'string') {
    const bytes = Math.floor((data.length * 3) / 4);
    return `[${typeof type === 'string' ? type : 'content'}${kind}, about ${bytes} bytes, which MCP ${revision} cannot carry]`.slice(
      0,
      MAX_NOTE_CHARS,
    );
  }
  return `[content of the type '${typeof type === 'string' ? type : 'unknown'}', which MCP ${revision} cannot carry]`.slice(
    0,
    MAX_NOTE_CHARS,
  );
}
