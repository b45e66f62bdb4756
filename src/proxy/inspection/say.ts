// What a server says beside its answer, as far as an agent may hear it: notifications, and questions of sessions. They are small, come in an order, and
// belong to no wait; so they are looked into at once, as they are parsed at once.

import { rereadMessage, splice } from '../../mcp/index.ts';
import type { Edit, Message } from '../../mcp/index.ts';
import type { Call } from '../exchange.ts';
import { mayBeSaid } from '../server-messages.ts';
import { isNotedNow, surfaceOf, treatAnswer } from './answer-treatment.ts';
import { ofConcern } from './concern.ts';

/** What a server says that is no answer. */
export type Said = Extract<Message, { kind: 'notification' | 'request' }>;

/** The message as it may be said on this hop; undefined: it may not. `isClean`: it has been looked into for somebody else, and nothing was found. */
export function sayable(call: Call, message: Said, isClean = false): Said | undefined {
  if (!mayBeSaid(call, message)) return undefined;
  if (isClean) return message;
  const { bytes } = message.document;
  const surface = surfaceOf(message);
  const found = ofConcern(call.inspecting.inspector.lookNow(bytes, surface), call, surface);
  if (found.length === 0) return message;
  const { action, decisive, edits, taints } = treatAnswer(call, found, bytes);
  const isRefused = !isNotedNow(call, taints) || action === 'deny' || action === 'ask';
  if (isRefused) {
    const { server, inspecting } = call;
    inspecting.log.info('what a server said is kept back', {
      server: server.name,
      call: call.id,
      method: message.method,
      finding: decisive?.type,
    });
    return undefined;
  }
  return edits.length === 0 ? message : edited(call, message, edits);
}

/** Undefined where the edits leave no message: this is called from a server's link, where nobody would catch what is thrown, and that would end the worker. */
function edited({ server, inspecting, id }: Call, message: Said, edits: readonly Edit[]): Said | undefined {
  try {
    return rereadMessage(message.kind, splice(message.document, edits));
  } catch {
    // What was thrown may hold a piece of what was looked at.
    inspecting.log.warn('what a server said could not be edited and is kept back', {
      server: server.name,
      call: id,
      method: message.method,
    });
    return undefined;
  }
}
