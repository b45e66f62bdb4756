// All per-session state of the road, and what turns one era into the other.
export { createLegacyServers } from './legacy-servers.ts';
export type { LegacyCounts, LegacyServers } from './legacy-servers.ts';
export { askModernHttp, askModernStdio } from './modern-servers.ts';
export { OVER } from './party.ts';
export type { Ask, Asking, FinalMessage, Hearing, NoteMessage, RequestMessage } from './party.ts';
export { createPlacement } from './placement.ts';
export type { Placement } from './placement.ts';
export type { PlayedSession } from './played-session.ts';
export { createSessions } from './sessions.ts';
export type { Session, Sessions } from './sessions.ts';
export type { SealingKey } from './seal.ts';
