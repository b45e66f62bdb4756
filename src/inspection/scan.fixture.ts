// An engine for tests of the scan: it finds planted marks, looks at what stands around them, and says so when it is given more or less than it may see.

import type { Budget, Engine, Hit, Passage, Sought } from './types.ts';

/** What the fixture's engine finds. */
export const SOUGHT: readonly Sought[] = [
  { name: 'mark', class: 'secret', confidence: 'high' },
  { name: 'bracketed', class: 'personal', confidence: 'medium' },
  { name: 'wide', class: 'hidden', confidence: 'high' },
  { name: 'digits', class: 'payment', confidence: 'high' },
  { name: 'keyed', class: 'custom', confidence: 'low' },
];

/** The longest of its findings, and how far it looks back. */
export const MAX_MATCH = 256;
const LOOK_BEHIND = 24;

/** Of each kind of finding: what it looks like. `bracketed` reaches over anything, so it overlaps the others; `mark` needs a border in front of it. */
const FORMS: readonly RegExp[] = [
  /(?<![A-Za-z0-9])MARK-[0-9A-Z]{4,24}/g,
  /<[^<>]{1,90}>/g,
  /[\u200B\u{E0041}]+/gu,
  /(?<![0-9A-Za-z])[0-9]{9,}(?![0-9A-Za-z])/g,
];

/** Makes an engine that finds the forms above, and any value of a member named `password`. Costs a step for each byte that it is given. */
export function createFixtureEngine(): Engine {
  return { detectors: SOUGHT, maxMatchBytes: MAX_MATCH, lookBehindBytes: LOOK_BEHIND, search };
}

function search(passage: Passage, budget: Budget): readonly Hit[] {
  const { bytes, begin, from, to, end } = passage;
  budget.left -= to - from;
  const seenFrom = Math.max(begin, from - LOOK_BEHIND);
  const seen = Buffer.from(bytes.buffer, bytes.byteOffset + seenFrom, Math.min(end, to + MAX_MATCH) - seenFrom);
  // One character for each byte, so that offsets are those of the bytes; wide characters are found by their bytes.
  const text = seen.toString('latin1');
  const hits: Hit[] = [];
  FORMS.forEach((form, detector) => {
    const source = form.flags.includes('u') ? /(?:\u00E2\u0080\u008B|\u00F3\u00A0\u0081\u0081)+/g : form;
    for (const match of text.matchAll(source)) {
      const start = seenFrom + match.index;
      const stop = Math.min(start + match[0].length, start + MAX_MATCH);
      if (start >= from && start < to) hits.push({ detector, start, end: stop, layers: [] });
    }
  });
  if (passage.key === 'password' && from === begin)
    hits.push({ detector: 4, start: from, end: Math.min(to, from + MAX_MATCH), layers: [] });
  return hits.toSorted((a, b) => a.start - b.start);
}
