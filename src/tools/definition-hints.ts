// What stands out in the texts of a definition, for the person who reviews it: characters that nobody sees, sentences that give orders to a model,
// texts that ask to be preferred (T01, T02, T07). Every text is looked at, wherever it stands: in defaults, enums, titles, names of arguments, `_meta`.
// Hints and nothing more: they may be wrong often, and the words of an attack can always be chosen otherwise. What is certain is found by inspection.

import type { JsonValue } from '../mcp/index.ts';
import { toPlace } from './diff.ts';
import type { Path } from './diff.ts';
import { isObject } from './schema/keywords.ts';
import { hiddenIn, toVisible } from './visible-text.ts';

/** One thing that stands out. */
export interface DefinitionHint {
  readonly kind: 'hidden-characters' | 'orders' | 'prefers-itself';
  /** Where, as in the diff. */
  readonly place: string;
  /** From the first character to behind the last one, in UTF-16 units of the text there. */
  readonly span: readonly [number, number];
  /** What stands there, with everything hidden written as an escape. */
  readonly text: string;
}

/** More than this nobody reads of one definition. */
const MAX_HINTS = 20;
const MAX_LEVELS = 64;
const MAX_TEXT_CHARS = 64 * 1024;
const MAX_SHOWN_CHARS = 160;
const CONTEXT_CHARS = 20;

/** Simple patterns without nested repetition: texts are of strangers. */
const ORDERS: readonly RegExp[] = [
  /<\/?(?:important|system|instructions?|secret|hidden|admin|critical)>/gi,
  /\b(?:ignore|disregard|forget|override) (?:all |any |the |your |these |those )?(?:previous|prior|above|earlier|other|system) (?:instructions?|rules?|prompts?|messages?)/gi,
  /\b(?:do not|don't|never|without) (?:tell|telling|mention|mentioning|inform|informing|reveal|revealing|show|showing|notify|notifying|ask|asking) (?:this |it |that |anything )?(?:to )?(?:the )?(?:user|human|operator|anyone|anybody)/gi,
  /\b(?:before|after|when|whenever) (?:using|calling|invoking|you (?:use|call|invoke)) (?:this|any|the|other|another)\b[^.\n]{0,60}\b(?:read|call|send|use|invoke|pass|include|run|execute|first)\b/gi,
  /\b(?:you must|you should always|you are required to|make sure to always) (?:first )?(?:read|call|send|pass|include|run|execute|invoke|copy|forward)\b/gi,
  /(?:~|\$HOME|\/home\/[\w.-]{1,64}|\/root)\/\.(?:ssh|aws|env|config|cursor|gnupg|npmrc|netrc|kube)\b|\bid_(?:rsa|ed25519)\b|\/etc\/(?:passwd|shadow)\b/gi,
];
const PREFERS: readonly RegExp[] = [
  /\b(?:always|must|should|only)\b[^.\n]{0,40}\b(?:use|call|choose|prefer|invoke)\b[^.\n]{0,30}\b(?:this|me|instead)\b/gi,
  /\b(?:prefer|use|choose)\b[^.\n]{0,30}\b(?:this tool|this one|me)\b[^.\n]{0,20}\b(?:over|instead|rather|before)\b/gi,
  /\b(?:instead of|rather than|before) (?:any|all|every|the) other\b/gi,
  /\b(?:best|superior|most reliable|officially recommended)\b[^.\n]{0,20}\btool\b/gi,
];

/** Everything that stands out in a definition, in the order of the texts. */
export function hintsIn(definition: JsonValue): readonly DefinitionHint[] {
  const hints: DefinitionHint[] = [];
  for (const [path, text] of textsIn(definition, [])) {
    if (hints.length >= MAX_HINTS) break;
    hints.push(...hintsOf(path, text.slice(0, MAX_TEXT_CHARS)));
  }
  return hints.slice(0, MAX_HINTS);
}

/** Every text of a definition, as inspection looks at them: a part of one, from its beginning, is enough for a reader. */
export function* textsOf(definition: JsonValue): Generator<{ readonly place: string; readonly text: string }> {
  for (const [path, text] of textsIn(definition, [])) yield { place: toPlace(path), text: text.slice(0, MAX_TEXT_CHARS) };
}

/** A span of a text with what stands around it, for a reader. */
export function showSpan(text: string, [from, to]: readonly [number, number]): string {
  const around = text.slice(Math.max(0, from - CONTEXT_CHARS), Math.min(to, from + MAX_SHOWN_CHARS) + CONTEXT_CHARS);
  return toVisible(around.toWellFormed());
}

/** Whether a text asks for its tool to be preferred. */
export function prefersItself(text: string): boolean {
  return PREFERS.some((pattern) => text.search(pattern) >= 0);
}

function hintsOf(path: Path, text: string): readonly DefinitionHint[] {
  const place = toPlace(path);
  const found = (kind: DefinitionHint['kind'], patterns: readonly RegExp[]): readonly DefinitionHint[] =>
    patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => hint(kind, place, text, [match.index, match.index + match[0].length])),
    );
  const hidden = hiddenIn(text);
  const first = hidden[0];
  const last = hidden.at(-1);
  return [
    ...(first === undefined || last === undefined ? [] : [hint('hidden-characters', place, text, [first[0], last[1]])]),
    ...found('orders', ORDERS),
    ...found('prefers-itself', PREFERS),
  ];
}

function hint(kind: DefinitionHint['kind'], place: string, text: string, span: readonly [number, number]): DefinitionHint {
  return { kind, place, span, text: showSpan(text, span) };
}

/** Every text, names of members among them: a model reads those of arguments. */
function* textsIn(value: JsonValue, path: Path): Generator<readonly [Path, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (path.length >= MAX_LEVELS || typeof value !== 'object' || value === null) return;
  else if (!isObject(value)) for (const [at, element] of value.entries()) yield* textsIn(element, [...path, at]);
  else {
    for (const [name, member] of Object.entries(value)) {
      yield [[...path, name], name];
      yield* textsIn(member, [...path, name]);
    }
  }
}
