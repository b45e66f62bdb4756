// A server on the SDK that speaks over stdio what it speaks over HTTP: the conformance fixture's tools, in both eras. A process of its
// own, started by the gateway.

import { createRequestStateCodec, InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { buildServer } from '../../conformance/fixture/build-server.ts';

const parts = {
  changes: new InMemoryServerEventBus(),
  states: createRequestStateCodec<{ tool: string; round: number }>({ key: crypto.getRandomValues(new Uint8Array(32)) }),
};
const [era = 'dual'] = process.argv.slice(2);
serveStdio(() => buildServer(parts), { legacy: era === 'modern' ? 'reject' : 'serve' });
