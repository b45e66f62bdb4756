// Text of strangers: names and descriptions that servers and agents chose. It is only ever shown as text, and what cannot be seen in it, or
// makes other text look different (controls, marks that turn the direction, tags, odd spaces), is written out so that nobody is misled.

// Other than a common space, what has no shape of its own: separators, controls, formats, unassigned, private and lone surrogates.
const UNSEEN =
  /\p{Zl}|\p{Zp}|\p{Cc}|\p{Cf}|\p{Cn}|\p{Co}|\p{Cs}|\p{Variation_Selector}|\u034f|\u17b4|\u17b5|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u1160\u2800\u3164\uffa0]/gu;

/** A piece of text: as it is, or what stands for something that is not seen. */
export interface Piece {
  readonly text: string;
  readonly isEscape: boolean;
}

/** Text in pieces. Line breaks and tabs stay where they mean something. */
export function toPieces(text: string, isMultiline = false): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: unseen, index } of text.matchAll(UNSEEN)) {
    if (isMultiline && (unseen === '\n' || unseen === '\t')) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), isEscape: false });
    pieces.push({ text: `\\u{${(unseen.codePointAt(0) ?? 0).toString(16)}}`, isEscape: true });
    from = index + unseen.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isEscape: false });
  return pieces;
}

/** The same as one text, for labels. */
export function printable(text: string): string {
  return toPieces(text)
    .map((piece) => piece.text)
    .join('');
}
