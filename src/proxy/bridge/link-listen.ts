// The GET stream of a Streamable HTTP session: what the server says in relation to no request (MCP 2025-11-25 basic/transports, "Listening
// for Messages from the Server"). It is asked for again when it ends, since a server may end it at will.

import type { Message } from '../../mcp/index.ts';
import type { ExchangeEnd, HttpExchange } from '../../servers/index.ts';
import { createResumption } from './link-resumption.ts';
import type { LinkWire } from './link-wire.ts';

export interface ListenEvents {
  /** Whether the server has such a stream; and again, with false, when it has one no more. */
  onOffered(yes: boolean): void;
  onMessage(said: Message): void;
  /** The server does not know the session any more. */
  onExpired(): void;
}

/** Some servers send the head of a silent stream only with its first event, but a refusal comes at once. */
const REFUSAL_MS = 1_000;

/** Opens the stream; gives the way to end it. */
export function beginListening(wire: LinkWire, events: ListenEvents): () => void {
  const resumption = createResumption();
  let exchange: HttpExchange | undefined;
  let offered = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;

  const offer = (): void => {
    if (offered) return;
    offered = true;
    clearTimeout(presumed);
    events.onOffered(true);
  };
  const giveUp = (): void => {
    over = true;
    clearTimeout(presumed);
    events.onOffered(false);
  };
  const presumed = setTimeout(offer, REFUSAL_MS);

  const open = (): void => {
    exchange = wire.begin(
      { method: 'GET', lastEventId: resumption.lastEventId, replayable: true, headTimeoutMs: 0, idleTimeoutMs: 0 },
      'messages',
      {
        onHead: (status) => {
          if (status === 200) offer();
        },
        onEvent: (event) => resumption.heard(event),
        // Answers come on the stream of their request, and where that breaks it is asked for by itself.
        onMessage: (said) => {
          if (said.kind === 'request' || said.kind === 'notification') events.onMessage(said);
        },
        onOver,
      },
    );
  };
  const onOver = (end: ExchangeEnd): void => {
    if (over) return;
    if (end.kind === 'refused' && end.status < 500) {
      giveUp();
      return end.status === 404 && wire.session !== undefined ? events.onExpired() : undefined;
    }
    // A server that never had it will not have it later; one that had it may be busy starting again.
    const delayMs = offered || end.kind === 'ended' ? resumption.nextDelayMs() : undefined;
    if (delayMs === undefined) giveUp();
    else timer = setTimeout(open, delayMs);
  };
  open();

  return () => {
    over = true;
    clearTimeout(presumed);
    clearTimeout(timer);
    wire.done(exchange);
    exchange?.abort();
  };
}
