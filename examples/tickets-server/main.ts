// A small ticket desk as an MCP server: `node examples/tickets-server/main.ts [--port 7627] [--data folder]`.
// It speaks 2026-07-28 over Streamable HTTP, and answers older clients without sessions. It has no login of its own, so it listens
// on loopback only: who may call it is for the gateway in front to decide.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { toNodeHandler } from '@modelcontextprotocol/node';
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { TicketDesk } from './desk.ts';
import { buildServer, OPEN_TICKETS_URI } from './server.ts';

const HOST = '127.0.0.1';

const { values } = parseArgs({ options: { port: { type: 'string', default: '7627' }, data: { type: 'string' } } });
const port = Number(values.port);

if (!Number.isInteger(port) || port < 0 || port > 65535) {
  fail(`'${values.port}' is not a port: give --port a number from 0 (any free port) to 65535.`);
} else {
  try {
    await serve(port, await TicketDesk.open(values.data));
  } catch (error) {
    fail(explain(error));
  }
}

async function serve(wanted: number, desk: TicketDesk): Promise<void> {
  const mcp = createMcpHandler(() => buildServer(desk));
  desk.onChange(() => mcp.notify.resourceUpdated(OPEN_TICKETS_URI));

  // Any web page can send requests to a loopback port, under a name of its own choosing: only loopback names get in.
  const answer = async (request: Request): Promise<Response> =>
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    (new URL(request.url).pathname === '/mcp' ? mcp.fetch(request) : new Response(null, { status: 404 }));

  const handle = toNodeHandler({ fetch: answer });
  // The cast: the SDK's type was not written for exactOptionalPropertyTypes.
  const http = createServer((request, response) => void handle(request as NodeIncomingMessageLike, response));
  http.listen(wanted, HOST);
  await once(http, 'listening');
  const address = http.address();
  console.log(`listening http://${HOST}:${typeof address === 'object' && address !== null ? address.port : wanted}/mcp`);

  const stop = (): void => {
    void mcp.close();
    http.close();
    http.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${port} on ${HOST} is taken. End the program that uses it, or choose another port with --port.`;
  }
  return error.message;
}

function fail(sentence: string): void {
  console.error(`tickets: ${sentence}`);
  process.exitCode = 1;
}
