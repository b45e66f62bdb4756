// A list of tools that passes by: it teaches which arguments are mirrored in headers, and loses the tools whose annotations are invalid.
// Whoever reads it speaks HTTP and MUST NOT use such a tool (SPEC streamable-http, "Schema Extension"): a header that means one thing to the
// gateway and another to the server would let a call be judged by the wrong argument.

import { removeElements, rereadMessage } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { FinalMessage } from './bridge/index.ts';
import type { Ports } from './exchange.ts';

const PATH = ['result', 'tools'];

/** The answer to tools/list of a server without its invalid tools; the very same message where all are valid. */
export function learnTools(server: string, said: FinalMessage, ports: Pick<Ports, 'headerCatalogue' | 'log'>): FinalMessage {
  const tools = said.kind === 'result' && isObject(said.result) ? said.result['tools'] : undefined;
  if (!Array.isArray(tools)) return said;
  const valid = tools.map((tool) => ports.headerCatalogue.learn(server, tool));
  const first = tools[valid.indexOf(false)];
  if (first === undefined) return said;
  const hidden = valid.filter((one) => !one).length;
  ports.log.warn('tools with invalid x-mcp-header annotations are not shown', { server, tools: hidden, first: nameOf(first) });
  return rereadMessage(
    'result',
    removeElements(said.document, PATH, (index) => valid[index] === true),
  );
}

function nameOf(tool: JsonValue): string {
  const name = isObject(tool) ? tool['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
