// What may stand at a place of a policy: members and values by the schema, and the names that this gateway knows.

import { ITEM } from './yaml-place.ts';
import type { YamlPlace } from './yaml-place.ts';

/** As much of JSON Schema as policies use. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly definitions?: Readonly<Record<string, SchemaNode>>;
}

/** Names that this gateway knows, by what they are names of: `agents`, `servers`, `tools`, … */
export type KnownNames = Readonly<Record<string, readonly string[]>>;

/** One thing that may stand there. */
export interface Suggestion {
  readonly label: string;
  readonly kind: 'member' | 'value' | 'name';
  readonly detail: string;
  /** What is written for it; absent: the label. */
  readonly text?: string;
}

/** Which names may stand under a member. */
const NAMED_BY: Readonly<Record<string, string>> = {
  agents: 'agents',
  trustTrace: 'agents',
  groups: 'groups',
  approvers: 'groups',
  servers: 'servers',
  tools: 'tools',
  prompts: 'prompts',
  resources: 'resources',
  labels: 'labels',
  after: 'labels',
  limit: 'limits',
  capture: 'purposes',
};

const CONDITION_WORDS: readonly (readonly [word: string, detail: string])[] = [
  ['agent.name', 'who calls'],
  ['agent.groups', 'groups the agent is in'],
  ['agent.attributes', 'attributes of the agent'],
  ['agent.user', 'on whose behalf it acts'],
  ['server.name', 'which server is called'],
  ['tool.name', 'which tool is called'],
  ['tool.labels', 'labels of the tool'],
  ['tool.class', 'class of the tool'],
  ['args', 'arguments of the call'],
  ['request.time', 'when the call arrived'],
  ['request.source', 'address it came from'],
  ['request.era', 'modern or legacy'],
  ['request.listener', 'listener it came to'],
  ['taint', 'labels of what the task has used before'],
  ['findings.secret', 'how many secrets were found in it'],
  ['findings.personal', 'how much personal data was found in it'],
];

/** What may stand at a place. */
export function suggestAt(place: YamlPlace, schema: SchemaNode, known: KnownNames): readonly Suggestion[] {
  const nodes = place.path.reduce<readonly SchemaNode[]>(
    (at, step) => at.flatMap((node) => stepInto(node, step, schema)),
    alternatives(schema, schema),
  );
  const member = place.path.findLast((step) => step !== ITEM) ?? '';
  if (member === 'when') return CONDITION_WORDS.map(([label, detail]) => ({ label, kind: 'name', detail }));
  const names = (known[NAMED_BY[member] ?? ''] ?? []).map((label) => ({ label, kind: 'name', detail: NAMED_BY[member] ?? '' }) as const);
  const values = nodes.flatMap(valuesOf);
  return unique([...(place.at === 'start' ? nodes.flatMap((node) => membersOf(node, place, schema)) : []), ...names, ...values]);
}

function stepInto(node: SchemaNode, step: string, root: SchemaNode): readonly SchemaNode[] {
  if (step === ITEM) return node.items === undefined ? [] : alternatives(node.items, root);
  const inside = node.properties?.[step] ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined);
  return inside === undefined ? [] : alternatives(inside, root);
}

/** A node and all that may stand in its place, without references. */
function alternatives(node: SchemaNode, root: SchemaNode, depth = 0): readonly SchemaNode[] {
  if (depth > 16) return [];
  const referred = node.$ref === undefined ? undefined : resolve(node.$ref, root);
  const others = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? []), ...(referred === undefined ? [] : [referred])];
  return [node, ...others.flatMap((other) => alternatives(other, root, depth + 1))];
}

function resolve(reference: string, root: SchemaNode): SchemaNode | undefined {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
  return name === undefined ? undefined : (root.$defs?.[name] ?? root.definitions?.[name]);
}

function membersOf(node: SchemaNode, { siblings }: YamlPlace, root: SchemaNode): readonly Suggestion[] {
  return Object.entries(node.properties ?? {})
    .filter(([name]) => !siblings.includes(name))
    .map(([label, inside]) => ({
      label,
      kind: 'member',
      detail: descriptionOf(inside, root),
      text: alternatives(inside, root).some((one) => one.type === 'array' && isList(one, root)) ? `${label}: [` : `${label}: `,
    }));
}

/** Whether a list is one of plain values, which people write in brackets. */
function isList({ items }: SchemaNode, root: SchemaNode): boolean {
  return items !== undefined && alternatives(items, root).every((item) => item.properties === undefined);
}

function valuesOf(node: SchemaNode): readonly Suggestion[] {
  const detail = node.description ?? '';
  const listed = [
    ...(node.enum ?? []),
    ...(node.const === undefined ? [] : [node.const]),
    ...(node.type === 'boolean' ? [true, false] : []),
  ];
  return listed.map((value) => ({ label: String(value), kind: 'value', detail }));
}

function descriptionOf(node: SchemaNode, root: SchemaNode): string {
  return alternatives(node, root).find(({ description }) => description !== undefined)?.description ?? '';
}

function unique(suggestions: readonly Suggestion[]): readonly Suggestion[] {
  const seen = new Set<string>();
  return suggestions.filter(({ label }) => !seen.has(label) && seen.add(label).size > 0);
}
