// A legacy session that the gateway plays for its agent.

import type { Principal } from '../../agents/index.ts';

/** A session with its state. */
export interface PlayedSession {
  readonly number: number;
  /** The key of its route. */
  readonly server: string;
  lastUsedMs: number;
  /** Always the same agent, with the key that it showed last. */
  lastUsedBy: Principal;
  close(): void;
}
