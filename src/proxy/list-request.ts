// As whom a server's lists are read where the agent has said nothing about itself in the modern form: none of it matters to a list.

import { GatewayError } from '../base/index.ts';
import { LATEST_MODERN, METHODS } from '../mcp/index.ts';
import type { MessageId, ModernRequest } from '../mcp/index.ts';

/** A modern request for tools, in the name of an agent in a session of an older revision. */
export function listRequest(id: MessageId): ModernRequest {
  const rule = METHODS.get('tools/list');
  if (rule === undefined) throw new GatewayError('internal');
  const meta = { 'io.modelcontextprotocol/protocolVersion': LATEST_MODERN, 'io.modelcontextprotocol/clientCapabilities': {} };
  return {
    id,
    method: 'tools/list',
    rule,
    name: undefined,
    params: { _meta: meta },
    revision: LATEST_MODERN,
    clientCapabilities: {},
    clientInfo: undefined,
    logLevel: undefined,
    progressToken: undefined,
    traceparent: undefined,
    tracestate: undefined,
    baggage: undefined,
  };
}
