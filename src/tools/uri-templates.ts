// Whether a URI can come from a URI template (RFC 6570) of a resources/templates/list. Templates come from strangers: they are compared in
// one pass over the URI for each of their parts, never turned into a pattern that could run away.

/** Longest template that is compared; policy judges no longer name either. */
const MAX_TEMPLATE_CHARS = 2048;
/** Expressions in one template; more is no address but an attempt. */
const MAX_PARTS = 64;

/** Operators after which an expression may hold reserved characters, a slash among them (RFC 6570 §3.2.3–3.2.9). */
const WIDE = new Set(['+', '#', '/', '?', '&', ';', '.']);
/** Characters that divide a URI: a simple expression gives them escaped only (RFC 6570 §3.2.2). Other reserved ones are let pass, as servers do. */
const ENDS_SIMPLE = new Set(['/', '?', '#', '&']);

type Part = { readonly text: string } | { readonly wide: boolean };

/** Whether the template could have been expanded to the URI. Broken templates match nothing. */
export function matchesTemplate(template: string, uri: string): boolean {
  const parts = template.length > MAX_TEMPLATE_CHARS ? undefined : partsOf(template);
  if (parts === undefined) return false;
  let places: readonly number[] = [0];
  for (const part of parts) {
    places = 'text' in part ? behindText(uri, places, part.text) : behindExpression(uri, places, part.wide);
    if (places.length === 0) return false;
  }
  return places.includes(uri.length);
}

function partsOf(template: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    const text = template.slice(at, open < 0 ? undefined : open);
    if (text.includes('}')) return undefined;
    if (text !== '') parts.push({ text });
    if (open < 0) break;
    const close = template.indexOf('}', open);
    if (close <= open + 1 || parts.length >= MAX_PARTS) return undefined;
    parts.push({ wide: WIDE.has(template.charAt(open + 1)) });
    at = close + 1;
  }
  return parts;
}

function behindText(uri: string, places: readonly number[], text: string): readonly number[] {
  return places.filter((place) => uri.startsWith(text, place)).map((place) => place + text.length);
}

/** Every place that an expression begun at one of the places can reach. An expression may be empty: its variable may be undefined. */
function behindExpression(uri: string, places: readonly number[], wide: boolean): readonly number[] {
  const reached: number[] = [];
  let reach = -1;
  for (const place of places) {
    if (place <= reach) continue; // The one before goes at least as far.
    let end = place;
    reached.push(end);
    while (end < uri.length && (wide || !ENDS_SIMPLE.has(uri.charAt(end)))) reached.push(++end);
    reach = end;
  }
  return reached;
}
