// An MCP server over HTTP+SSE (2024-11-05), as the SDK of that time makes one: a session for each stream, a tool that answers, one that asks
// the client for its roots, and one that says how far it is.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { textAt } from '../mcp.ts';

/** A server that is running. */
export interface SseServer {
  /** Where its stream is opened. */
  readonly url: string;
  /** Sessions whose stream is open. */
  readonly sessions: number;
  /** Ends every stream, as a restart does. */
  drop(): void;
  close(): Promise<void>;
}

const NOTHING = { type: 'object' } as const;
const TOOLS = [
  { name: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
  ...['roots', 'progress', 'wait'].map((name) => ({ name, inputSchema: NOTHING })),
];

/** Starts a server on a free loopback port. */
export async function startSseServer(): Promise<SseServer> {
  const sessions = new Map<string, SSEServerTransport>();
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST' && url.pathname === '/messages') {
      const session = sessions.get(url.searchParams.get('sessionId') ?? '');
      if (session === undefined) response.writeHead(404).end();
      else void session.handlePostMessage(request, response);
      return;
    }
    if (request.method !== 'GET' || url.pathname !== '/sse')
      return void response.writeHead(404).end(`Cannot ${request.method} ${url.pathname}`);
    const transport = new SSEServerTransport('/messages', response);
    sessions.set(transport.sessionId, transport);
    response.once('close', () => sessions.delete(transport.sessionId));
    void createSession().connect(transport);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/sse`,
    get sessions() {
      return sessions.size;
    },
    drop: () => http.closeAllConnections(),
    async close() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

function createSession(): Server {
  const server = new Server({ name: 'sse-server', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    switch (params.name) {
      case 'roots':
        return say((await server.listRoots()).roots.map(({ uri }) => uri).join());
      case 'progress': {
        const progressToken = params._meta?.progressToken;
        if (progressToken !== undefined)
          await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
        return say('done');
      }
      case 'wait':
        return new Promise(() => {});
      default:
        return say(textAt(params, 'arguments', 'text'));
    }
  });
  return server;
}

function say(text: string): { content: { type: 'text'; text: string }[] } {
  return { content: [{ type: 'text', text }] };
}
