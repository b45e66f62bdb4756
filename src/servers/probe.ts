// Asks a server which revisions it speaks. Over HTTP on its own connection pool; over stdio on throw-away processes, because some
// servers exit when something comes before initialize, and a modern stdio server may stay silent on what it does not know.

import type { Result } from '../base/index.ts';
import { LATEST_LEGACY, LATEST_MODERN, parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { StdioDoor, StdioEvents, StdioLink } from './doors.ts';
import { beginExchange } from './http-exchange.ts';
import type { ExchangeEnd, HttpExchange } from './http-exchange.ts';
import type { HttpTarget } from './http-target.ts';
import { openSseCarrier } from './sse-carrier.ts';
import { judge, readDiscover, readInitialize } from './verdict.ts';
import type { Evidence, EraVerdict, NoVerdict, ProbeAnswer } from './verdict.ts';

const PROBE_TIMEOUT_MS = 5_000;
/** Programs from npm may be fetched first, and a busy machine starts them slowly. */
const STDIO_PROBE_TIMEOUT_MS = 30_000;
const SILENCE_MS = 3_000;
const MAX_PROBE_BYTES = 1024 * 1024;
const CLIENT = { name: 'sallyport', version: '1' };
const PROBE_ID = 'sallyport-probe';

const DISCOVER = JSON.stringify({
  jsonrpc: '2.0',
  id: PROBE_ID,
  method: 'server/discover',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': LATEST_MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': CLIENT,
    },
  },
});
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: PROBE_ID,
  method: 'initialize',
  params: { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo: CLIENT },
});
/** Some servers of before serve whatever comes without a version; with this header they say that they do not know it. */
const MODERN_HEADERS = ['MCP-Protocol-Version', LATEST_MODERN, 'Mcp-Method', 'server/discover'];

/** Probes over HTTP. Resolves with a verdict or with why there is none; never rejects. */
export async function probeHttp(target: HttpTarget, timeoutMs: number, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const waitMs = Math.min(timeoutMs, PROBE_TIMEOUT_MS);
  const discover = await ask(target, DISCOVER, waitMs, MODERN_HEADERS);
  const modern = evidence(discover, readDiscover);
  // Without access or an answer there is nothing more to learn. But a fault may be all that an old server says to what it does not know.
  if (modern.kind === 'unclear' && ('reason' in discover || (discover.status ?? 0) < 500))
    return judge(modern, { kind: 'not' }, 'streamable', nowMs());
  const initialize = await ask(target, INITIALIZE, waitMs, []);
  if ('session' in initialize && initialize.session !== undefined) endSession(target, initialize.session, waitMs);
  const legacy = evidence(initialize, readInitialize);
  if (modern.kind === 'speaks' || legacy.kind !== 'not') return judge(modern, legacy, 'streamable', nowMs());
  return judge(modern, await probeSse(target, waitMs), 'sse', nowMs());
}

/** SPEC 2025-11-25 basic/transports, "Backwards Compatibility": who does not know initialize by POST may have the transport of 2024-11-05. */
async function probeSse(target: HttpTarget, waitMs: number): Promise<Evidence> {
  const limits = { server: '', maxMessageBytes: MAX_PROBE_BYTES, answerTimeoutMs: waitMs, streamIdleTimeoutMs: waitMs };
  const answer = await askLines((events) => openSseCarrier(target, limits, events), INITIALIZE, waitMs).answer;
  return typeof answer === 'string' ? { kind: 'not' } : readInitialize({ status: undefined, value: answer });
}

/** Probes over stdio, with one process per question. */
export async function probeStdio(door: StdioDoor, server: string, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const start = (events: StdioEvents): StdioLink => door.open(server, events);
  const discovering = askLines(start, DISCOVER, STDIO_PROBE_TIMEOUT_MS);
  const initialize = await askLines(start, INITIALIZE, STDIO_PROBE_TIMEOUT_MS).answer;
  // Many servers of before say nothing to what they do not know. One that has begun a session would have answered by now.
  if (typeof initialize !== 'string') setTimeout(discovering.giveUp, SILENCE_MS).unref();
  const discover = await discovering.answer;
  const modern: Evidence = typeof discover === 'string' ? { kind: 'not' } : readDiscover({ status: undefined, value: discover });
  const legacy: Evidence =
    typeof initialize === 'string'
      ? { kind: 'unclear', reason: initialize, code: 'upstream_unreachable' }
      : readInitialize({ status: undefined, value: initialize });
  return judge(modern, legacy, 'stdio', nowMs());
}

interface HttpAnswer extends ProbeAnswer {
  readonly session: string | undefined;
}

function evidence(answer: HttpAnswer | NoVerdict, read: (answer: ProbeAnswer) => Evidence): Evidence {
  return 'reason' in answer ? { kind: 'unclear', ...answer } : read(answer);
}

/** Sends one request and waits for the first answer to it, in JSON or in a stream. */
function ask(target: HttpTarget, body: string, waitMs: number, extra: readonly string[]): Promise<HttpAnswer | NoVerdict> {
  return new Promise((resolve) => {
    let status = 0;
    let session: string | undefined;
    const settle = (value: JsonValue | undefined): void => {
      resolve({ status, session, value });
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

function endSession(target: HttpTarget, session: string, waitMs: number): void {
  const headers = [...target.headers, 'Mcp-Session-Id', session];
  target.pool.send(
    { method: 'DELETE', path: target.path, headers, body: undefined, replayable: false, headTimeoutMs: waitMs, idleTimeoutMs: waitMs },
    { onHead: () => {}, onBody: () => {}, onEnd: () => {}, onError: () => {} },
  );
}

/** One question on lines of its own. The answer is a text where there is none. */
function askLines(
  open: (events: StdioEvents) => StdioLink,
  body: string,
  waitMs: number,
): { readonly answer: Promise<JsonValue | string>; readonly giveUp: () => void } {
  let finish: (answer: JsonValue | string) => void = () => {};
  const answer = new Promise<JsonValue | string>((resolve) => {
    finish = resolve;
  });
  const link = open({
    onLine: (line) => {
      const parsed = parseJson(line, { repairSurrogates: true });
      if (parsed.ok && isAnswer(parsed.value.value)) finish(parsed.value.value);
    },
    onExit: (text) => finish(text),
  });
  const giveUp = (): void => finish('It did not answer in time.');
  const timer = setTimeout(giveUp, waitMs);
  void answer.then(() => {
    clearTimeout(timer);
    link.close();
  });
  link.send(Buffer.from(body));
  return { answer, giveUp };
}

/** A result or error, for our id or without one (servers of before answer a message they do not know with `id: null`). */
function isAnswer(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return ('result' in value || 'error' in value) && (!('id' in value) || value['id'] === PROBE_ID || value['id'] === null);
}
