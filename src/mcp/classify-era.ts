// Which era an agent speaks in this one message. The body decides: a header is only what some program on the way says.

import { trimSpace } from './header-values.ts';
import { claimedRevision } from './meta.ts';
import { isModernRevision } from './revisions.ts';
import type { Era, Message } from './types.ts';

/** The header values that may break a tie; raw, undefined where absent. */
export interface EraHeaders {
  readonly protocolVersion: string | undefined;
  /** Never decides: a modern request may carry a session id, and it is ignored (2026-07-28, basic/transports). */
  readonly sessionId: string | undefined;
}

/**
 * A claim to a modern revision in `_meta` makes a message modern. Without a claim, `initialize` opens a legacy session,
 * and anything else is modern only if the version header says so: then its missing `_meta` is the error to report.
 */
export function classifyEra(message: Message, headers: EraHeaders): Era {
  if (message.kind === 'request' || message.kind === 'notification') {
    const claim = claimedRevision(message.params);
    if (typeof claim === 'string' && isModernRevision(claim)) return 'modern';
    if (message.method === 'initialize') return 'legacy';
    if (claim === null) return 'modern';
  }
  const header = headers.protocolVersion;
  return header !== undefined && isModernRevision(trimSpace(header)) ? 'modern' : 'legacy';
}
