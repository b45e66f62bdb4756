// What the editor completes from: the schema as the gateway gives it, and the names that it knows.

import type { PolicySchemaView } from '../../api/contract.ts';
import type { CompletionSource } from '../../editor/create-editor.ts';
import type { SchemaNode } from '../../editor/policy-completion.ts';

/** The schema and the names, as the editor takes them. */
export function toCompletionSource({ schema, known }: PolicySchemaView): CompletionSource {
  const { tools, ...names } = known;
  return {
    // It is a JSON Schema: what the editor does not know in it, it passes over.
    schema: schema as SchemaNode,
    known: { ...names, tools: [...new Set(tools.map(({ name }) => name))] },
  };
}
