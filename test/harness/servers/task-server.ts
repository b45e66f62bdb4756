// A modern MCP server with the Tasks extension, over HTTP on loopback. It compares the headers with the body as every server must.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { at, META, textAt } from '../mcp.ts';
import { createTaskEngine, takesTasks, UNDECLARED } from './task-engine.ts';
import type { TaskEngine } from './task-engine.ts';

/** A server that is running. */
export interface TaskServer {
  readonly url: string;
  close(): Promise<void>;
}

const STATUSES: Readonly<Record<number, number>> = { [-32020]: 400, [-32021]: 400, [-32601]: 404 };

const NAMED: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** Starts it on a free port. */
export async function startTaskServer(): Promise<TaskServer> {
  const engine = createTaskEngine();
  const http = createServer((request, response) => void serve(engine, request, response));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the task server has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    async close() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

async function serve(engine: TaskEngine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const message: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const id = at(message, 'id');
  const method = textAt(message, 'method');
  const params = at(message, 'params');
  if (request.method !== 'POST') return void response.writeHead(405).end();
  if (id === undefined) return void response.writeHead(202).end();
  const nameParam = NAMED.get(method);
  const agrees =
    request.headers['mcp-method'] === method && (nameParam === undefined || request.headers['mcp-name'] === at(params, nameParam));
  if (agrees && method === 'subscriptions/listen') return listen(engine, id, params, response);
  const answer = agrees
    ? await engine.answer({ method, params })
    : { error: { code: -32020, message: 'A header does not match the body.' } };
  const status = 'error' in answer ? (STATUSES[answer.error.code] ?? 200) : 200;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
}

function listen(engine: TaskEngine, id: unknown, params: unknown, response: ServerResponse): void {
  const taskIds = at(params, 'notifications', 'taskIds');
  const wanted = Array.isArray(taskIds) ? taskIds.map(String) : [];
  if (Array.isArray(taskIds) && !takesTasks(params))
    return void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...UNDECLARED }));
  const say = (method: string, said: object): void => {
    const tagged = { ...said, _meta: { [META.subscription]: id } };
    response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', method, params: tagged })}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const { known, stop } = engine.watch(wanted, (task) => say('notifications/tasks', task));
  say('notifications/subscriptions/acknowledged', { notifications: { taskIds: known } });
  response.once('close', stop);
}
