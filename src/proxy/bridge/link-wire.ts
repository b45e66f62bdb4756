// What the exchanges of one Streamable HTTP session have in common: whose session it is, what travels in the heads, who is listened to.

import { beginExchange } from '../../servers/index.ts';
import type { ExchangeEvents, ExchangeOptions, HttpExchange, HttpTarget } from '../../servers/index.ts';
import type { LinkOptions } from './link-options.ts';

/** One exchange to begin. */
export interface Sending {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly body?: Uint8Array;
  readonly lastEventId?: string | undefined;
  readonly replayable: boolean;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** The way to the server of one session. */
export interface LinkWire {
  readonly options: LinkOptions;
  /** As the server gave it with its answer to initialize. */
  session: string | undefined;
  revision: string | undefined;
  begin(sending: Sending, wants: ExchangeOptions['wants'], events: Omit<ExchangeEvents, 'onFault'>): HttpExchange;
  /** Something has ended: it need not be paused any more. */
  done(exchange: HttpExchange | undefined): void;
  pause(): void;
  resume(): void;
}

const ACCEPT = ['Accept', 'application/json, text/event-stream'];
const ACCEPT_EVENTS = ['Accept', 'text/event-stream'];
const CONTENT = ['Content-Type', 'application/json'];

export function createLinkWire(target: HttpTarget, options: LinkOptions): LinkWire {
  const open = new Set<HttpExchange>();
  let paused = false;

  const headersOf = ({ method, lastEventId }: Sending): readonly string[] => {
    // The agent's token never travels: the server sees the gateway's own credentials.
    const headers = [...target.headers];
    if (method === 'POST') headers.push(...CONTENT, ...ACCEPT);
    else if (method === 'GET') headers.push(...ACCEPT_EVENTS);
    if (wire.session !== undefined) headers.push('Mcp-Session-Id', wire.session);
    if (wire.revision !== undefined) headers.push('MCP-Protocol-Version', wire.revision);
    if (lastEventId !== undefined) headers.push('Last-Event-ID', lastEventId);
    return headers;
  };

  const wire: LinkWire = {
    options,
    session: undefined,
    revision: undefined,
    begin: (sending, wants, events) => {
      const { method, body, replayable, headTimeoutMs, idleTimeoutMs } = sending;
      const exchange = beginExchange(
        target.pool,
        { method, path: target.path, headers: headersOf(sending), body, replayable, headTimeoutMs, idleTimeoutMs },
        { maxBytes: options.maxMessageBytes, wants },
        {
          ...events,
          onOver: (end) => {
            open.delete(exchange);
            events.onOver(end);
          },
          onFault: (error) => {
            open.delete(exchange);
            options.log.error('a message of a server could not be handled', { server: options.server, error: asError(error) });
            events.onOver({ kind: 'failed', code: 'upstream_malformed', begun: true, detail: '' });
          },
        },
      );
      open.add(exchange);
      if (paused) exchange.pause();
      return exchange;
    },
    done: (exchange) => {
      if (exchange !== undefined) open.delete(exchange);
    },
    pause: () => {
      paused = true;
      for (const exchange of open) exchange.pause();
    },
    resume: () => {
      paused = false;
      for (const exchange of open) exchange.resume();
    },
  };
  return wire;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a value that is no error was thrown');
}
