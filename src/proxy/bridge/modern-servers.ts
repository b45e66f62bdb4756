// Servers of the modern era, asked by a bridge: the same request that a modern agent's own would be.

import { encodeHeaderValue } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import type { HttpTarget } from '../../servers/index.ts';
import type { Ports } from '../exchange.ts';
import { enter, LONG_LIVED } from '../in-flight.ts';
import { traceHeaders } from '../trace-headers.ts';
import { createModernAnswer } from './modern-answer.ts';
import { createJudge } from './modern-judge.ts';
import { OVER } from './party.ts';
import type { Ask, Asking, Hearing } from './party.ts';

const CONTENT: readonly string[] = ['Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream'];

/** Asks over Streamable HTTP. Headers that mirror the body are written from the body; the agent's own key never travels. */
export function askModernHttp(ask: Ask, target: HttpTarget, hearing: Hearing, ports: Ports): Asking {
  const { call, message, request } = ask;
  const { limits } = call.arrival.snapshot;
  const answer = createModernAnswer(ask, hearing, ports);
  enter(call);
  answer.attach(
    target.pool.send(
      {
        method: 'POST',
        path: target.path,
        headers: headersOf(ask, target, ports),
        body: message.document.bytes,
        replayable: request.rule.replayable,
        headTimeoutMs: call.server.config.timeoutMs ?? limits.answerTimeoutMs,
        idleTimeoutMs: LONG_LIVED.has(request.method) ? 0 : limits.streamIdleTimeoutMs,
      },
      answer,
    ),
  );
  return answer;
}

/** Asks over the process of the ask's principal. */
export function askModernStdio(ask: Ask, hearing: Hearing, ports: Ports): Asking {
  const { call } = ask;
  const { principal, snapshot } = call.arrival;
  const mux = ports.sessions.muxes.find(principal, call.server, snapshot.limits);
  if ('code' in mux) {
    hearing.fail(mux, 'refused');
    return OVER;
  }
  const judge = createJudge(ask, hearing);
  return mux.request(call, ask.message, {
    get full() {
      return hearing.full;
    },
    note: (said) => void judge.hear(said),
    final: (said) => {
      const fault = judge.hear(said);
      if (fault !== undefined) judge.fail({ code: 'upstream_malformed', say: fault.say }, 'failed');
    },
    fail: (refused, outcome) => judge.fail(refused, outcome),
  });
}

function headersOf({ call, message, request }: Ask, target: HttpTarget, ports: Ports): readonly string[] {
  const headers = [...target.headers, ...CONTENT, 'MCP-Protocol-Version', request.revision, 'Mcp-Method', request.method];
  if (request.name !== undefined) headers.push('Mcp-Name', encodeHeaderValue(request.name));
  if (request.method === 'tools/call' && request.name !== undefined) {
    const args = message.params?.['arguments'];
    headers.push(...ports.headerCatalogue.values(call.server.name, request.name, isObject(args) ? args : undefined));
  }
  headers.push(...traceHeaders(call));
  return headers;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
