// Which task a request belongs to, as far as the request says: its agent, its session of an older revision, and its trace context. What an agent
// says of its own task is never enough to make it smaller (policies/flow.ts says where it is).

import { sha256Hex } from '../base/index.ts';
import type { Principal } from '../agents/index.ts';
import { metaOf } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import type { Task } from '../policies/index.ts';
import type { Call } from './exchange.ts';

/** W3C Trace Context §3.2.2: version, trace id, parent id, flags; a later version may say more behind them. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

const NO_TRACES: readonly string[] = Object.freeze([]);

/** The task of a call. */
export function taskOf({ arrival, inbound }: Pick<Call, 'arrival' | 'inbound'>, { tenant, agent }: Principal): Task {
  const token = inbound.kind === 'legacy' ? inbound.token : undefined;
  return { tenant, agent, session: token === undefined ? undefined : sha256Hex(token), traces: tracesOf(arrival, inbound) };
}

/** As a header, and in `_meta` (SEP-414). Where they differ, it belongs to both. */
function tracesOf(arrival: Call['arrival'], inbound: Call['inbound']): readonly string[] {
  const message = inbound.kind === 'modern' || inbound.kind === 'legacy' ? inbound.message : undefined;
  const params = message?.kind === 'request' ? message.params : undefined;
  const said = [arrival.headers.get('traceparent'), metaOf(params)?.['traceparent']].flatMap((text) => traceIn(text) ?? []);
  return said.length === 0 ? NO_TRACES : [...new Set(said)].map((id) => sha256Hex(id));
}

function traceIn(text: JsonValue | undefined): string | undefined {
  return typeof text === 'string' ? TRACEPARENT.exec(text)?.[1] : undefined;
}
