// The client that the official suite runs against its own servers: `node main.ts --era modern|legacy [--through URL --aim FILE] URL`.
// With --through it calls the gateway instead, having said in FILE where the server behind that route is to be found this time.

import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readContext, SCENARIOS } from './scenarios.ts';

const { values, positionals } = parseArgs({
  options: { era: { type: 'string' }, through: { type: 'string' }, aim: { type: 'string' } },
  allowPositionals: true,
});
const [url = ''] = positionals;
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const play = SCENARIOS[scenario];
if (play === undefined) throw new Error(`this client does not know the scenario '${scenario}'`);
if (values.aim !== undefined) {
  writeFileSync(`${values.aim}.new`, url);
  renameSync(`${values.aim}.new`, values.aim);
}

const client = new Client(
  { name: 'sallyport-conformance', version: '1.0.0' },
  {
    versionNegotiation: { mode: values.era === 'legacy' ? 'legacy' : 'auto' },
    capabilities: { elicitation: { form: { applyDefaults: true } } },
  },
);
client.setRequestHandler('elicitation/create', ({ params }) => {
  const properties = 'requestedSchema' in params ? params.requestedSchema.properties : {};
  return { action: 'accept', content: 'confirmed' in properties ? { confirmed: true } : {} };
});
await client.connect(new StreamableHTTPClientTransport(new URL(values.through ?? url)));
if (client.getProtocolEra() !== values.era)
  throw new Error(`the client speaks the ${client.getProtocolEra() ?? 'unknown'} era, not the ${values.era ?? ''} one`);
try {
  await play(client, readContext(process.env['MCP_CONFORMANCE_CONTEXT']));
} finally {
  await client.close();
}
