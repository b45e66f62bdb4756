// The conformance fixture's server over stdio, in both eras or only one of them: `node fixture-stdio-server.ts [dual|modern|legacy]`, or
// in one older revision: `node fixture-stdio-server.ts legacy 2024-11-05`. A process of its own, started by the gateway.

import { createRequestStateCodec, InMemoryServerEventBus } from '@modelcontextprotocol/server';
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { buildServer, followChanges } from '../../conformance/fixture/build-server.ts';
import type { RequestStatePayload } from '../../conformance/fixture/build-server.ts';

const parts = {
  changes: new InMemoryServerEventBus(),
  states: createRequestStateCodec<RequestStatePayload>({ key: crypto.getRandomValues(new Uint8Array(32)) }),
};
const [era = 'dual', revision] = process.argv.slice(2);

if (era === 'legacy') {
  const server = buildServer(parts, revision === undefined ? undefined : [revision]);
  followChanges(server, parts.changes);
  await server.connect(new StdioServerTransport());
} else {
  // On the modern era the SDK keeps the subscriptions, and lets through what somebody listens to.
  serveStdio(() => follow(buildServer(parts)), { legacy: era === 'modern' ? 'reject' : 'serve' });
}

function follow(server: McpServer): McpServer {
  const stop = followChanges(server, parts.changes, era === 'modern' ? () => true : undefined);
  server.server.onclose = stop;
  return server;
}
