// How much a text looks as if it had been drawn at random: what generators of keys write does, words and identifiers do not. Pure, linear.

/** Pairs of letters that make up most of English, and of identifiers: about seven of ten pairs in words, about one of seven in random letters. */
const COMMON_PAIRS = new Set(
  (
    'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld ur ro ne me io ic ri li co ' +
    'ch la el ma ce ll us ta om ho be ns ec wi no so ge tr di ss ac ut il ot em pe ni rs lo ct ol ly ul mo sh ts ke am ow ee wa ai im un pr fo ' +
    'ct id ad su po ir ca pl op ki ie ov ap ab ag ow ck mp ay ig iv ck rt ry ty ur ev ry oo ey uc da bo vi na nc na gh pa ex fi ff ue bl up qu ia'
  ).split(' '),
);

/** Bits of each character, by how often the characters of the text occur in it (Shannon). 0 for an empty text. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** The longest run of one character. */
export function longestRun(text: string): number {
  let longest = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    run = at > 0 && text.charCodeAt(at) === text.charCodeAt(at - 1) ? run + 1 : 1;
    if (run > longest) longest = run;
  }
  return longest;
}

/**
 * Whether a text is made of words, as identifiers, paths and prose are: most pairs of letters in its longer groups of letters are those of words.
 * Groups end at a capital, so that the random capitals of base64 leave nothing to be taken for words.
 */
export function isWordy(text: string): boolean {
  let pairs = 0;
  let common = 0;
  let letters = 0;
  let inWords = 0;
  for (const [group] of text.matchAll(/[A-Z]?[a-z]+|[A-Z]+/g)) {
    letters += group.length;
    if (group.length < 4) continue;
    inWords += group.length;
    const lower = group.toLowerCase();
    for (let at = 1; at < lower.length; at += 1) {
      pairs += 1;
      if (COMMON_PAIRS.has(lower.slice(at - 1, at + 1))) common += 1;
    }
  }
  return pairs >= 4 && inWords >= letters * 0.6 && inWords >= text.length * 0.45 && common >= pairs * 0.5;
}

/** Whether a text of at least eight characters could have been drawn at random from an alphabet of keys. */
export function looksRandom(text: string): boolean {
  if (text.length < 8 || longestRun(text) > 5) return false;
  // A random text of n characters falls short of log2(n) bits, and one of hex digits cannot have more than four.
  const enough = Math.min(3, Math.log2(text.length) * 0.65);
  return entropyOf(text) >= enough && !isWordy(text);
}
