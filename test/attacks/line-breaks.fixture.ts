// A server over stdio of one era that takes every line that is a request and writes its name down in a file: `line-breaks.fixture.ts ERA FILE`. What is
// no JSON it passes over, as servers do. A carriage return ends a line too, as it does for programs that read text (Python, readline).

import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [era, file = ''] = process.argv.slice(2);

function parse(line: string): { readonly id?: unknown; readonly method?: string; readonly params?: Readonly<Record<string, unknown>> } {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = parse(line);
  if (method === 'tools/call') appendFileSync(file, `${String(params?.['name'])}\n`);
  if (id === undefined || method === undefined) return;
  const result = resultOf(method, params?.['protocolVersion']);
  const said = result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...said })}\n`);
});

function resultOf(method: string, protocolVersion: unknown): unknown {
  const complete = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
  switch (method) {
    case 'server/discover':
      return era === 'modern' ? { ...complete, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } } : undefined;
    case 'initialize':
      if (era === 'modern') return undefined;
      return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'reader of lines', version: '1' } };
    case 'tools/list':
      return {
        ...complete,
        tools: ['shown', 'hidden'].map((name) => ({ name, inputSchema: { type: 'object', additionalProperties: true } })),
      };
    case 'tools/call':
      return { ...complete, content: [{ type: 'text', text: 'done' }] };
    default:
      return undefined;
  }
}
