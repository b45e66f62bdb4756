// Text that strangers chose, so that nobody can hide in it: what is not seen, or changes the order of what is seen, is told from the rest, to be shown as
// its code point. Everything else is shown as it stands; React puts it into the page as text and never as markup.

/** A run of text. */
export interface TextRun {
  readonly text: string;
  /** Set where it is one character that is not seen: its code point, as `U+200B`. */
  readonly hidden: string | undefined;
}

/** Controls but tab and line break, format characters (bidi, zero-width, tags), separators of lines, lone surrogates, and all that Unicode would have not drawn. */
const HIDDEN = /(?![\t\n])\p{Cc}|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** A text as runs; a text in which nothing hides is one. */
export function revealHidden(text: string): readonly TextRun[] {
  const runs: TextRun[] = [];
  let shownTo = 0;
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (index > shownTo) runs.push({ text: text.slice(shownTo, index), hidden: undefined });
    runs.push({ text: found, hidden: `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` });
    shownTo = index + found.length;
  }
  if (shownTo < text.length || runs.length === 0) runs.push({ text: text.slice(shownTo), hidden: undefined });
  return runs;
}
