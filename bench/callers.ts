// What every agent does before a measurement begins: it opens its session if it is of the legacy era, and calls its tool until the answer
// is right. The answers of all of them must be the same bytes; the generator then holds every further answer against these.

import { readFileSync } from 'node:fs';
import { request as requestPlain, type IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { isDeepStrictEqual } from 'node:util';

import type { Certificates } from './certificates.ts';
import { type Road, toolOf } from './roads.ts';
import { answerBody, callBody, type Caller, callerHeaders, eraOf, FIRST_ID, messageHeaders, REVISIONS, SERVER_NAME } from './workload.ts';

const READY_TIMEOUT_MS = 30_000;

/** A gateway, as its agents know it. */
export interface Reached {
  readonly port: number;
  readonly certificates: Certificates | undefined;
  readonly road: Road;
  /** The path that they call. */
  readonly route: string;
}

/** Agents that may call, and the answer that each of them got. */
export interface Ready {
  readonly callers: readonly Caller[];
  /** The body, under FIRST_ID. */
  readonly answer: string;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Makes a caller of every key, or of nobody in particular where there is none. */
export async function readyCallers(gateway: Reached, keys: readonly (string | undefined)[]): Promise<Ready> {
  const callers: Caller[] = [];
  const answers = new Set<string>();
  for (const [n, key] of keys.entries()) {
    const tool = toolOf(gateway.road, n);
    const session = gateway.road.agent === 'legacy' ? await openSession(gateway, key) : undefined;
    const caller: Caller = { key, tool, session };
    answers.add(await rightAnswer(gateway, caller));
    callers.push(caller);
  }
  const [answer, other] = answers;
  if (answer === undefined || other !== undefined) throw new Error(`${answers.size} different answers came where one was expected`);
  return { callers, answer };
}

/** A key reaches the workers within a second, and the first call may wait for the server to be probed: so it is repeated for a while. */
async function openSession(gateway: Reached, key: string | undefined): Promise<string> {
  const params = { protocolVersion: REVISIONS.legacy, capabilities: {}, clientInfo: { name: 'sallyport-bench', version: '1.0.0' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: FIRST_ID, method: 'initialize', params });
  const session = await repeat(async () => {
    const reply = await post(gateway, messageHeaders(key), body);
    const id = reply.headers['mcp-session-id'];
    return typeof id === 'string' ? { ok: true, value: id } : { ok: false, value: reply.body };
  });
  const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const { status } = await post(gateway, callerHeaders({ key, tool: '', session }), initialized);
  if (status !== 202) throw new Error(`notifications/initialized was answered with ${status}`);
  return session;
}

function rightAnswer(gateway: Reached, caller: Caller): Promise<string> {
  return repeat(async () => {
    const body = callBody(FIRST_ID, caller.tool, eraOf(caller));
    const reply = await post(gateway, callerHeaders(caller), body);
    return { ok: isRight(reply.body, gateway.road), value: reply.body };
  });
}

/** What the tool gave is all there; what a bridge adds around it is its own affair. */
function isRight(body: string, road: Road): boolean {
  const given = parse(Buffer.from(answerBody(FIRST_ID, road.server)).toString());
  const got = parse(body);
  return (
    got !== undefined &&
    got.id === FIRST_ID &&
    isDeepStrictEqual(got.result?.content, given?.result?.content) &&
    isDeepStrictEqual(got.result?.structuredContent, given?.result?.structuredContent)
  );
}

interface ToolAnswer {
  readonly id?: unknown;
  readonly result?: { readonly content?: unknown; readonly structuredContent?: unknown };
}

/** The answer may be the one event of a stream. */
function parse(text: string): ToolAnswer | undefined {
  try {
    return JSON.parse(/^data: ?(\{.*)$/m.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}

async function repeat(attempt: () => Promise<{ readonly ok: boolean; readonly value: string }>): Promise<string> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const { ok, value } = await attempt();
    if (ok) return value;
    if (Date.now() > deadline) throw new Error(`the gateway does not answer rightly: ${value.slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One message on a connection of its own. What goes wrong is the body: it is repeated, and in the end reported. */
function post(
  { port, certificates, route }: Reached,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Promise<Reply> {
  const options = {
    host: '127.0.0.1',
    port,
    path: route,
    method: 'POST',
    headers: { ...headers, Host: `${SERVER_NAME}:${port}`, 'Content-Length': Buffer.byteLength(body) },
    agent: false,
  } as const;
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ status: 0, headers: {}, body: error.message });
    const request =
      certificates === undefined
        ? requestPlain(options)
        : requestTls({ ...options, servername: SERVER_NAME, ca: readFileSync(certificates.caFile) });
    request.on('error', failed);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', failed);
    });
    request.end(body);
  });
}
