// What the MCP server behind every row says, of either era and whatever carries it: calls are answered from prepared bytes, as cheaply
// as Node can, so that what is measured is what stands in front; what a gateway asks before the first call is answered properly.
// It checks no credentials. Pure.

import { answerBody, type Era, FIRST_ID, REVISIONS, TOOLS, UNCALLED_TOOLS } from './workload.ts';

/** An answer, with the status that it has over HTTP. */
export interface Said {
  readonly status: number;
  /** Undefined: accepted, and nothing to say. */
  readonly body: string | undefined;
  /** The answer to initialize, with which a legacy server over HTTP gives out its session id. */
  readonly opens: boolean;
}

const ID_MARK = '"id":';
const CALL_MARK = '"tools/call"';

/** The id of a call as its bytes; undefined: it is no call. */
export function idOfCall(message: Buffer): string | undefined {
  if (!message.includes(CALL_MARK, 0, 'latin1')) return undefined;
  const at = message.indexOf(ID_MARK, 0, 'latin1') + ID_MARK.length;
  // It may be the last member.
  const [comma, brace] = [message.indexOf(',', at, 'latin1'), message.indexOf('}', at, 'latin1')];
  return message.toString('latin1', at, comma < 0 || brace < comma ? brace : comma);
}

/** Makes the answers to calls: the bytes up to the id, the id, and the bytes after it. */
export function answersToCalls(era: Era): (id: string) => Buffer {
  const sample = Buffer.from(answerBody(FIRST_ID, era));
  const idAt = sample.indexOf(ID_MARK) + ID_MARK.length;
  const prefix = sample.subarray(0, idAt);
  const suffix = sample.subarray(sample.indexOf(',', idAt));
  return (id) => Buffer.concat([prefix, Buffer.from(id, 'latin1'), suffix]);
}

/** Everything but calls: rare, so read properly. */
export function answerOther(message: Buffer, era: Era): Said {
  const { id, method, params }: { id?: unknown; method?: string; params?: { protocolVersion?: string } } = JSON.parse(message.toString());
  if (id === undefined) return { status: 202, body: undefined, opens: false };
  return era === 'modern' ? modern(id, method, params?.protocolVersion ?? '') : legacy(id, method);
}

const SERVER_INFO = { name: 'bench-upstream', version: '1.0.0' };

function modern(id: unknown, method: string | undefined, requested: string): Said {
  const hints = { ttlMs: 3_600_000, cacheScope: 'public', _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO } };
  switch (method) {
    case 'server/discover':
      return result(id, { resultType: 'complete', supportedVersions: [REVISIONS.modern], capabilities: { tools: {} }, ...hints });
    case 'tools/list':
      return result(id, { resultType: 'complete', tools: CATALOGUE, ...hints });
    case 'initialize':
      // A modern-only server names its revisions to a legacy client.
      return refusal(id, 400, -32022, 'Unsupported protocol version', { supported: [REVISIONS.modern], requested });
    default:
      return refusal(id, 404, -32601, 'Method not found', undefined);
  }
}

function legacy(id: unknown, method: string | undefined): Said {
  switch (method) {
    case 'initialize':
      return { ...result(id, { protocolVersion: REVISIONS.legacy, capabilities: { tools: {} }, serverInfo: SERVER_INFO }), opens: true };
    case 'tools/list':
      return result(id, { tools: CATALOGUE });
    case 'ping':
      return result(id, {});
    default:
      // server/discover among them: that is how it is known to be of the legacy era.
      return refusal(id, 400, -32601, 'Method not found', undefined);
  }
}

/** A thousand tools, of which the load calls twenty. */
const CATALOGUE: readonly unknown[] = [...TOOLS, ...Array.from({ length: UNCALLED_TOOLS }, (_, n) => `report_${n}`)].map(describeTool);

function describeTool(name: string, index: number): unknown {
  return {
    name,
    description: `Looks up orders in region ${index}.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', maxLength: 200 },
        customer: { type: 'string' },
        limit: { type: 'integer', minimum: 1, maximum: 100 + index },
        archived: { type: 'boolean' },
        note: { type: 'string' },
      },
      required: ['query'],
    },
  };
}

function result(id: unknown, value: unknown): Said {
  return { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id, result: value }), opens: false };
}

function refusal(id: unknown, status: number, code: number, message: string, data: unknown): Said {
  return { status, body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } }), opens: false };
}
