// What a program said, within a sentence of ours for people: between marks, so that it can be told from what we say. It may hold a secret of the program's,
// and is kept from whoever does not run the gateway.

const MARKS = /[«»]/g;
/** A sentence may have been cut before its end. */
const QUOTED = /«[^«»]*(?:»|$)/g;

/** Words of a program, marked as such. It cannot end the mark itself. */
export function quoteProgram(words: string): string {
  return `«${words.replaceAll(MARKS, '')}»`;
}

/** A text in which something else stands in the place of what a program said. */
export function withoutProgramWords(text: string, instead: string): string {
  return text.replaceAll(QUOTED, () => instead);
}
