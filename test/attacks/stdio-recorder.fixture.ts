// A server over stdio for both eras that does whatever it is asked and writes down everything that it hears, one line each, in the
// file that its argument names: so that a test can tell what reached a process behind the gateway.

import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file = ''] = process.argv.slice(2);

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  // The gateway's own questions, about eras and about what there is, are not what an agent sent.
  const isOwn = message.id === 'sallyport-probe' || (message.id !== undefined && /^(tools|prompts)\/list$/.test(message.method));
  if (!isOwn) appendFileSync(file, `${line}\n`);
  if (message.id === undefined || message.method === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultFor(message.method, message.params) })}\n`);
});

function resultFor(method: string, params: Readonly<Record<string, unknown>>): unknown {
  if (method === 'server/discover') {
    return {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: {} },
      ttlMs: 0,
      cacheScope: 'private',
    };
  }
  if (method === 'initialize') {
    return {
      protocolVersion: params['protocolVersion'],
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true } },
      serverInfo: { name: 'recorder', version: '1' },
    };
  }
  const cache = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
  const named = ['shown', 'hidden', 'list_a', 'list_everything'].map((name) => ({ name }));
  if (method === 'tools/list')
    return { ...cache, tools: named.map(({ name }) => ({ name, inputSchema: { type: 'object', additionalProperties: true } })) };
  if (method === 'prompts/list') return { ...cache, prompts: named };
  return { resultType: 'complete', content: [{ type: 'text', text: 'done' }], messages: [], contents: [], completion: { values: [] } };
}
