// One schema from a stranger, with everything inside it that a reference can name: by pointer, by anchor, by an `$id` of its own. Nothing is
// ever fetched: what a reference names must stand in the same document (CoSAI 3.2.3: a `$ref` to http://169.254.169.254 is an attack).

import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { isObject, isSchema, own, subschemas } from './keywords.ts';

/** A schema with an identity of its own, and the anchors below it that belong to it. */
export interface SchemaResource {
  readonly uri: string;
  readonly root: JsonObject;
  readonly anchors: Map<string, JsonObject>;
  /** Anchors that a `$dynamicRef` may find from further out (core §8.2.3.2). */
  readonly dynamicAnchors: Map<string, JsonObject>;
}

export interface SchemaDocument {
  readonly root: JsonObject;
  /** Draft 7 and earlier: whatever stands beside a `$ref` is ignored. */
  readonly refAlone: boolean;
  /** The resource that a schema of this document belongs to. */
  resourceOf(schema: JsonObject): SchemaResource;
  /** What a reference inside a schema names; undefined if that is not in this document. */
  resolve(from: JsonObject, reference: string): JsonObject | boolean | undefined;
  /** Every schema of the document that a `$dynamicRef` of this name could come to. */
  dynamicTargets(name: string): readonly JsonObject[];
}

/** A base for references of schemas without an `$id`. No such address exists. */
const NOWHERE = 'sallyport-schema://document/';
const OLD_DRAFT = /^https?:\/\/json-schema\.org\/draft-0[3-7]\/schema#?$/;

/** Reads where things are. The schema must be bounded in depth and size already. */
export function createSchemaDocument(root: JsonObject): SchemaDocument {
  const dialect = own(root, '$schema');
  const refAlone = typeof dialect === 'string' && OLD_DRAFT.test(dialect);
  const resources = new Map<string, SchemaResource>();
  const homes = new Map<JsonObject, SchemaResource>();

  function visit(schema: JsonObject, around: SchemaResource | undefined): void {
    if (homes.has(schema)) return;
    const home = startResource(schema, around) ?? around;
    if (home === undefined) return;
    homes.set(schema, home);
    noteAnchors(schema, home);
    for (const { schema: inner } of subschemas(schema)) if (isObject(inner)) visit(inner, home);
  }

  function startResource(schema: JsonObject, around: SchemaResource | undefined): SchemaResource | undefined {
    const id = idOf(schema, refAlone);
    if (id === undefined && around !== undefined) return undefined;
    const uri = withoutFragment(URL.parse(id ?? '', around?.uri ?? NOWHERE) ?? undefined) ?? around?.uri ?? NOWHERE;
    const resource = createResource(uri, schema);
    if (!resources.has(uri)) resources.set(uri, resource);
    return resource;
  }

  const startOf = (schema: JsonObject): SchemaResource => homes.get(schema) ?? home;

  function resolve(from: JsonObject, reference: string): JsonObject | boolean | undefined {
    const hash = reference.indexOf('#');
    const address = hash < 0 ? reference : reference.slice(0, hash);
    const resource =
      address === '' ? startOf(from) : resources.get(withoutFragment(URL.parse(address, startOf(from).uri) ?? undefined) ?? '');
    if (resource === undefined) return undefined;
    const target = follow(resource, hash < 0 ? '' : reference.slice(hash + 1));
    // A pointer may lead where no keyword does: what stands there is a schema only because something refers to it.
    if (isObject(target)) visit(target, resource);
    return target;
  }

  visit(root, undefined);
  const home = homes.get(root) ?? createResource(NOWHERE, root);
  return {
    root,
    refAlone,
    resourceOf: startOf,
    resolve,
    dynamicTargets: (name) =>
      Array.from(new Set(homes.values()), (resource) => resource.dynamicAnchors.get(name)).filter((target) => target !== undefined),
  };
}

function createResource(uri: string, root: JsonObject): SchemaResource {
  return { uri, root, anchors: new Map(), dynamicAnchors: new Map() };
}

/** An identity of its own; `#name` in draft 7 is an anchor, and beside a `$ref` there it is nothing. */
function idOf(schema: JsonObject, refAlone: boolean): string | undefined {
  const id = own(schema, '$id');
  return typeof id !== 'string' || id.startsWith('#') || (refAlone && own(schema, '$ref') !== undefined) ? undefined : id;
}

function noteAnchors(schema: JsonObject, home: SchemaResource): void {
  const anchor = own(schema, '$anchor');
  const dynamic = own(schema, '$dynamicAnchor');
  const id = own(schema, '$id');
  if (typeof anchor === 'string') home.anchors.set(anchor, schema);
  if (typeof id === 'string' && id.startsWith('#')) home.anchors.set(id.slice(1), schema);
  if (typeof dynamic !== 'string') return;
  home.anchors.set(dynamic, schema);
  home.dynamicAnchors.set(dynamic, schema);
}

function follow(resource: SchemaResource, fragment: string): JsonObject | boolean | undefined {
  const text = decodeFragment(fragment);
  if (text === '') return resource.root;
  if (text === undefined || !text.startsWith('/')) return text === undefined ? undefined : resource.anchors.get(text);
  let at: JsonValue | undefined = resource.root;
  for (const step of text.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d{0,5})$/.test(name) ? at[Number(name)] : undefined;
    else at = isObject(at) ? own(at, name) : undefined;
  }
  return isSchema(at) ? at : undefined;
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

function withoutFragment(url: URL | undefined): string | undefined {
  if (url === undefined) return undefined;
  url.hash = '';
  return url.href;
}
