// What several operations of the document take or give is said once, and referred to: clients that are made from the document get one type for one thing.

type Json = Readonly<Record<string, unknown>>;

/** Below that, saying it again is shorter than looking it up. */
const WORTH_CHARS = 250;

/** The paths of a document with references in place of what stands in them more than once, and what is referred to, by name. */
export function shareSchemas(paths: Json): { readonly paths: Json; readonly shared: Readonly<Record<string, unknown>> } {
  const places = new Map<string, string[]>();
  visit(paths, '', (text, place) => void (places.get(text)?.push(place) ?? places.set(text, [place])));
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [text, [first = '', ...others]] of places) {
    if (others.length === 0) continue;
    let name = first;
    for (let i = 2; taken.has(name); i++) name = `${first}.${i}`;
    taken.add(name);
    names.set(text, name);
  }
  const shared: Record<string, unknown> = {};
  const refer = (node: unknown, isNamed = false): unknown => {
    if (Array.isArray(node)) return node.map((one) => refer(one));
    if (!isJson(node)) return node;
    const name = isWorth(node) && !isNamed ? names.get(JSON.stringify(node)) : undefined;
    if (name === undefined) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, refer(value)]));
    shared[name] ??= refer(node, true);
    return { $ref: `#/components/schemas/${name}` };
  };
  const referring = refer(paths);
  return { paths: isJson(referring) ? referring : {}, shared };
}

/** Tells every object schema, and by what one would call it: the operation, and the members that lead there. */
function visit(node: unknown, place: string, tell: (text: string, place: string) => void): void {
  if (Array.isArray(node)) for (const one of node) visit(one, place, tell);
  if (!isJson(node)) return;
  const own = typeof node['operationId'] === 'string' ? node['operationId'] : place;
  if (isWorth(node)) tell(JSON.stringify(node), own);
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'properties' || !isJson(value)) visit(value, own, tell);
    else for (const [member, schema] of Object.entries(value)) visit(schema, `${own}.${member.replaceAll(/[^\w.-]/g, '_')}`, tell);
  }
}

function isWorth(node: Json): boolean {
  return node['type'] === 'object' && isJson(node['properties']) && JSON.stringify(node).length > WORTH_CHARS;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
