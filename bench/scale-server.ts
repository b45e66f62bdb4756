// One program that is a thousand MCP servers: `/s<n>/mcp` is server n. Each lists its tools, all different from those of every other, and answers
// any call. Run by bench/scale.ts in a process of its own, so that its time is nobody's but its own.

import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

const VERBS = ['read', 'write', 'list', 'send', 'delete', 'find', 'merge', 'export', 'sign', 'move'];
const THINGS = ['file', 'ticket', 'invoice', 'message', 'branch', 'contact', 'order', 'event', 'report', 'image', 'device', 'policy'];

/** The definition of one tool; no two of all servers are equal. */
export function toolOf(server: number, number: number): object {
  const verb = VERBS[number % VERBS.length] ?? '';
  const thing = THINGS[(server * 7 + number) % THINGS.length] ?? '';
  const name = `${verb}_${thing}_${server}_${number}`;
  return {
    name,
    title: `${verb} a ${thing}`,
    description:
      `Will ${verb} one ${thing} of department ${server}, as desk ${number} keeps it. Kind${(server * 100 + number) % 7919}. `.repeat(2),
    inputSchema: {
      type: 'object',
      properties: {
        [`${thing}_id`]: { type: 'string', maxLength: 64, description: `Which ${thing}.` },
        limit: { type: 'integer', minimum: 1, maximum: 100 + number },
        note: { type: 'string', maxLength: 2000 },
      },
    },
  };
}

/** Answers as the server of a path. */
function answer(server: number, tools: number, message: { id: unknown; method: string; params?: { name?: string } }): object {
  const result = (value: object): object => ({ jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', ...value } });
  switch (message.method) {
    case 'server/discover':
      return result({
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        serverInfo: { name: `s${server}`, version: '1.0.0' },
        ttlMs: 600_000,
        cacheScope: 'public',
      });
    case 'tools/list':
      return result({ tools: Array.from({ length: tools }, (_, number) => toolOf(server, number)), ttlMs: 600_000, cacheScope: 'public' });
    case 'tools/call':
      return result({ content: [{ type: 'text', text: message.params?.name ?? '' }] });
    default:
      return { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'Method not found' } };
  }
}

function serve(tools: number): void {
  const lists = new Map<string, string>();
  const respond = (path: string, body: string, response: ServerResponse): void => {
    const server = Number(/^\/s(\d+)\/mcp$/.exec(path)?.[1] ?? 0);
    const message = JSON.parse(body);
    // What the load asks again and again is written once.
    const known = message.method === 'tools/list' ? lists.get(path) : undefined;
    const text = known ?? JSON.stringify(answer(server, tools, { ...message, id: 0 }));
    if (message.method === 'tools/list') lists.set(path, text);
    const own = Buffer.from(text.replace('"id":0', `"id":${JSON.stringify(message.id)}`));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': own.length }).end(own);
  };
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => respond(request.url ?? '', Buffer.concat(chunks).toString(), response));
  });
  http.keepAliveTimeout = 60_000;
  http.listen(0, '127.0.0.1', () => {
    const address = http.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
}

if (process.send !== undefined) serve(Number(process.argv[2] ?? 100));
