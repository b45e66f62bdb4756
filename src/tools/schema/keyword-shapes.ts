// What a keyword's value must look like. A keyword in a wrong shape would otherwise say nothing, silently: `"required": "path"` requires
// nothing, and whoever approves the tool believes that it does.

import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { isObject, isSchema, own } from './keywords.ts';
import { compilePattern } from './linear-pattern.ts';

export interface ShapeFault {
  readonly path: readonly string[];
  readonly say: string;
}

interface Shape {
  readonly fits: (value: JsonValue) => boolean;
  readonly say: string;
}

const TYPES: ReadonlySet<JsonValue> = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

const SCHEMA: Shape = { fits: isSchema, say: 'is not a schema' };
const SCHEMAS: Shape = { fits: (value) => Array.isArray(value) && value.every((one) => isSchema(one)), say: 'is not a list of schemas' };
const SCHEMA_OR_SCHEMAS: Shape = {
  fits: (value) => SCHEMA.fits(value) || SCHEMAS.fits(value),
  say: 'is neither a schema nor a list of them',
};
const SCHEMA_MAP: Shape = {
  fits: (value) => isObject(value) && Object.values(value).every((one) => isSchema(one)),
  say: 'is not an object of schemas',
};
const TEXT: Shape = { fits: (value) => typeof value === 'string', say: 'is not a text' };
const TEXTS: Shape = { fits: (value) => isTexts(value), say: 'is not a list of names' };
const COUNT: Shape = { fits: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0, say: 'is not a count' };
const NUMBER: Shape = { fits: (value) => typeof value === 'number' && Number.isFinite(value), say: 'is not a number' };
const LIMIT: Shape = { fits: (value) => typeof value === 'boolean' || NUMBER.fits(value), say: 'is not a number' };
const TYPE: Shape = {
  fits: (value) => (Array.isArray(value) ? value.length > 0 && value.every((one) => TYPES.has(one)) : TYPES.has(value)),
  say: 'is no type that JSON has',
};

const SHAPES: ReadonlyMap<string, Shape> = new Map(
  Object.entries<Shape>({
    $anchor: TEXT,
    $dynamicAnchor: TEXT,
    $dynamicRef: TEXT,
    $id: TEXT,
    $recursiveRef: TEXT,
    $ref: TEXT,
    $schema: TEXT,
    additionalItems: SCHEMA,
    additionalProperties: SCHEMA,
    allOf: SCHEMAS,
    anyOf: SCHEMAS,
    contains: SCHEMA,
    dependencies: {
      fits: (value) => isObject(value) && Object.values(value).every((one) => isSchema(one) || isTexts(one)),
      say: 'is not an object of schemas and lists of names',
    },
    dependentRequired: {
      fits: (value) => isObject(value) && Object.values(value).every((one) => isTexts(one)),
      say: 'is not an object of lists of names',
    },
    dependentSchemas: SCHEMA_MAP,
    else: SCHEMA,
    enum: { fits: (value) => Array.isArray(value), say: 'is not a list' },
    exclusiveMaximum: LIMIT,
    exclusiveMinimum: LIMIT,
    if: SCHEMA,
    items: SCHEMA_OR_SCHEMAS,
    maxContains: COUNT,
    maxItems: COUNT,
    maxLength: COUNT,
    maxProperties: COUNT,
    maximum: NUMBER,
    minContains: COUNT,
    minItems: COUNT,
    minLength: COUNT,
    minProperties: COUNT,
    minimum: NUMBER,
    multipleOf: { fits: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value), say: 'is not a number above 0' },
    not: SCHEMA,
    oneOf: SCHEMAS,
    pattern: TEXT,
    patternProperties: SCHEMA_MAP,
    prefixItems: SCHEMAS,
    properties: SCHEMA_MAP,
    propertyNames: SCHEMA,
    required: TEXTS,
    type: TYPE,
    unevaluatedItems: SCHEMA,
    unevaluatedProperties: SCHEMA,
    uniqueItems: { fits: (value) => typeof value === 'boolean', say: 'is neither true nor false' },
  }).concat([['then', SCHEMA]]),
);

/** The first keyword of this schema, not of those inside it, that cannot be meant. Keywords that nobody knows are annotations. */
export function keywordFault(schema: JsonObject): ShapeFault | undefined {
  for (const [keyword, value] of Object.entries(schema)) {
    const shape = SHAPES.get(keyword);
    if (shape !== undefined && !shape.fits(value)) return { path: [keyword], say: shape.say };
  }
  return patternFault(schema);
}

function patternFault(schema: JsonObject): ShapeFault | undefined {
  const members = own(schema, 'patternProperties');
  const pattern = own(schema, 'pattern');
  const patterns = isObject(members) ? Object.keys(members).map((source) => ({ path: ['patternProperties', source], source })) : [];
  if (typeof pattern === 'string') patterns.push({ path: ['pattern'], source: pattern });
  for (const { path, source } of patterns) {
    const compiled = compilePattern(source);
    if (!compiled.ok) return { path, say: compiled.error };
  }
  return undefined;
}

function isTexts(value: JsonValue): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
