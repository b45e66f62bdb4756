// All per-session state of the road: sealed session ids, sessions on stdio servers. What turns one era into the other moves in here.
export { createSessions } from './sessions.ts';
export type { Session, Sessions } from './sessions.ts';
export type { SealingKey } from './session-id.ts';
