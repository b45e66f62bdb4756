// A legacy MCP server over stdio, run as a program by the gateway. It tells which process it is and what it has been sent, asks the
// client when told to, and never answers `wait` by itself: so a test can see what crossed the gateway and what did not.

import { createInterface } from 'node:readline';
import { at, textAt } from '../mcp.ts';

const REVISIONS = ['2025-11-25', '2025-06-18'];
const TOOLS: readonly (readonly [name: string, description: string, properties?: object])[] = [
  ['pid', 'Answers the id of this process.'],
  ['wait', 'Answers only when it is cancelled or told to finish by `finish`.'],
  ['finish', 'Lets every waiting call finish.'],
  ['received', 'Answers the methods of all notifications so far, and the ids that were cancelled.'],
  ['ask_model', "Asks the client's model and answers what it said."],
  ['ask_user', 'Asks the user and answers what was said.'],
  ['ask_secret', 'Asks the user for a password and answers what was said.'],
  ['ask_roots', 'Asks for the folders of the client and answers what was said.'],
  ['announce', 'Sends a notification that belongs to no request, then answers.'],
  ['environment', 'Answers the value of the variable that the argument names.', { name: { type: 'string' } }],
  ['die', 'Ends this process without an answer.'],
];

const received: string[] = [];
const cancelled: unknown[] = [];
const waiting = new Map<unknown, () => void>();
const asked = new Map<string, (answer: unknown) => void>();
let nextQuestion = 1;

createInterface({ input: process.stdin }).on('line', (line) => receive(JSON.parse(line)));

function receive(message: unknown): void {
  const method = textAt(message, 'method');
  const id = at(message, 'id');
  if (method === '') return asked.get(String(id))?.(at(message, 'result') ?? at(message, 'error'));
  if (id === undefined) return notified(method, at(message, 'params'));
  switch (method) {
    case 'initialize': {
      const wanted = textAt(message, 'params', 'protocolVersion');
      return answer(id, {
        protocolVersion: REVISIONS.includes(wanted) ? wanted : REVISIONS[0],
        capabilities: { tools: { listChanged: true }, logging: {} },
        serverInfo: { name: 'stdio-server', version: '1.0.0' },
      });
    }
    case 'ping':
    case 'logging/setLevel':
      return answer(id, {});
    case 'tools/list':
      return answer(id, { tools: TOOLS.map(describeTool) });
    case 'tools/call':
      return call(id, textAt(message, 'params', 'name'), at(message, 'params'));
    default:
      return write({ jsonrpc: '2.0', id, error: { code: -32601, message: `Method not found: ${method}` } });
  }
}

function describeTool([name, description, properties = {}]: (typeof TOOLS)[number]): unknown {
  return { name, description, inputSchema: { type: 'object', properties } };
}

function notified(method: string, params: unknown): void {
  received.push(method);
  if (method !== 'notifications/cancelled') return;
  const id = at(params, 'requestId');
  cancelled.push(id);
  // A cancelled request is not answered (2025-11-25 §basic/utilities/cancellation).
  waiting.delete(id);
}

function call(id: unknown, name: string, params: unknown): void {
  switch (name) {
    case 'pid':
      return say(id, String(process.pid));
    case 'wait': {
      waiting.set(id, () => say(id, 'finished'));
      const progressToken = at(params, '_meta', 'progressToken');
      if (progressToken !== undefined) write({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } });
      return;
    }
    case 'finish':
      for (const finish of waiting.values()) finish();
      waiting.clear();
      return say(id, 'done');
    case 'received':
      return say(id, JSON.stringify({ received, cancelled }));
    case 'ask_model':
      return ask(id, 'sampling/createMessage', {
        messages: [{ role: 'user', content: { type: 'text', text: 'Are you there?' } }],
        maxTokens: 10,
      });
    case 'ask_user':
      return ask(id, 'elicitation/create', {
        message: 'Your name?',
        requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      });
    case 'ask_secret':
      return ask(id, 'elicitation/create', {
        message: 'Sign in, please',
        requestedSchema: { type: 'object', properties: { user: { type: 'string' }, 'pass\u200bword': { type: 'string' } } },
      });
    case 'ask_roots':
      return ask(id, 'roots/list', {});
    case 'announce':
      write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      return say(id, 'announced');
    case 'environment':
      return say(id, process.env[textAt(params, 'arguments', 'name')] ?? '');
    case 'die':
      return process.exit(3);
    default:
      return write({ jsonrpc: '2.0', id, error: { code: -32602, message: `Unknown tool: ${name}` } });
  }
}

function ask(id: unknown, method: string, params: unknown): void {
  const question = `question-${nextQuestion++}`;
  asked.set(question, (reply) => {
    asked.delete(question);
    say(id, JSON.stringify(reply));
  });
  write({ jsonrpc: '2.0', id: question, method, params });
}

function say(id: unknown, text: string): void {
  answer(id, { content: [{ type: 'text', text }] });
}

function answer(id: unknown, result: unknown): void {
  write({ jsonrpc: '2.0', id, result });
}

function write(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
