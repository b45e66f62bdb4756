// Errors of a modern server, for an agent of the legacy era: codes that it does not know, or that are about a hop which is not its own, are
// said in those that it knows (2025-11-25 server/resources has one for a resource that is not there).

import { isObject, valueAt } from './json-value.ts';
import { objectEdit, splice } from './splice.ts';
import type { Edit } from './splice.ts';
import type { JsonDocument, JsonObject, JsonValue, MessageId } from './types.ts';

const HEADER_MISMATCH = -32020;
const CAPABILITY_MISSING = -32021;
const VERSION_UNSUPPORTED = -32022;
const INVALID_PARAMS = -32602;
const INTERNAL = -32603;
const RESOURCE_NOT_FOUND = -32002;

/** What an agent can be asked for, and the revision that brought it; a stranger's other words are not repeated. */
const KNOWN_CAPABILITIES: readonly { readonly path: readonly string[]; readonly words: string; readonly since: string }[] = [
  { path: ['elicitation', 'url'], words: 'elicitation by URL', since: '2025-11-25' },
  { path: ['elicitation'], words: 'elicitation', since: '2025-06-18' },
  { path: ['sampling'], words: 'sampling', since: '2024-11-05' },
  { path: ['roots'], words: 'roots', since: '2024-11-05' },
];

/** Whether a modern server says that headers and body of a request disagree. */
export function isHeaderMismatch(error: JsonObject): boolean {
  return error['code'] === HEADER_MISMATCH;
}

/** An error in answer to `method`, under the id with which an agent of this revision asked. */
export function shapeError(document: JsonDocument, method: string, id: MessageId, revision: string): Uint8Array {
  const error = valueAt(document.value, ['error']);
  const edits: Edit[] = [objectEdit(document, [], { set: new Map([['id', JSON.stringify(id)]]) })];
  const said = isObject(error) ? sayAgain(error, method, revision) : undefined;
  if (said === undefined) return splice(document, edits);
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: said }), 'utf8');
}

function sayAgain(error: JsonObject, method: string, revision: string): JsonObject | undefined {
  switch (error['code']) {
    case HEADER_MISMATCH:
      return { code: INTERNAL, message: 'The MCP server did not accept how the gateway asked it; its tools may have changed.' };
    case CAPABILITY_MISSING:
      return { code: INVALID_PARAMS, message: missing(error['data'], revision) };
    case VERSION_UNSUPPORTED:
      return { code: INTERNAL, message: 'The MCP server does not speak the protocol revision any more in which the gateway asked it.' };
    case INVALID_PARAMS:
      return method === 'resources/read' && isObject(error['data']) && typeof error['data']['uri'] === 'string'
        ? { ...error, code: RESOURCE_NOT_FOUND }
        : undefined;
    default:
      return undefined;
  }
}

function missing(data: JsonValue | undefined, revision: string): string {
  const required = valueAt(data, ['requiredCapabilities']);
  const needed = KNOWN_CAPABILITIES.find(({ path }) => valueAt(required, path) !== undefined);
  if (needed === undefined) return 'The MCP server needs what this agent did not declare.';
  const why = revision < needed.since ? `MCP ${revision} does not have` : 'this agent did not declare';
  return `The MCP server needs ${needed.words}, which ${why}.`;
}
