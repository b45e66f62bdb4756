// Many tools say the same twice: as structured content, and as text for older clients (2025-11-25 server/tools, "Structured Content": a tool that returns
// structured content should also return the serialized JSON in a text block). Where the one was edited, the other says the same again.

import { canonicalJson, parseJson, rereadMessage, splice } from '../../mcp/index.ts';
import type { Edit, JsonDocument, JsonObject, JsonValue } from '../../mcp/index.ts';
import type { FinalMessage } from '../bridge/index.ts';

/** An edited answer. */
export interface Aligned {
  readonly final: FinalMessage;
  /** A text was written anew. */
  readonly isAligned: boolean;
}

/** Where a result can have both: its own, and that of a task inside of it. */
const PLACES: readonly (readonly string[])[] = [['result'], ['result', 'result']];

/** The edited answer, with the texts that repeat its structured content repeating what is left of that. */
export function inStep(before: FinalMessage, edited: FinalMessage): Aligned {
  const edits = PLACES.flatMap((place) => editsAt(place, before.document, edited.document));
  if (edits.length === 0) return { final: edited, isAligned: false };
  return { final: rereadMessage(edited.kind, splice(edited.document, edits)), isAligned: true };
}

function editsAt(place: readonly string[], before: JsonDocument, edited: JsonDocument): readonly Edit[] {
  const was = objectAt(before.value, place);
  const is = objectAt(edited.value, place);
  const structured = was?.['structuredContent'];
  const content = was?.['content'];
  const span = edited.span([...place, 'structuredContent']);
  if (structured === undefined || !Array.isArray(content) || span === undefined || is === undefined) return [];
  const canonical = canonicalJson(structured);
  const left = Buffer.from(edited.bytes.subarray(span.start, span.end)).toString('utf8');
  return content.flatMap((block: JsonValue, i): readonly Edit[] => {
    const text = isObject(block) ? block['text'] : undefined;
    const at = edited.span([...place, 'content', i, 'text']);
    if (typeof text !== 'string' || at === undefined || !saysTheSame(text, canonical)) return [];
    return [{ span: at, replacement: Buffer.from(JSON.stringify(left)) }];
  });
}

function saysTheSame(text: string, canonical: string): boolean {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[' && first !== '"') return false;
  const parsed = parseJson(Buffer.from(text));
  return parsed.ok && canonicalJson(parsed.value.value) === canonical;
}

function objectAt(value: JsonValue, place: readonly string[]): JsonObject | undefined {
  let at: JsonValue | undefined = value;
  for (const key of place) at = isObject(at) ? at[key] : undefined;
  return isObject(at) ? at : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
