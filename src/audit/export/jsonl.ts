// Entries as JSON Lines: the lines of the record as they stand in the log, byte for byte, so that who has them can still prove what they are.

import type { Entry, EntryLine } from '../entries/entry.ts';

/** `{"slot":…,"kind":…,"record":{…},"outcome":{…}|null}` */
export function toJsonLine({ slot, kind, line, outcome }: Entry): string {
  return `{"slot":${JSON.stringify(slot)},"kind":"${kind}","record":${textOf(line)},"outcome":${outcome === undefined ? 'null' : textOf(outcome)}}`;
}

/** A line that is no JSON, as only tampering makes one, becomes text: it must not break what stands around it. */
function textOf({ text, members }: EntryLine): string {
  return Object.keys(members).length === 0 ? JSON.stringify(text) : text;
}
