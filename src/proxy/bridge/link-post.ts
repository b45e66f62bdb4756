// One request on its way over Streamable HTTP: the POST, the stream that answers it, and, where that stream breaks behind an event with an
// id, the GETs that take it up again. It ends with one final message, or with one sentence that says what became of it.

import { GatewayError } from '../../base/index.ts';
import { METHODS, parseJson, setMember } from '../../mcp/index.ts';
import type { Message, MessageId } from '../../mcp/index.ts';
import { statusRefusal } from '../../servers/index.ts';
import type { ExchangeEnd, HttpExchange } from '../../servers/index.ts';
import type { Refused } from '../rescue.ts';
import { createResumption } from './link-resumption.ts';
import type { LinkWire } from './link-wire.ts';
import type { FinalMessage, RequestMessage } from './party.ts';

export interface PostEvents {
  onMessage(said: Message): void;
  /** The answer; it is over. */
  onFinal(said: FinalMessage): void;
  /** There is none; it is over. */
  onLost(refused: Refused, state: 'delivered' | 'not-delivered' | 'expired'): void;
  /** The server does not know the session any more. Before `onLost`. */
  onExpired(): void;
}

/** A request under way. */
export interface Post {
  abort(): void;
}

/** Sends a request. */
export function beginPost(message: RequestMessage, wire: LinkWire, events: PostEvents): Post {
  const { id } = message;
  const { server, answerTimeoutMs, streamIdleTimeoutMs } = wire.options;
  const resumption = createResumption();
  let exchange: HttpExchange | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const lose = (refused: Refused, state: 'delivered' | 'not-delivered' | 'expired'): void => {
    over = true;
    events.onLost(refused, state);
  };
  const hear = (said: Message): void => {
    if (said.kind !== 'result' && said.kind !== 'error') return events.onMessage(said);
    // An answer to anything else has no business on this stream.
    if (!answers(said, id)) return;
    over = true;
    wire.done(exchange);
    exchange?.letEnd();
    events.onFinal(said.kind === 'error' ? underId(said, id) : said);
  };
  const expire = (): void => {
    events.onExpired();
    lose({ code: 'session_unknown', say: `The MCP server '${server}' ended its session with the gateway.` }, 'expired');
  };

  const onFirstOver = (end: ExchangeEnd): void => {
    if (over) return;
    if (end.kind === 'refused') return onRefused(end);
    if (end.kind === 'ended' && !end.streamed) return lose({ code: 'upstream_malformed' }, 'delivered');
    if (end.kind === 'ended') return resumeLater();
    if (end.code === 'upstream_unreachable' || end.code === 'overloaded') return lose({ code: end.code }, 'not-delivered');
    if (end.begun && end.code !== 'upstream_malformed' && end.code !== 'upstream_too_large') return resumeLater();
    lose({ code: end.code }, 'delivered');
  };
  const onRefused = ({ status, said }: Extract<ExchangeEnd, { kind: 'refused' }>): void => {
    // SPEC 2025-11-25 basic/transports: 404 to a session id means that the session is over.
    if (wire.session !== undefined && status === 404) return expire();
    // Many servers built after the SDK's examples say 400 to a session id that they do not know, with an error that answers no request.
    if (wire.session !== undefined && status === 400 && said !== undefined && said.id === undefined) return expire();
    if (said !== undefined && answers(said, id)) return hear(said);
    lose(statusRefusal(status, server), status < 500 ? 'not-delivered' : 'delivered');
  };

  const resumeLater = (): void => {
    const delayMs = resumption.lastEventId === undefined ? undefined : resumption.nextDelayMs();
    if (delayMs === undefined) return lose({ code: 'outcome_unknown' }, 'delivered');
    timer = setTimeout(resume, delayMs);
  };
  const resume = (): void => {
    exchange = wire.begin(
      {
        method: 'GET',
        lastEventId: resumption.lastEventId,
        replayable: true,
        // Some servers send even the head of a silent stream only with its first event.
        headTimeoutMs: streamIdleTimeoutMs,
        idleTimeoutMs: streamIdleTimeoutMs,
      },
      'messages',
      { onEvent: (event) => resumption.heard(event), onMessage: hear, onOver: onResumedOver },
    );
  };
  const onResumedOver = (end: ExchangeEnd): void => {
    if (over) return;
    if (end.kind === 'refused' && end.status < 500) {
      if (end.status === 404 && wire.session !== undefined) events.onExpired();
      return lose({ code: 'outcome_unknown' }, 'delivered');
    }
    resumeLater();
  };

  exchange = wire.begin(
    {
      method: 'POST',
      body: message.document.bytes,
      replayable: METHODS.get(message.method)?.replayable ?? false,
      headTimeoutMs: answerTimeoutMs,
      idleTimeoutMs: streamIdleTimeoutMs,
    },
    'messages',
    {
      onHead: (status, headers) => {
        if (status === 200 && message.method === 'initialize') wire.session ??= headers.get('mcp-session-id');
      },
      onEvent: (event) => resumption.heard(event),
      onMessage: hear,
      onOver: onFirstOver,
    },
  );

  return {
    abort: () => {
      over = true;
      clearTimeout(timer);
      wire.done(exchange);
      exchange?.abort();
    },
  };
}

/** An error without an id can only mean the one request of its exchange. */
function answers(said: FinalMessage, id: MessageId): boolean {
  return said.id === id || (said.kind === 'error' && said.id === undefined);
}

/** An error under the id of the request that it answers: servers of before say `"id": null` where they could not read ours. */
function underId(said: Extract<Message, { kind: 'error' }>, id: MessageId): FinalMessage {
  if (said.id === id) return said;
  const edited = parseJson(setMember(said.document, [], 'id', JSON.stringify(id)));
  if (!edited.ok) throw new GatewayError('internal', { cause: new Error('an edited message is not valid JSON') });
  return { ...said, id, document: edited.value };
}
