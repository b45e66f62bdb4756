// What makes a tool unusable, whoever has approved it: a schema by which nobody could say what its arguments may be (T11), or arguments that it wants
// in headers where they must not be (T10; SPEC streamable-http, "Schema Extension": such a tool MUST be dropped). It is left out of lists and refused.

import { scanHeaderParams } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { DefinitionKind } from './pins.ts';
import { findSensitive } from './sensitive-headers.ts';
import { checkSchema } from './validate-schema.ts';

/** The schema of a tool that gives none: it takes what nothing declares. */
const NO_SCHEMA: JsonObject = { type: 'object' };

/** What arguments of a tool are held against. */
export function inputSchemaOf(tool: JsonValue): JsonValue {
  return (isObject(tool) ? tool['inputSchema'] : undefined) ?? NO_SCHEMA;
}

/** What results of a tool are held against; undefined: it says nothing of them. */
export function outputSchemaOf(tool: JsonValue): JsonValue | undefined {
  return isObject(tool) ? tool['outputSchema'] : undefined;
}

/** Why a definition can be used by nobody, as a clause; undefined: it can. */
export function definitionFault(kind: DefinitionKind, definition: JsonValue): string | undefined {
  if (kind !== 'tool') return undefined;
  const input = inputSchemaOf(definition);
  return schemaFault('input', input) ?? schemaFault('output', outputSchemaOf(definition)) ?? headerFault(input);
}

function schemaFault(which: 'input' | 'output', schema: JsonValue | undefined): string | undefined {
  const fault = schema === undefined ? undefined : checkSchema(schema);
  return fault === undefined ? undefined : `its ${which} schema cannot be used: ${fault.place} ${fault.say}`;
}

function headerFault(input: JsonValue): string | undefined {
  if (!isObject(input)) return undefined;
  const scanned = scanHeaderParams(input);
  if (!scanned.ok) return scanned.error;
  const sensitive = findSensitive(scanned.value);
  return sensitive === undefined ? undefined : `it wants the argument ${sensitive} in a header, where everybody on the way sees it`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
