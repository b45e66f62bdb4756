// Identifiers that machines draw (RFC 9562 §4): sixteen random bytes hold, now and then, what has the form and the check digits of an account or a card.

import type { Candidate, Part } from '../types.ts';

const LENGTH = 36;
/** By its groups: of a text as it reads (fold.ts), some digits have become letters beyond `f`. No account, card or number of a person is written like this. */
const UUID = /(?<![0-9A-Za-z])[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}(?![0-9A-Za-z])/gi;

/** Whether a part of the window stands within a UUID. One of digits alone is none: there is room for a card in it. */
export function isInUuid({ window }: Pick<Candidate, 'window'>, { start, end }: Part): boolean {
  const from = Math.max(0, end - LENGTH - 1);
  for (const { index, 0: id } of window.slice(from, start + LENGTH + 1).matchAll(UUID))
    if (start >= from + index && end <= from + index + LENGTH && /[a-z]/i.test(id)) return true;
  return false;
}
