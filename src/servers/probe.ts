// Asks a server which revisions it speaks. Over HTTP on its own connection pool; over stdio on throw-away processes, because some
// servers exit when something comes before initialize, and a modern stdio server may stay silent on what it does not know.

import type { Result } from '../base/index.ts';
import type { HeaderList, UpstreamPool } from '../http/index.ts';
import { createEventDecoder } from '../http/index.ts';
import { LATEST_LEGACY, LATEST_MODERN, parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { StdioDoor } from './doors.ts';
import { judge, readDiscover, readInitialize } from './verdict.ts';
import type { Evidence, EraVerdict, NoVerdict, ProbeAnswer } from './verdict.ts';

/** Where an HTTP server is asked. */
export interface HttpTarget {
  readonly pool: UpstreamPool;
  /** Scheme, host and port, as `URL.origin` writes them: a server may name further addresses of its own only within it. */
  readonly origin: string;
  readonly path: string;
  /** The gateway's own credentials, alternating name and value. */
  readonly headers: readonly string[];
}

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

/** Probes over HTTP. Resolves with a verdict or with why there is none; never rejects. */
export async function probeHttp(target: HttpTarget, timeoutMs: number, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const discover = await ask(target, DISCOVER, timeoutMs, ['MCP-Protocol-Version', LATEST_MODERN, 'Mcp-Method', 'server/discover']);
  const spoken = evidence(discover, readDiscover);
  if (spoken.kind === 'unclear') return judge(spoken, { kind: 'not' }, nowMs());
  const initialize = await ask(target, INITIALIZE, timeoutMs, []);
  const session = 'reason' in initialize ? undefined : initialize.headers.get('mcp-session-id');
  if (session !== undefined) endSession(target, session);
  return judge(spoken, evidence(initialize, readInitialize), nowMs());
}

/** Probes over stdio, with one process per question. */
export async function probeStdio(door: StdioDoor, server: string, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const discovering = askStdio(door, server, DISCOVER);
  const initialize = await askStdio(door, server, INITIALIZE).answer;
  // Many servers of before say nothing to what they do not know. One that has begun a session would have answered by now.
  if (typeof initialize !== 'string') setTimeout(discovering.giveUp, SILENCE_MS).unref();
  const discover = await discovering.answer;
  const modern: Evidence = typeof discover === 'string' ? { kind: 'not' } : readDiscover({ status: undefined, value: discover });
  const legacy: Evidence =
    typeof initialize === 'string'
      ? { kind: 'unclear', reason: initialize, code: 'upstream_unreachable' }
      : readInitialize({ status: undefined, value: initialize });
  return judge(modern, legacy, nowMs());
}

interface HttpAnswer extends ProbeAnswer {
  readonly headers: HeaderList;
}

function evidence(answer: HttpAnswer | NoVerdict, read: (answer: ProbeAnswer) => Evidence): Evidence {
  return 'reason' in answer ? { kind: 'unclear', ...answer } : read(answer);
}

/** Sends one request and waits for the first JSON-RPC message of the answer, in JSON or in a stream. */
function ask(target: HttpTarget, body: string, timeoutMs: number, extra: readonly string[]): Promise<HttpAnswer | NoVerdict> {
  return new Promise((resolve) => {
    let status = 0;
    let list: HeaderList | undefined;
    let streaming = false;
    let bytes = 0;
    const chunks: Uint8Array[] = [];
    const settle = (value: JsonValue | undefined): void => {
      if (list !== undefined) resolve({ status, headers: list, value });
      call.abort();
    };
    const decoder = createEventDecoder({
      maxEventBytes: MAX_PROBE_BYTES,
      onEvent: (event) => {
        const parsed = event.data === undefined ? undefined : parseJson(event.data, { repairSurrogates: true });
        if (parsed?.ok === true && isAnswer(parsed.value.value)) settle(parsed.value.value);
      },
      onOversize: () => settle(undefined),
    });
    const call = target.pool.send(
      {
        method: 'POST',
        path: target.path,
        headers: [...target.headers, 'Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream', ...extra],
        body: Buffer.from(body),
        replayable: true,
        headTimeoutMs: Math.min(timeoutMs, PROBE_TIMEOUT_MS),
        idleTimeoutMs: PROBE_TIMEOUT_MS,
      },
      {
        onHead: (code, headers) => {
          status = code;
          list = headers;
          streaming = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
        },
        onBody: (chunk) => {
          bytes += chunk.length;
          if (bytes > MAX_PROBE_BYTES) return settle(undefined);
          if (streaming) decoder.push(chunk);
          else chunks.push(chunk.slice());
        },
        onEnd: () => {
          const parsed = parseJson(Buffer.concat(chunks), { repairSurrogates: true });
          settle(parsed.ok ? parsed.value.value : undefined);
        },
        onError: (code, detail) => resolve({ reason: detail, code: code === 'upstream_timeout' ? code : 'upstream_unreachable' }),
      },
    );
  });
}

function endSession(target: HttpTarget, session: string): void {
  target.pool.send(
    {
      method: 'DELETE',
      path: target.path,
      headers: [...target.headers, 'Mcp-Session-Id', session],
      body: undefined,
      replayable: false,
      headTimeoutMs: PROBE_TIMEOUT_MS,
      idleTimeoutMs: PROBE_TIMEOUT_MS,
    },
    { onHead: () => {}, onBody: () => {}, onEnd: () => {}, onError: () => {} },
  );
}

/** One question to a process of its own. The answer is a text where there is none. */
function askStdio(
  door: StdioDoor,
  server: string,
  body: string,
): { readonly answer: Promise<JsonValue | string>; readonly giveUp: () => void } {
  let finish: (answer: JsonValue | string) => void = () => {};
  const answer = new Promise<JsonValue | string>((resolve) => {
    finish = resolve;
  });
  const link = door.open(server, {
    onLine: (line) => {
      const parsed = parseJson(line, { repairSurrogates: true });
      if (parsed.ok && isAnswer(parsed.value.value)) finish(parsed.value.value);
    },
    onExit: (text) => finish(text),
  });
  const giveUp = (): void => finish('It did not answer in time.');
  const timer = setTimeout(giveUp, STDIO_PROBE_TIMEOUT_MS);
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
