// A legacy server over stdio that says back what it is told, together with its own secret: in results, in questions, on its error output,
// and as its last words.

import { createInterface } from 'node:readline';
import { anyTool, at, textAt } from '../harness/index.ts';

const secret = process.env['TOKEN'] ?? '';
const asked = new Map<unknown, unknown>();

createInterface({ input: process.stdin }).on('line', (line) => hear(JSON.parse(line)));

function hear(message: unknown): void {
  const id = at(message, 'id');
  const method = textAt(message, 'method');
  if (method === '') return answer(asked.get(id), JSON.stringify(at(message, 'result')));
  if (id === undefined) return;
  const text = textAt(message, 'params', 'arguments', 'text');
  switch (method) {
    case 'server/discover':
      return write({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } });
    case 'initialize':
      return write({
        jsonrpc: '2.0',
        id,
        result: {
          protocolVersion: at(message, 'params', 'protocolVersion'),
          capabilities: { tools: {} },
          serverInfo: { name: 'canary', version: '1' },
        },
      });
    case 'ping':
      return write({ jsonrpc: '2.0', id, result: {} });
    case 'tools/list':
      return write({ jsonrpc: '2.0', id, result: { tools: ['echo', 'ask', 'noise', 'die'].map(anyTool) } });
    default:
      return call(id, textAt(message, 'params', 'name'), text);
  }
}

function call(id: unknown, name: string, text: string): void {
  switch (name) {
    case 'ask':
      asked.set('question', id);
      return write({
        jsonrpc: '2.0',
        id: 'question',
        method: 'elicitation/create',
        params: { message: text, requestedSchema: { type: 'object' } },
      });
    case 'noise':
      process.stderr.write(`warning: ${text} ${secret}\n`);
      process.stdout.write(`log: ${text} ${secret}\n`);
      return answer(id, 'noisy');
    case 'die':
      process.stderr.write(`fatal: ${text} ${secret}\n`, () => process.exit(4));
      return;
    default:
      return answer(id, text);
  }
}

function answer(id: unknown, text: string): void {
  write({
    jsonrpc: '2.0',
    id,
    result: {
      content: [
        { type: 'text', text },
        { type: 'text', text: secret },
      ],
    },
  });
}

function write(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
