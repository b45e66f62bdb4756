// What stands in the place of what was found. Edits only ever replace whole findings by ASCII that JSON needs not escape (and one character that says
// "something was here"), so an edited message is as valid as it was.

import type { Edit } from '../mcp/index.ts';
import type { Found } from './types.ts';

/** A finding that is taken out. */
export interface TakenOut {
  readonly found: Found;
  /** What stands in its place instead of a marker: a token. */
  readonly token?: string | undefined;
}

/** Characters that nobody sees are marked by one that everybody does. With nothing in its place, what stood around it would grow together into what was not there when it was looked at. */
const REPLACEMENT_CHARACTER = '\uFFFD';
/** A number stays a number: a schema that asks for one must still hold. */
const NO_NUMBER = '0';

/** What is put in the place of a finding, as it stands in a message. */
export function markerFor(found: Found): string {
  if (found.kind === 'number') return NO_NUMBER;
  return found.class === 'hidden' && !found.layers.includes('folded') ? REPLACEMENT_CHARACTER : `[redacted:${found.type}]`;
}

/** Whether a finding has a place at all that can be edited. */
export function hasPlace({ kind }: Found): boolean {
  return kind !== 'message';
}

/** The edits that take findings out of the bytes that they were found in; findings that overlap become one. Spans are those of the findings. */
export function editsFor(takenOut: readonly TakenOut[]): readonly Edit[] {
  const ordered = takenOut
    .filter(({ found }) => hasPlace(found))
    .toSorted((a, b) => a.found.start - b.found.start || b.found.end - a.found.end);
  const edits: Edit[] = [];
  let open: { start: number; end: number; text: string; isName: boolean } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    // Two members of one object must not end up with the same name: where it stood is another for each.
    const text = open.isName ? `${open.text}#${open.start}` : open.text;
    edits.push({ span: { start: open.start, end: open.end }, replacement: Buffer.from(text, 'utf8') });
  };
  for (const { found, token } of ordered) {
    if (open !== undefined && found.start < open.end) {
      open.end = Math.max(open.end, found.end);
      // Of an invisible character in a secret, the marker must say that there was a secret.
      if (open.text === REPLACEMENT_CHARACTER) open.text = token ?? markerFor(found);
      continue;
    }
    close();
    open = { start: found.start, end: found.end, text: token ?? markerFor(found), isName: found.kind === 'name' };
  }
  close();
  return edits;
}
