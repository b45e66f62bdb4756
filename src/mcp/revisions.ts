// The revisions of MCP that exist, which era each belongs to, and which the gateway carries today.
// Names are dates and compare as strings (basic/versioning).

import type { Revision } from './types.ts';

const FIRST_MODERN = '2026-07-28';

/** The newest revision that the gateway speaks. */
export const LATEST_MODERN = FIRST_MODERN;

/** What a server offers an agent whose wish it cannot meet (2025-11-25, basic/lifecycle). */
export const LATEST_LEGACY = '2025-11-25';

/** Newest first. */
export const REVISIONS: readonly Revision[] = [
  { name: LATEST_MODERN, era: 'modern', relayed: true },
  { name: LATEST_LEGACY, era: 'legacy', relayed: true },
  { name: '2025-06-18', era: 'legacy', relayed: true },
  { name: '2025-03-26', era: 'legacy', relayed: false },
  { name: '2024-11-05', era: 'legacy', relayed: false },
];

/** Whether a revision, known or not, is of the era that puts the version into every request. */
export function isModernRevision(name: string): boolean {
  return name >= FIRST_MODERN;
}
