// The revisions of MCP that exist, and which era each belongs to. The gateway carries all of them.
// Names are dates and compare as strings (basic/versioning).

import type { Revision } from './types.ts';

const FIRST_MODERN = '2026-07-28';

/** The newest revision that the gateway speaks. */
export const LATEST_MODERN = FIRST_MODERN;

/** What a server offers an agent whose wish it cannot meet (2025-11-25, basic/lifecycle). */
export const LATEST_LEGACY = '2025-11-25';

/** Newest first. */
export const REVISIONS: readonly Revision[] = [
  { name: LATEST_MODERN, era: 'modern' },
  { name: LATEST_LEGACY, era: 'legacy' },
  { name: '2025-06-18', era: 'legacy' },
  { name: '2025-03-26', era: 'legacy' },
  { name: '2024-11-05', era: 'legacy' },
];

/** Whether a revision, known or not, is of the era that puts the version into every request. */
export function isModernRevision(name: string): boolean {
  return name >= FIRST_MODERN;
}

/** Whether this is a revision of the legacy era that exists. */
export function isLegacyRevision(name: string): boolean {
  return REVISIONS.some((revision) => revision.name === name && revision.era === 'legacy');
}

/** What a session of the legacy era speaks with an agent that asked for `asked`: that, or our newest (2025-11-25 basic/lifecycle). */
export function legacyRevisionFor(asked: unknown): string {
  return typeof asked === 'string' && isLegacyRevision(asked) ? asked : LATEST_LEGACY;
}
