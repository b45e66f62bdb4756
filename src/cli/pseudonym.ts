// By which words somebody may be asked for.

const PSEUDONYM = /^sub_[0-9a-f]{24}$/;

/** Whether it has the form of a pseudonym. */
export function isPseudonym(word: string): boolean {
  return PSEUDONYM.test(word);
}

/** A pseudonym with a slip in it is not taken for a name: nothing would be found, and that would look like an answer. Undefined: it has none. */
export function slipIn(word: string | undefined): string | undefined {
  if (word?.startsWith('sub_') !== true || isPseudonym(word)) return undefined;
  return `${word} is no pseudonym: those are sub_ and 24 hex digits.`;
}

/**
 * Why this is no question for who may not learn whose a pseudonym is; undefined: it is one. Records from before names were kept out have both, the name
 * and the pseudonym.
 */
export function refusalOfNames({
  agent,
  subject,
}: {
  readonly agent?: string | undefined;
  readonly subject?: string | undefined;
}): string | undefined {
  if (agent === undefined && (subject === undefined || isPseudonym(subject))) return undefined;
  return "By the privacy profile it takes two people to learn whose a pseudonym is, so nobody is found by name. Say --subject with the pseudonym: 'sallyport vault request --identity' leads to it.";
}
