// A server over stdio for both eras that does whatever it is asked and writes down everything that it hears, one line each, in the
// file that its argument names: so that a test can tell what reached a process behind the gateway.

import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file = ''] = process.argv.slice(2);

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  // The gateway's own question about eras is not what an agent sent.
  if (message.id !== 'sallyport-probe') appendFileSync(file, `${line}\n`);
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
  return { resultType: 'complete', content: [{ type: 'text', text: 'done' }], messages: [], contents: [], completion: { values: [] } };
}
