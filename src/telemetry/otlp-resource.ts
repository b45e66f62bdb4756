// What OTLP calls a resource, a scope and attributes: who speaks, and what about.

import { toPrintable } from './printable.ts';

/** Values of attributes: what we have of them. */
export type AttributeValue = string | number;

/** An attribute in the JSON form of OTLP (common.proto). */
export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string } | { readonly doubleValue: number };
}

/** Who speaks. */
export interface OtlpResource {
  readonly attributes: readonly Attribute[];
  readonly scope: { readonly name: string; readonly version: string };
}

const MAX_VALUE_CHARS = 500;

/** The gateway itself. What the config says of it goes before what it says of itself. */
export function createOtlpResource(version: string, node: string, own: Readonly<Record<string, string>>): OtlpResource {
  const attributes = toAttributes({ 'service.name': 'sallyport', 'service.version': version, 'service.instance.id': node, ...own });
  return { attributes, scope: { name: 'sallyport', version } };
}

/** Attributes; what is undefined or empty is left out. */
export function toAttributes(values: Readonly<Record<string, AttributeValue | undefined>>): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [{ key, value: toValue(value) }]));
}

function toValue(value: AttributeValue): Attribute['value'] {
  if (typeof value === 'string') return { stringValue: toPrintable(value, MAX_VALUE_CHARS) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
