// A thing on a server, and what the store has of it.

import type { SeenDefinition } from '../cluster/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { DefinitionKind } from '../tools/index.ts';

/** Something on a server, as far as it is known by heart. */
export interface Thing {
  readonly server: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  /** Of what is withheld; undefined: it is approved as it is listed, or was. */
  readonly withheld: string | undefined;
  /** Of what is approved. */
  readonly approved: readonly string[];
}

/** Its value; null where it cannot be read, as nothing is known of it then. */
export function valueOf({ definition }: Pick<SeenDefinition, 'definition'>): JsonValue {
  const parsed = parseJson(Buffer.from(definition));
  return parsed.ok ? parsed.value.value : null;
}

/** The shape that a thing has now, or had last. */
export function presentOf(shapes: readonly SeenDefinition[], withheld: string | undefined): SeenDefinition | undefined {
  if (withheld !== undefined) return shapes.find((row) => row.fingerprint === withheld);
  return shapes.findLast((row) => row.state === 'pinned' && row.current) ?? shapes.findLast((row) => row.state === 'pinned');
}
