// A session of the legacy era over Streamable HTTP (MCP 2025-03-26 … 2025-11-25 basic/transports): a POST for each message, its answer as
// JSON or as a stream, a session id from initialize on, a GET stream for what belongs to no request, a DELETE at the end.

import type { Message, MessageId } from '../../mcp/index.ts';
import type { HttpExchange, HttpTarget } from '../../servers/index.ts';
import { beginListening } from './link-listen.ts';
import type { LinkOptions } from './link-options.ts';
import { beginPost } from './link-post.ts';
import type { Post } from './link-post.ts';
import { createLinkWire } from './link-wire.ts';
import type { LegacyLink, LegacyLinkEvents, OpenLegacyLink, RequestMessage } from './party.ts';

/** What may wait for the server to take notifications/initialized; whoever opens a session sends a request or two behind it. */
const MAX_HELD = 256;

/** Opens links to a server over Streamable HTTP. */
export function createStreamableLink(target: HttpTarget, options: LinkOptions): OpenLegacyLink {
  return (events) => openLink(target, options, events);
}

function openLink(target: HttpTarget, options: LinkOptions, events: LegacyLinkEvents): LegacyLink {
  const wire = createLinkWire(target, options);
  const posts = new Map<MessageId, Post>();
  const tellings = new Set<HttpExchange>();
  /** While notifications/initialized is on its way, what comes behind it waits: it could overtake it on another connection. */
  let held: Message[] | undefined;
  let stopListening: (() => void) | undefined;
  let state: 'open' | 'expired' | 'ended' = 'open';

  /** What is under way may still be answered, or learn for itself that it was not delivered. */
  const expire = (): void => {
    if (state !== 'open') return;
    state = 'expired';
    stopListening?.();
    for (const message of held?.splice(0) ?? []) refuse(message);
    settle();
  };
  const settle = (): void => {
    if (state !== 'expired' || posts.size > 0) return;
    state = 'ended';
    events.onEnd(`The MCP server '${options.server}' ended the session.`);
  };
  const refuse = (message: Message): void => {
    if (message.kind !== 'request') return;
    const refused = { code: 'session_unknown', say: `The MCP server '${options.server}' ended its session with the gateway.` } as const;
    queueMicrotask(() => events.onLost(message.id, refused, 'expired'));
  };

  const post = (message: RequestMessage): void => {
    const { id } = message;
    posts.set(
      id,
      beginPost(message, wire, {
        onMessage: (said) => events.onMessage(said, id),
        onFinal: (said) => {
          posts.delete(id);
          events.onMessage(said, id);
          settle();
        },
        onLost: (refused, how) => {
          posts.delete(id);
          events.onLost(id, refused, how);
          settle();
        },
        onExpired: expire,
      }),
    );
  };
  /** Sends what gets no answer. A second copy of it does no harm, so it may go again where a connection was lost under it. */
  const tell = (message: Message, onTaken: () => void): void => {
    const telling = wire.begin(
      {
        method: 'POST',
        body: message.document.bytes,
        replayable: true,
        headTimeoutMs: options.answerTimeoutMs,
        idleTimeoutMs: options.streamIdleTimeoutMs,
      },
      'nothing',
      {
        onMessage: () => {},
        onOver: (end) => {
          tellings.delete(telling);
          if (end.kind === 'refused' && end.status === 404 && wire.session !== undefined) expire();
          onTaken();
        },
      },
    );
    tellings.add(telling);
  };
  const route = (message: Message): void => {
    if (message.kind === 'request') return post(message);
    if (message.kind !== 'notification' || message.method !== 'notifications/initialized') return tell(message, () => {});
    held = [];
    tell(message, () => {
      const waiting = held ?? [];
      held = undefined;
      for (const next of waiting) send(next);
    });
  };
  const send = (message: Message): void => {
    if (state !== 'open') refuse(message);
    else if (held === undefined) route(message);
    else if (held.length < MAX_HELD) held.push(message);
    else if (message.kind === 'request') queueMicrotask(() => events.onLost(message.id, { code: 'overloaded' }, 'not-delivered'));
  };

  return {
    hasStreams: true,
    send,
    agree: (revision) => {
      wire.revision = revision;
    },
    listen: (offered) => {
      stopListening?.();
      stopListening = beginListening(wire, {
        onOffered: offered,
        onMessage: (said) => events.onMessage(said, undefined),
        onExpired: expire,
      });
    },
    unlisten: () => {
      stopListening?.();
      stopListening = undefined;
    },
    forget: (id) => {
      const known = posts.get(id);
      posts.delete(id);
      known?.abort();
      if (held !== undefined) held = held.filter((message) => message.kind !== 'request' || message.id !== id);
      if (known !== undefined) settle();
    },
    pause: () => wire.pause(),
    resume: () => wire.resume(),
    close: () => {
      if (state === 'ended') return;
      const expired = state === 'expired';
      state = 'ended';
      stopListening?.();
      for (const one of posts.values()) one.abort();
      posts.clear();
      held = undefined;
      if (wire.session === undefined || expired) return;
      const { answerTimeoutMs: headTimeoutMs, streamIdleTimeoutMs: idleTimeoutMs } = options;
      // 405 and 404 are good answers as well (2025-11-25 basic/transports, "Session Management").
      wire.begin({ method: 'DELETE', replayable: true, headTimeoutMs, idleTimeoutMs }, 'nothing', {
        onMessage: () => {},
        onOver: () => {},
      });
    },
  };
}
