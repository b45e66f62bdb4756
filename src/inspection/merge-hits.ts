// Several detectors may find the same thing, or the same detector in several ways. What overlaps, and is of one class, is one finding.

import type { Hit, Sought } from './types.ts';

const CERTAINTY = { high: 2, medium: 1, low: 0 } as const;

/**
 * One hit for what overlaps within a class, in the order of their beginnings. It has the type of the strongest, and covers all of them: no byte of a
 * finding is left because another was stronger. But what is only `low` is never acted upon, so it adds nothing to what is surer.
 */
export function mergeHits(hits: readonly Hit[], detectors: readonly Sought[]): readonly Hit[] {
  if (hits.length < 2) return hits;
  const sorted = hits.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || a.detector - b.detector || a.layers.length - b.layers.length,
  );
  const merged: Hit[] = [];
  const lastOfClass = new Map<string, number>();
  for (const hit of sorted) {
    const { class: ofClass = '' } = detectors[hit.detector] ?? {};
    const place = lastOfClass.get(ofClass);
    const last = place === undefined ? undefined : merged[place];
    if (place === undefined || last === undefined || hit.start >= last.end) {
      lastOfClass.set(ofClass, merged.length);
      merged.push(hit);
    } else merged[place] = union(last, hit, detectors);
  }
  return merged.toSorted((a, b) => a.start - b.start || a.detector - b.detector);
}

function union(a: Hit, b: Hit, detectors: readonly Sought[]): Hit {
  const [strong, weak] = isStronger(b, a, detectors) ? [b, a] : [a, b];
  if (certaintyOf(strong, detectors) > certaintyOf(weak, detectors) && certaintyOf(weak, detectors) === CERTAINTY.low) return strong;
  return { ...strong, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The surer; then what was written plainly; then the longer; then the earlier; then the one that was named first. */
function isStronger(a: Hit, b: Hit, detectors: readonly Sought[]): boolean {
  const order =
    certaintyOf(a, detectors) - certaintyOf(b, detectors) ||
    b.layers.length - a.layers.length ||
    a.end - a.start - (b.end - b.start) ||
    b.start - a.start ||
    b.detector - a.detector;
  return order > 0;
}

function certaintyOf(hit: Hit, detectors: readonly Sought[]): number {
  return CERTAINTY[detectors[hit.detector]?.confidence ?? 'low'];
}
