// What our client does in each client scenario of the official suite: the least that makes the suite's server see what it looks for.

import type { Client } from '@modelcontextprotocol/client';
import * as z from 'zod';

/** What a scenario may say beside its URL. */
const CONTEXT = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).default([]),
});
export type ScenarioContext = z.infer<typeof CONTEXT>;

/** Reads the context that the suite hands over in an environment variable. */
export function readContext(text: string | undefined): ScenarioContext {
  return CONTEXT.parse(text === undefined ? {} : JSON.parse(text));
}

type Play = (client: Client, context: ScenarioContext) => Promise<void>;

/** By the suite's names. Each is played on a client that is connected. */
export const SCENARIOS: Readonly<Record<string, Play>> = {
  initialize: async (client) => void (await client.listTools()),

  'request-metadata': async (client) => void (await client.listTools()),

  tools_call: async (client) => {
    await client.listTools();
    await client.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } });
  },

  'http-standard-headers': async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: {} });
    for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
    for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
  },

  'http-custom-headers': async (client, { toolCalls }) => {
    await client.listTools();
    for (const call of toolCalls) await client.callTool(call);
  },

  // Whoever stands between the client and the server must have left only the tools that can be called.
  'http-invalid-tool-headers': async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: { region: 'us-east1' } });
  },

  'sep-2322-client-request-state': async (client) => {
    await client.listTools();
    const [echo] = await Promise.all([
      client.callTool({ name: 'test_mrtr_echo_state', arguments: {} }),
      client.callTool({ name: 'test_mrtr_unrelated', arguments: {} }),
    ]);
    z.object({ content: z.array(z.unknown()).min(1) }).parse(echo);
    await client.callTool({ name: 'test_mrtr_no_state', arguments: {} });
    await client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} }).catch(ignore);
  },

  'json-schema-ref-no-deref': async (client) => void (await client.listTools()),

  'json-schema-2020-12-preservation': async (client) => {
    const { tools } = await client.listTools();
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    await client.callTool({ name: 'json_schema_echo', arguments: { schema } });
  },

  'elicitation-sep1034-client-defaults': async (client) => {
    await client.listTools();
    await client.callTool({ name: 'test_client_elicitation_defaults', arguments: {} });
  },

  'sse-retry': async (client) => {
    await client.listTools();
    await client.callTool({ name: 'test_reconnection', arguments: {} });
  },
};

/** The SDK's modern client refuses a result without resultType, which older servers leave out; the suite only looks for a second call. */
function ignore(): void {}
