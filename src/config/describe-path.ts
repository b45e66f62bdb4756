// What the schema of the config says about a place in it: the sentence that the reference has, and what stands there where nobody says.

import type { Path } from './yaml.ts';

/** What is known of a place. */
export interface DescribedPlace {
  /** Of the place, or of the nearest one around it that has one. */
  readonly description: string;
  /** Undefined: there is none. */
  readonly byDefault: unknown;
}

/** A node of a JSON Schema, as far as it matters here. */
interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** Looks places up in a schema. */
export function createPathDescriber(schema: object): (path: Path) => DescribedPlace {
  return (path) => {
    let nodes: readonly SchemaNode[] = [schema];
    let description = '';
    for (const step of path) {
      nodes = nodes.flatMap((node) => alternatives(node)).flatMap((node) => below(node, step));
      description = nodes.find((node) => node.description !== undefined)?.description ?? description;
    }
    return { description, byDefault: nodes.find((node) => node.default !== undefined)?.default };
  };
}

/** Each of the shapes that something may have. */
function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap(alternatives)];
}

function below({ properties, additionalProperties, items }: SchemaNode, step: string | number): readonly SchemaNode[] {
  if (typeof step === 'number') return items === undefined ? [] : [items];
  const named = properties !== undefined && Object.hasOwn(properties, step) ? properties[step] : undefined;
  if (named !== undefined) return [named];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
