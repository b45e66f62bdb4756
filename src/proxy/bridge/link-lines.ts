// A session of the legacy era over lines: a stdio server's pipe, or a carrier that is spoken to like one (link-sse.ts).

import type { MessageId } from '../../mcp/index.ts';
import type { LegacyLink, LegacyLinkEvents, OpenLegacyLink } from './party.ts';
import { listenToServer, lostSentence } from './stdio-lines.ts';
import type { OpenServer } from './stdio-lines.ts';

/** Opens links to the server that `open` starts. `onNoise`: a line that belongs nowhere was dropped. */
export function createLineLink(server: string, open: OpenServer, onNoise: () => void): OpenLegacyLink {
  return (events) => openLink(server, open, onNoise, events);
}

function openLink(server: string, open: OpenServer, onNoise: () => void, events: LegacyLinkEvents): LegacyLink {
  const waiting = new Set<MessageId>();
  let over = false;

  const lines = listenToServer(open, {
    hearFinal: (said) => {
      // Late, twice, never asked; or an error that does not say what it answers, of which there may be several.
      if (over || said.id === undefined || !waiting.delete(said.id)) return over;
      events.onMessage(said, undefined);
      return true;
    },
    hearRequest: (said) => {
      if (!over) events.onMessage(said, undefined);
      return true;
    },
    hearNotification: (said) => {
      if (!over) events.onMessage(said, undefined);
      return true;
    },
    onNoise,
    onExit: (text) => {
      if (over) return;
      over = true;
      for (const id of waiting) events.onLost(id, { code: 'outcome_unknown', say: lostSentence(server) }, 'delivered');
      waiting.clear();
      events.onEnd(text);
    },
  });

  return {
    hasStreams: false,
    send: (message) => {
      if (message.kind !== 'request') return lines.send(message.document.bytes);
      const { id } = message;
      if (over) {
        queueMicrotask(() => events.onLost(id, { code: 'session_unknown' }, 'expired'));
        return;
      }
      waiting.add(id);
      lines.send(message.document.bytes, ({ code, say, delivered }) => {
        if (!over && waiting.delete(id)) events.onLost(id, { code, say }, delivered ? 'delivered' : 'not-delivered');
      });
    },
    agree: () => {}, // No head travels with a line.
    listen: (offered) => offered(true), // What belongs to no request comes on the same pipe.
    unlisten: () => {},
    forget: (id) => {
      waiting.delete(id);
    },
    pause: () => lines.pause(),
    resume: () => lines.resume(),
    close: () => {
      over = true;
      lines.close();
    },
  };
}
