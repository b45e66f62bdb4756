// Makes text that strangers chose safe to print: into a terminal, a log line, a record, a label.
// An escape sequence could redraw an operator's screen, a line break could forge a second entry, a bidi or invisible
// character could make one name look like another. Such characters become U+FFFD, so that one still sees something was there.

const REPLACEMENT = 0xfffd;
const CUT = '\u2026';

/**
 * True for a UTF-16 unit that a reader cannot see or that steers the terminal: C0, DEL, C1, soft hyphen, bidi controls
 * (UAX #9), zero-width and invisible operators, line and paragraph separators, and the block of plane 14 (tags, variation
 * selectors) that carries hidden text, of which 0xDB40 is the high surrogate.
 */
export function isHidden(unit: number): boolean {
  if (unit < 0x7f) return unit < 0x20;
  if (unit < 0x2000) return unit <= 0x9f || unit === 0xad || unit === 0x061c || unit === 0x180e;
  if (unit <= 0x206f) return (unit >= 0x200b && unit <= 0x200f) || (unit >= 0x2028 && unit <= 0x202e) || unit >= 0x2060;
  return unit === 0xfeff || (unit >= 0xfff0 && unit <= 0xfffb) || unit === 0xdb40;
}

/** The text without hidden characters and lone surrogates, at most `maxChars` long (then ending in an ellipsis). */
export function toPrintable(text: string, maxChars: number): string {
  let clean = text.length <= maxChars;
  for (let i = 0; clean && i < text.length; i++) {
    const unit = text.charCodeAt(i);
    clean = !isHidden(unit) && (unit & 0xf800) !== 0xd800;
  }
  if (clean) return text;
  let out = '';
  forEachUnit(text, maxChars, (unit) => {
    out += String.fromCharCode(unit);
  });
  return text.length > maxChars ? out + CUT : out;
}

/** The same as a JSON string literal of plain ASCII: one byte per character, inert in every terminal and every parser. */
export function quoteAscii(text: string, maxChars: number): string {
  // Nearly every name is plain; the loop costs some 30 ns, and nothing is copied.
  let plain = text.length <= maxChars;
  for (let i = 0; plain && i < text.length; i++) {
    const unit = text.charCodeAt(i);
    plain = unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
  }
  if (plain) return '"' + text + '"';
  let out = '"';
  forEachUnit(text, maxChars, (unit) => {
    if (unit === 0x22 || unit === 0x5c) out += '\\' + String.fromCharCode(unit);
    else if (unit < 0x7f) out += String.fromCharCode(unit);
    else out += escapeUnit(unit);
  });
  return out + (text.length > maxChars ? '\\u2026"' : '"');
}

/** Visits the UTF-16 units of the first `maxChars`, with hidden ones and lone surrogates replaced. */
function forEachUnit(text: string, maxChars: number, visit: (unit: number) => void): void {
  let end = Math.min(text.length, maxChars);
  // Never cut a surrogate pair in two.
  if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1;
  for (let i = 0; i < end; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) === 0xd800) {
      const low = (unit & 0xfc00) === 0xd800 ? text.charCodeAt(i + 1) : 0;
      const paired = (low & 0xfc00) === 0xdc00;
      if (paired) i += 1;
      if (!paired || isHidden(unit)) {
        visit(REPLACEMENT);
      } else {
        visit(unit);
        visit(low);
      }
    } else {
      visit(isHidden(unit) ? REPLACEMENT : unit);
    }
  }
}

function escapeUnit(unit: number): string {
  return '\\u' + unit.toString(16).padStart(4, '0');
}
