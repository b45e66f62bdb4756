// Questions to a server that change nothing there, and how its answer is waited for: over HTTP, or on lines of its own.

import { LATEST_LEGACY, LATEST_MODERN, parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { StdioEvents, StdioLink } from './doors.ts';
import { beginExchange } from './http-exchange.ts';
import type { ExchangeEnd, HttpExchange } from './http-exchange.ts';
import type { HttpTarget } from './http-target.ts';
import type { NoVerdict, ProbeAnswer } from './verdict.ts';

export const MAX_PROBE_BYTES = 1024 * 1024;
const CLIENT = { name: 'sallyport', version: '1' };
const PROBE_ID = 'sallyport-probe';

const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': LATEST_MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT,
};
/** Asks what it is, in the modern era. */
export const DISCOVER = JSON.stringify({
  jsonrpc: '2.0',
  id: PROBE_ID,
  method: 'server/discover',
  params: { _meta: MODERN_META },
});
/** Asks for a session of the older era. */
export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: PROBE_ID,
  method: 'initialize',
  params: { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo: CLIENT },
});
/** Some servers of before serve whatever comes without a version; with this header they say that they do not know it. */
export const MODERN_HEADERS = modernHeaders('server/discover');
/** A session has begun. */
export const INITIALIZED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
/** Asks for the first page of its tools: as a modern server takes it, and as one within a session. */
export const MODERN_LIST = JSON.stringify({ jsonrpc: '2.0', id: PROBE_ID, method: 'tools/list', params: { _meta: MODERN_META } });
export const LEGACY_LIST = JSON.stringify({ jsonrpc: '2.0', id: PROBE_ID, method: 'tools/list', params: {} });

/** What a modern request says of itself in its headers. */
export function modernHeaders(method: string): readonly string[] {
  return ['MCP-Protocol-Version', LATEST_MODERN, 'Mcp-Method', method];
}

/** What came of one question. */
export interface HttpAnswer extends ProbeAnswer {
  readonly session: string | undefined;
  /** What its clock says, and when, by ours, the head of its answer was there. */
  readonly date: string | undefined;
  readonly headAtMs: number | undefined;
}

/** Sends one request and waits for the first answer to it, in JSON or in a stream. */
export function ask(target: HttpTarget, body: string, waitMs: number, extra: readonly string[]): Promise<HttpAnswer | NoVerdict> {
  return new Promise((resolve) => {
    let status = 0;
    let session: string | undefined;
    let date: string | undefined;
    let headAtMs: number | undefined;
    const settle = (value: JsonValue | undefined): void => {
      resolve({ status, session, date, headAtMs, value });
      exchange.abort();
    };
    const onOver = (end: ExchangeEnd): void => {
      if (end.kind === 'refused') return settle(end.said?.document.value);
      if (end.kind === 'ended' || end.code === 'upstream_malformed' || end.code === 'upstream_too_large') return settle(undefined);
      resolve(
        end.code === 'upstream_timeout'
          ? { reason: `It did not answer within ${waitMs} ms.`, code: 'upstream_timeout' }
          : { reason: end.detail, code: 'upstream_unreachable' },
      );
    };
    const headers = [...target.headers, 'Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream', ...extra];
    const exchange: HttpExchange = beginExchange(
      target.pool,
      {
        method: 'POST',
        path: target.path,
        headers,
        body: Buffer.from(body),
        replayable: true,
        headTimeoutMs: waitMs,
        idleTimeoutMs: waitMs,
      },
      { maxBytes: MAX_PROBE_BYTES, wants: 'messages' },
      {
        onHead: (code, list) => {
          status = code;
          session = list.get('mcp-session-id');
          date = list.get('date');
          headAtMs = performance.now();
        },
        // A server of 2024-11-05 may open its stream to a POST as well; it answers nothing there.
        onEvent: ({ event }) => (event === 'endpoint' ? settle(undefined) : undefined),
        onMessage: (said) => (isAnswer(said.document.value) ? settle(said.document.value) : undefined),
        onOver,
        onFault: () => settle(undefined),
      },
    );
  });
}

/** Lets go of a session. */
export function endSession(target: HttpTarget, session: string, waitMs: number): void {
  const headers = [...target.headers, 'Mcp-Session-Id', session];
  target.pool.send(
    { method: 'DELETE', path: target.path, headers, body: undefined, replayable: false, headTimeoutMs: waitMs, idleTimeoutMs: waitMs },
    { onHead: () => {}, onBody: () => {}, onEnd: () => {}, onError: () => {} },
  );
}

/** Says something that is not answered; resolves when it has been taken, or was not. */
export function tell(target: HttpTarget, body: string, waitMs: number, extra: readonly string[]): Promise<void> {
  const headers = [...target.headers, 'Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream', ...extra];
  const request = { method: 'POST', path: target.path, headers, body: Buffer.from(body), replayable: false } as const;
  return new Promise((resolve) => {
    beginExchange(
      target.pool,
      { ...request, headTimeoutMs: waitMs, idleTimeoutMs: waitMs },
      { maxBytes: MAX_PROBE_BYTES, wants: 'nothing' },
      { onMessage: () => {}, onOver: () => resolve(), onFault: () => resolve() },
    );
  });
}

/** Turns of a conversation on lines of its own: what is said in each, of which the last line is answered. The answer to the last turn, or a text where there is none. */
export function askLines(
  open: (events: StdioEvents) => StdioLink,
  turns: readonly (readonly string[])[],
  waitMs: number,
): { readonly answer: Promise<JsonValue | string>; readonly giveUp: () => void } {
  let finish: (answer: JsonValue | string) => void = () => {};
  let next = 0;
  const answer = new Promise<JsonValue | string>((resolve) => {
    finish = resolve;
  });
  const link = open({
    onLine: (line) => {
      const parsed = parseJson(line, { repairSurrogates: true });
      if (!parsed.ok || !isAnswer(parsed.value.value)) return;
      if (next < turns.length) say();
      else finish(parsed.value.value);
    },
    onExit: (text) => finish(text),
  });
  const giveUp = (): void => finish('It did not answer in time.');
  const timer = setTimeout(giveUp, waitMs);
  void answer.then(() => {
    clearTimeout(timer);
    link.close();
  });
  const say = (): void => {
    for (const line of turns[next++] ?? []) link.send(Buffer.from(line));
  };
  say();
  return { answer, giveUp };
}

/** A result or error, for our id or without one (servers of before answer a message they do not know with `id: null`). */
function isAnswer(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return ('result' in value || 'error' in value) && (!('id' in value) || value['id'] === PROBE_ID || value['id'] === null);
}
