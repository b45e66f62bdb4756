// From YAML nodes to plain JSON values, within bounds. The value of an anchor is made once and shared by its aliases, yet counted at each of
// them: whoever walks the value walks it expanded, and a few lines of aliases can stand for gigabytes.

import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

const MAX_DEPTH = 64;
const MAX_VALUES = 1_000_000;

/** What is wrong with a node, as the end of a sentence about the text, and what to write. */
export interface NodeMistake {
  readonly node: Node | null;
  readonly message: string;
  readonly fix: string | undefined;
}

/** What is said about a tag. */
export const TAGGED = { message: 'has a tag; tags are not used in configs', fix: 'Remove the word that begins with `!`.' };

/** A value, how many values it is with all it holds, and how deep it goes. */
interface Built {
  readonly value: unknown;
  readonly values: number;
  readonly depth: number;
}

/** The value of a document, or the first thing wrong with it. */
export function toValue(document: Document.Parsed): Result<unknown, NodeMistake> {
  const anchors = new Map<string, Built>();
  const built = build(document.contents, 0, anchors);
  return built.ok ? ok(built.value.value) : built;
}

type Outcome = Result<Built, NodeMistake>;

function refuse(node: Node | null, message: string, fix?: string): Outcome {
  return fail({ node, message, fix });
}

function build(node: Node | null, level: number, anchors: Map<string, Built>): Outcome {
  if (level > MAX_DEPTH) return refuse(node, `is nested more than ${MAX_DEPTH} deep`);
  if (isAlias(node)) {
    // An anchor inside itself has no value yet.
    const target = anchors.get(node.source);
    if (target === undefined)
      return refuse(node, 'has an alias of nothing', `Give what is meant the anchor &${node.source}, in front of the alias.`);
    return level + target.depth > MAX_DEPTH ? refuse(node, `is nested more than ${MAX_DEPTH} deep`) : ok(target);
  }
  if (node === null) return ok({ value: null, values: 1, depth: 0 });
  // The library knows some tags of its own accord, such as !!binary.
  if (node.tag !== undefined) return refuse(node, TAGGED.message, TAGGED.fix);
  const built = isSeq<Node | null>(node)
    ? buildList(node, level, anchors)
    : isMap<Node, Node | null>(node)
      ? buildMapping(node, level, anchors)
      : ok(leaf(node));
  if (built.ok && built.value.values > MAX_VALUES)
    return refuse(node, `expands to more than ${MAX_VALUES} values`, 'Repeat less with aliases.');
  if (built.ok && node.anchor !== undefined) anchors.set(node.anchor, built.value);
  return built;
}

function leaf(node: Node): Built {
  return { value: isScalar(node) ? node.value : null, values: 1, depth: 0 };
}

function buildList(node: YAMLSeq<Node | null>, level: number, anchors: Map<string, Built>): Outcome {
  const list: unknown[] = [];
  let values = 1;
  let depth = 0;
  for (const item of node.items) {
    const built = build(item, level + 1, anchors);
    if (!built.ok) return built;
    list.push(built.value.value);
    values += built.value.values;
    depth = Math.max(depth, built.value.depth + 1);
  }
  return ok({ value: list, values, depth });
}

function buildMapping(node: YAMLMap<Node, Node | null>, level: number, anchors: Map<string, Built>): Outcome {
  const object: Record<string, unknown> = {};
  let values = 1;
  let depth = 0;
  for (const { key, value } of node.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    // `__proto__` would set the prototype of the object that is to hold it.
    if (name === undefined || name === '__proto__') return refuse(key, 'has a key that cannot be used', 'Write a plain word for a key.');
    const built = build(value, level + 1, anchors);
    if (!built.ok) return built;
    object[name] = built.value.value;
    values += built.value.values;
    depth = Math.max(depth, built.value.depth + 1);
  }
  return ok({ value: object, values, depth });
}
