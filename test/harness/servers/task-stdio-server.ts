// A modern MCP server with the Tasks extension, over stdio: a program that the gateway starts.

import { createInterface } from 'node:readline';
import { at, META, textAt } from '../mcp.ts';
import { createTaskEngine } from './task-engine.ts';

const engine = createTaskEngine();
const write = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

createInterface({ input: process.stdin }).on('line', (line) => void receive(JSON.parse(line)));

async function receive(message: unknown): Promise<void> {
  const id = at(message, 'id');
  const method = textAt(message, 'method');
  const params = at(message, 'params');
  if (id === undefined) return;
  if (method === 'subscriptions/listen') return listen(id, params);
  write({ id, ...(await engine.answer({ method, params })) });
}

function listen(id: unknown, params: unknown): void {
  const taskIds = at(params, 'notifications', 'taskIds');
  const _meta = { [META.subscription]: id };
  const { known } = engine.watch(Array.isArray(taskIds) ? taskIds.map(String) : [], (task) =>
    write({ method: 'notifications/tasks', params: { ...task, _meta } }),
  );
  write({ method: 'notifications/subscriptions/acknowledged', params: { notifications: { taskIds: known }, _meta } });
}
