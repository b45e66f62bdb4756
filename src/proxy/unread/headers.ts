// Which headers cross where nobody reads what is behind them: those that the two need to understand each other, and no others. The agent's key stays
// here, and so do the server's challenges. What the gateway itself says to a server, its credentials above all, stands there once: many servers take the last
// of two headers of one name, or join them, so that what an agent says by such a name does not cross.

import type { HeaderList } from '../../http/index.ts';

const TO_SERVER: ReadonlySet<string> = new Set([
  'content-type',
  'accept',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
  'traceparent',
  'tracestate',
]);
const PARAMETERS = 'mcp-param-';
const EVENT_STREAM: readonly string[] = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Accel-Buffering', 'no'];

/** What goes to a server: alternating name and value. `own`: the gateway's credentials. */
export function toServer(headers: HeaderList, own: readonly string[], session: string | undefined): readonly string[] {
  const out = [...own];
  const taken = new Set(own.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : [])));
  for (const [index, name] of headers.names.entries())
    if ((TO_SERVER.has(name) || name.startsWith(PARAMETERS)) && !taken.has(name)) out.push(name, headers.values[index] ?? '');
  if (session !== undefined) out.push('Mcp-Session-Id', session);
  return out;
}

/** What goes to an agent. `session`: what it is to know the server's session by. */
export function toAgent(type: string, contentType: string | undefined, session: string | undefined): readonly string[] {
  const out = type === 'text/event-stream' ? [...EVENT_STREAM] : contentType === undefined ? [] : ['Content-Type', contentType];
  if (session !== undefined) out.push('Mcp-Session-Id', session);
  return out;
}
